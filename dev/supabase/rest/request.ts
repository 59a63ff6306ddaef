import type { JWTPayload } from 'jose';
import type { Call } from '../http.js';
import type { GatewayKeys } from '../keys.js';
import { notOffered, restError } from './errors.js';

/** Role and claims of the caller. */
export interface Identity {
  readonly role: string;
  readonly claims: JWTPayload;
}

/** The preferences of a request's headers. */
export interface Preferences {
  /** The changed rows are wanted back. */
  readonly wantsRows: boolean;
  readonly wantsCount: boolean;
  readonly onDuplicate: 'fail' | 'merge' | 'ignore';
  /** Exactly one row, as an object. */
  readonly isSingle: boolean;
}

const KNOWN_ROLES = new Set(['anon', 'service_role']);

/**
 * Checks the project's key and the caller's token, as hosted Supabase does: the key lets in, the
 * token decides the role.
 */
export async function identify(call: Call, keys: GatewayKeys): Promise<Identity> {
  const apiKey = headerOf(call, 'apikey') ?? call.query.get('apikey') ?? undefined;
  if (!apiKey)
    throw restError(
      401,
      'PGRST301',
      'No API key found in request',
      null,
      'No `apikey` request header or url param was found.',
    );
  const project = await keys.verify(apiKey).catch(() => undefined);
  if (!project || !KNOWN_ROLES.has(String(project['role'])))
    throw restError(
      401,
      'PGRST301',
      'Invalid API key',
      null,
      'Double check your Supabase `anon` or `service_role` API key.',
    );
  const bearer = bearerToken(call);
  if (!bearer || bearer === apiKey) return { role: String(project['role']), claims: project };
  const claims = await keys.verify(bearer).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED')
      throw restError(401, 'PGRST303', 'JWT expired');
    throw restError(
      401,
      'PGRST301',
      'No suitable key or wrong key type',
      'The token was not signed by this project',
    );
  });
  const { role } = claims;
  return { role: typeof role === 'string' ? role : 'anon', claims };
}

/** The body as JSON; refuses anything else. */
export function jsonOf(call: Call): unknown {
  try {
    return JSON.parse(call.body);
  } catch {
    throw restError(400, 'PGRST102', 'Empty or invalid json');
  }
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(call: Call): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headerOf(call, 'authorization') ?? '')?.[1];
}

function headerOf(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Reads Prefer, Accept and profile headers; what is not understood is refused. */
export function readPreferences(call: Call): Preferences {
  for (const name of ['accept-profile', 'content-profile']) {
    const schema = headerOf(call, name);
    if (schema !== undefined && schema !== 'public')
      throw restError(
        406,
        'PGRST106',
        `Invalid schema: ${schema}`,
        null,
        'Only the following schemas are exposed: public',
      );
  }
  const found = {
    wantsRows: false,
    wantsCount: false,
    onDuplicate: 'fail' as Preferences['onDuplicate'],
  };
  for (const preference of (headerOf(call, 'prefer') ?? '')
    .split(/[,;]/)
    .map((text) => text.trim())
    .filter(Boolean)) {
    switch (preference) {
      case 'return=representation':
        found.wantsRows = true;
        break;
      case 'return=minimal':
        found.wantsRows = false;
        break;
      case 'count=exact':
        found.wantsCount = true;
        break;
      case 'resolution=merge-duplicates':
        found.onDuplicate = 'merge';
        break;
      case 'resolution=ignore-duplicates':
        found.onDuplicate = 'ignore';
        break;
      default:
        throw notOffered(`the preference ${preference}`);
    }
  }
  if (headerOf(call, 'range') !== undefined) throw notOffered('the header Range');
  return { ...found, isSingle: readAccept(headerOf(call, 'accept')) };
}

/** The media types that are answered, whole. */
const ACCEPTED = [
  /^application\/vnd\.pgrst\.(object|array)(\+json)?$/,
  /^application\/json(;.*)?$/,
  /^application\/\*$/,
  /^\*\/\*(;.*)?$/,
] as const;

function readAccept(accept: string | undefined): boolean {
  const types = (accept ?? '*/*').split(',').map((type) => type.trim());
  const first = types.find((type) => ACCEPTED.some((pattern) => pattern.test(type)));
  if (!first)
    throw restError(
      406,
      'PGRST107',
      `None of these media types are available: ${types.join(', ')}`,
    );
  return first.startsWith('application/vnd.pgrst.object');
}
