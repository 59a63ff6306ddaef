import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The key of one call's posts: its runner gets this one and no other; the receiver makes it anew
 * and stores nothing (C2).
 */
export const callbackKeyOf = (masterSecret: string, callId: string): Buffer =>
  createHmac('sha256', masterSecret).update(callId).digest();

/** Head of a post, signed before its body; `timestamp` is Unix seconds as it is sent. */
export interface CallbackHead {
  readonly timestamp: string;
  readonly callId: string;
  /** SHA-256 of the body, hex. */
  readonly contentHash: string;
}

/** Signature of a post's head, without its prefix `v2=`. */
export function callbackHeadMac(
  key: Buffer,
  { timestamp, callId, contentHash }: CallbackHead,
): Buffer {
  return createHmac('sha256', key).update(`v2.${timestamp}.${callId}.${contentHash}`).digest();
}

/**
 * Signature of a post, without its prefix `v1=`. `timestamp` is Unix seconds as it is sent, `body`
 * the raw bytes.
 */
export const callbackMac = (key: Buffer, timestamp: string, body: string | Buffer): Buffer =>
  createHmac('sha256', key).update(`${timestamp}.`).update(body).digest();

/**
 * Header by which the publishing activity reads the copy at its public address before it is public.
 */
export const PUBLISH_CHECK_HEADER = 'x-dreamcore-publish-check';

/** The header's value for one copy. The key is derived: one secret may stand for all. */
export function publishCheck(secret: string, gameId: string, revision: string): string {
  const key = createHmac('sha256', secret).update('publish-check/1').digest();
  return createHmac('sha256', key).update(`${gameId}/${revision}`).digest('base64url');
}

/** Is `sent` the right value for this copy? */
export function isPublishCheck(
  secret: string,
  gameId: string,
  revision: string,
  sent: unknown,
): boolean {
  const [right, given] = [
    publishCheck(secret, gameId, revision),
    typeof sent === 'string' ? sent : '',
  ].map((text) => createHmac('sha256', 'length').update(text).digest());
  return right !== undefined && given !== undefined && timingSafeEqual(right, given);
}
