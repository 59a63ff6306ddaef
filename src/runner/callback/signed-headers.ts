import { sha256Of } from '../../contracts/base/hashes.js';
import {
  CALLBACK_CALL_HEADER,
  CALLBACK_HASH_HEADER,
  CALLBACK_HEAD_SIGNATURE_HEADER,
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
} from '../../contracts/wire/callback.js';
import { callbackHeadMac, callbackMac } from '../../contracts/base/signatures.js';

/**
 * Headers that sign a post of this call now (C2), in both forms: an API of a version before knows
 * the signature of the body alone.
 *
 * @param keyHex hex of HMAC(master, callId)
 */
export function signedHeaders(
  { callId, keyHex }: { callId: string; keyHex: string },
  body: string | Buffer,
): Record<string, string> {
  const key = Buffer.from(keyHex, 'hex');
  const timestamp = String(Math.floor(Date.now() / 1000));
  const contentHash = sha256Of(body);
  const headMac = callbackHeadMac(key, { timestamp, callId, contentHash });
  return {
    [CALLBACK_TIMESTAMP_HEADER]: timestamp,
    [CALLBACK_CALL_HEADER]: callId,
    [CALLBACK_HASH_HEADER]: contentHash,
    [CALLBACK_HEAD_SIGNATURE_HEADER]: `v2=${headMac.toString('hex')}`,
    [CALLBACK_SIGNATURE_HEADER]: `v1=${callbackMac(key, timestamp, body).toString('hex')}`,
  };
}
