import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUuid } from '../../contracts/ids.js';

/**
 * What a signed path allows: reading the current files of one project of one user until
 * `expiresAtMs`.
 */
export interface GameGrant {
  readonly userId: string;
  readonly projectId: string;
  readonly expiresAtMs: number;
}

const GRANT_BYTES = 16 + 16 + 6;
const MAC_BYTES = 32;

export interface GamePathSigner {
  /** One URL segment that carries the grant: URL-safe characters only. */
  sign(grant: GameGrant): string;
  /** The grant of a segment, or null when it is forged, damaged or over at `nowMs`. */
  open(segment: string, nowMs: number): GameGrant | null;
}

/**
 * Signs and opens the segment behind `/game/~`. The path stands in for the user's token, so that a
 * game never sees a token and its relative files load. The key is derived, because `secret` signs
 * other things too.
 */
export function createGamePathSigner(secret: string): GamePathSigner {
  const key = createHmac('sha256', secret).update('game-path/1').digest();
  const mac = (grant: Buffer): Buffer => createHmac('sha256', key).update(grant).digest();

  return {
    sign(grant) {
      const bytes = Buffer.alloc(GRANT_BYTES);
      uuidBytes(grant.userId).copy(bytes, 0);
      uuidBytes(grant.projectId).copy(bytes, 16);
      bytes.writeUIntBE(grant.expiresAtMs, 32, 6);
      return Buffer.concat([bytes, mac(bytes)]).toString('base64url');
    },
    open(segment, nowMs) {
      const bytes = Buffer.from(segment, 'base64url');
      // Only the one spelling that `sign` makes: a decoder is more tolerant than that.
      if (bytes.length !== GRANT_BYTES + MAC_BYTES || bytes.toString('base64url') !== segment)
        return null;
      const grant = bytes.subarray(0, GRANT_BYTES);
      if (!timingSafeEqual(bytes.subarray(GRANT_BYTES), mac(grant))) return null;
      const expiresAtMs = grant.readUIntBE(32, 6);
      return expiresAtMs > nowMs
        ? {
            userId: uuidText(grant.subarray(0, 16)),
            projectId: uuidText(grant.subarray(16, 32)),
            expiresAtMs,
          }
        : null;
    },
  };
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
