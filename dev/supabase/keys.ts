import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTPayload,
} from 'jose';

/** The signing key and the two keys of the project, as kept in one file of mode 0600. */
interface StoredKeys {
  readonly privateKey: JWK;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

export interface GatewayKeys {
  /** For browsers: role anon. */
  readonly anonKey: string;
  /** For servers: role service_role, which passes row-level security. */
  readonly serviceRoleKey: string;
  readonly jwks: { readonly keys: readonly JWK[] };
  /** Signs claims that are valid for `lifetimeSeconds` from now. */
  sign(claims: JWTPayload, lifetimeSeconds: number): Promise<string>;
  /** Claims of a token signed here and not expired; throws jose's errors. */
  verify(token: string): Promise<JWTPayload>;
}

const FILE = 'supabase-keys.json';
const TEN_YEARS_SECONDS = 315_360_000;

/** Reads the keys of a folder, making them the first time; equal between starts. */
export async function loadGatewayKeys(keyDir: string): Promise<GatewayKeys> {
  await mkdir(keyDir, { recursive: true, mode: 0o700 });
  const file = path.join(keyDir, FILE);
  const stored = (await readStored(file)) ?? (await createKeys(file));
  const { kty, crv, x, y, kid, alg } = stored.privateKey;
  const publicJwk = { kty, crv, x, y, kid, alg, use: 'sig', key_ops: ['verify'] } as JWK;
  const privateKey = await importJWK(stored.privateKey, 'ES256');
  const publicKey = await importJWK(publicJwk, 'ES256');
  return {
    anonKey: stored.anonKey,
    serviceRoleKey: stored.serviceRoleKey,
    jwks: { keys: [publicJwk] },
    sign: (claims, lifetimeSeconds) => sign(claims, lifetimeSeconds, privateKey, kid),
    verify: async (token) => (await jwtVerify(token, publicKey, { algorithms: ['ES256'] })).payload,
  };
}

function sign(
  claims: JWTPayload,
  lifetimeSeconds: number,
  key: Awaited<ReturnType<typeof importJWK>>,
  kid: string | undefined,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...(kid ? { kid } : {}) })
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(key);
}

async function readStored(file: string): Promise<StoredKeys | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as StoredKeys);
}

async function createKeys(file: string): Promise<StoredKeys> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  const privateKey: JWK = { ...jwk, alg: 'ES256', kid: await calculateJwkThumbprint(jwk) };
  const ref = randomUUID();
  const projectKey = (role: string): Promise<string> =>
    sign({ iss: 'supabase', ref, role }, TEN_YEARS_SECONDS, pair.privateKey, privateKey.kid);
  const made: StoredKeys = {
    privateKey,
    anonKey: await projectKey('anon'),
    serviceRoleKey: await projectKey('service_role'),
  };
  // A link appears whole or not at all, and never over the keys that another process made at the
  // same time.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, JSON.stringify(made, null, 2), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readStored(file)) ?? made;
  } finally {
    await rm(draft, { force: true });
  }
}
