import { timingSafeEqual } from 'node:crypto';
import { CALLBACK_TOLERANCE_S } from '../../contracts/callback.js';
import { callbackKeyOf, callbackMac } from '../../contracts/signatures.js';

export interface SignedPost {
  callId: string;
  /** Unix seconds, as sent. */
  timestamp: string | undefined;
  signature: string | undefined;
  rawBody: Buffer;
}

/**
 * Was this post made by the holder of this call's key, and lately (C2)? Compares in constant time.
 */
export function isSignedBy(masterSecret: string, post: SignedPost, nowMs: number): boolean {
  const { callId, timestamp, signature, rawBody } = post;
  if (
    !timestamp ||
    !/^\d{1,12}$/.test(timestamp) ||
    Math.abs(nowMs / 1000 - Number(timestamp)) > CALLBACK_TOLERANCE_S
  )
    return false;
  const given = /^v1=([0-9a-f]{64})$/.exec(signature ?? '')?.[1];
  if (!given) return false;
  const expected = callbackMac(callbackKeyOf(masterSecret, callId), timestamp, rawBody);
  return timingSafeEqual(Buffer.from(given, 'hex'), expected);
}
