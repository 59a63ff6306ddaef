import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import {
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
  CALLBACK_TOLERANCE_S,
} from '../../contracts/callback.js';
import { callbackKeyOf, callbackMac } from '../../contracts/signatures.js';

/** Was this body signed lately with the key of this call (C2)? Compares in constant time. */
export function isSigned(
  masterSecrets: readonly string[],
  callId: string,
  request: Pick<Request, 'get'>,
  rawBody: Buffer,
  nowMs: number,
): boolean {
  const timestamp = request.get(CALLBACK_TIMESTAMP_HEADER) ?? '';
  if (
    !/^\d{1,12}$/.test(timestamp) ||
    Math.abs(nowMs / 1000 - Number(timestamp)) > CALLBACK_TOLERANCE_S
  )
    return false;
  const given = /^v1=([0-9a-f]{64})$/.exec(request.get(CALLBACK_SIGNATURE_HEADER) ?? '')?.[1];
  if (!given) return false;
  return masterSecrets.some((secret) =>
    timingSafeEqual(
      Buffer.from(given, 'hex'),
      callbackMac(callbackKeyOf(secret, callId), timestamp, rawBody),
    ),
  );
}
