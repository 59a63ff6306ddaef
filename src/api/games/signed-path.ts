import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Config } from '../../config.js';
import { isUuid } from '../../contracts/base/ids.js';
import { encodedPath } from '../../domain/publishing/published-files.js';
import { gamesOriginFor } from '../guards/origin.js';

/**
 * What a signed path allows: reading the files of one project of one user until `expiresAtMs`, or
 * until the user's session ends, the current ones or those of one revision.
 */
export interface GameGrant {
  readonly userId: string;
  readonly projectId: string;
  readonly expiresAtMs: number;
  /** The session whose token the path stands in for; absent where the token named none. */
  readonly sessionId?: string | undefined;
  /** Absent = whatever is current when a file is asked for. */
  readonly revision?: string | undefined;
}

const GRANT_BYTES = 16 + 16 + 6;
const SESSION_BYTES = 16;
const REVISION_BYTES = 20;
const MAC_BYTES = 32;
/** What stands behind the first bytes, by its length. */
const LAYOUTS = new Map([
  [0, { hasSession: false, hasRevision: false }],
  [SESSION_BYTES, { hasSession: true, hasRevision: false }],
  [REVISION_BYTES, { hasSession: false, hasRevision: true }],
  [SESSION_BYTES + REVISION_BYTES, { hasSession: true, hasRevision: true }],
]);
/** Long enough for an evening with one game; every reload of the preview makes a new one. */
const GRANT_MS = 60 * 60_000;

export type GamePathSigner = ReturnType<typeof createGamePathSigner>;

/**
 * Signs and opens the segment behind `/game/~`. The path stands in for the user's token, so that a
 * game never sees a token and its relative files load. What `oldSecret` signed is still opened.
 * Keys are derived, because one secret may stand in for others, too.
 */
export function createGamePathSigner(
  secret: string,
  oldSecret?: string,
  isEnded: (sessionId: string | undefined) => boolean = () => false,
) {
  const mac = macOf(secret);
  const opening = oldSecret === undefined ? [mac] : [mac, macOf(oldSecret)];

  return {
    /** One URL segment that carries the grant: URL-safe characters only. */
    sign(grant: GameGrant): string {
      const place = Buffer.alloc(GRANT_BYTES);
      uuidBytes(grant.userId).copy(place, 0);
      uuidBytes(grant.projectId).copy(place, 16);
      place.writeUIntBE(grant.expiresAtMs, 32, 6);
      const session = isUuid(grant.sessionId) ? uuidBytes(grant.sessionId) : Buffer.alloc(0);
      const bytes = Buffer.concat([place, session, Buffer.from(grant.revision ?? '', 'hex')]);
      return Buffer.concat([bytes, mac(bytes)]).toString('base64url');
    },
    /** The grant of a segment; null = it is forged, damaged, over at `nowMs` or signed out. */
    open(segment: string, nowMs: number): GameGrant | null {
      const bytes = Buffer.from(segment, 'base64url');
      // Only the one spelling that `sign` makes: a decoder is more tolerant than that.
      const grant = bytes.subarray(0, Math.max(0, bytes.length - MAC_BYTES));
      const more = LAYOUTS.get(grant.length - GRANT_BYTES);
      if (more === undefined || bytes.toString('base64url') !== segment) return null;
      const given = bytes.subarray(grant.length);
      if (!opening.some((right) => timingSafeEqual(given, right(grant)))) return null;
      const expiresAtMs = grant.readUIntBE(32, 6);
      const revisionAt = GRANT_BYTES + (more.hasSession ? SESSION_BYTES : 0);
      const sessionId = more.hasSession
        ? uuidText(grant.subarray(GRANT_BYTES, revisionAt))
        : undefined;
      if (expiresAtMs <= nowMs || isEnded(sessionId)) return null;
      return {
        userId: uuidText(grant.subarray(0, 16)),
        projectId: uuidText(grant.subarray(16, 32)),
        expiresAtMs,
        ...(sessionId !== undefined && { sessionId }),
        ...(more.hasRevision && { revision: grant.toString('hex', revisionAt) }),
      };
    },
  };
}

function macOf(secret: string): (grant: Buffer) => Buffer {
  const key = createHmac('sha256', secret).update('game-path/1').digest();
  return (grant) => createHmac('sha256', key).update(grant).digest();
}

/**
 * The address under which a browser gets a game without a token in sight: relative on the host that
 * serves games, absolute when games have a host of their own. `file` keeps its spelling; `query` is
 * kept except for the token.
 */
export function signedGameAddress(
  signer: GamePathSigner,
  config: Pick<Config, 'GAMES_ORIGIN'>,
  req: Request,
  target: Omit<GameGrant, 'expiresAtMs'> & { file: string; query: URLSearchParams },
): string {
  const grant = signer.sign({
    userId: target.userId,
    projectId: target.projectId,
    sessionId: target.sessionId,
    revision: target.revision,
    expiresAtMs: Date.now() + GRANT_MS,
  });
  const file = encodedPath(target.file);
  const query = new URLSearchParams(target.query);
  query.delete('access_token');
  const origin = gamesOriginFor(req, config);
  return `${origin}/game/~${grant}/${file}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

/** The query of a request as the browser wrote it. */
export function queryOf(req: Request): URLSearchParams {
  const at = req.originalUrl.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : req.originalUrl.slice(at + 1));
}

function uuidBytes(uuid: string): Buffer {
  if (!isUuid(uuid)) throw new TypeError('a signed path needs UUIDs');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
