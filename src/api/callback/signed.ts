import { timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { sha256Of } from '../../contracts/base/hashes.js';
import {
  CALLBACK_CALL_HEADER,
  CALLBACK_HASH_HEADER,
  CALLBACK_HEAD_SIGNATURE_HEADER,
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
  CALLBACK_TOLERANCE_S,
} from '../../contracts/wire/callback.js';
import { callbackHeadMac, callbackKeyOf, callbackMac } from '../../contracts/base/signatures.js';
import { observe } from '../../telemetry/metrics.js';
import { refusal, refusedForNow, type Refusal } from '../http/refusal.js';

/** What the headers of a post show before its body is read (C2). */
export interface PostSignature {
  /** The call that has signed the head; null = the body is signed, as runners before did. */
  readonly callId: string | null;
  /** Were these the bytes that this call has signed? */
  readonly covers: (callId: string, rawBody: Buffer) => boolean;
}

export interface SignatureDeps {
  /**
   * CALLBACK_SECRET, and the one before it, with which calls may have begun: every call's key is
   * derived from one of them.
   */
  readonly masterSecrets: readonly string[];
  /** Counts a wrong signature of an address; the seconds until the next one is checked. */
  readonly countBad: (address: string) => Promise<number | null>;
}

export const TOO_MANY = 'Too many wrong signatures';
/** Recordings are large: their duration is not measured with those of events. */
const IS_RECORDING = /\/recording\/?$/i;

/** The guard of callbacks: of a post without a good signature in its head nothing is read. */
export function signatureGuard(deps: SignatureDeps) {
  return async (req: Request, res: Response): Promise<{ signature: PostSignature }> => {
    if (!IS_RECORDING.test(req.path)) measureAnswer(res);
    const signature = readSignature(deps.masterSecrets, req, Date.now());
    if (signature === null) throw await badSignature(deps, req);
    return { signature };
  };
}

/** Counts a wrong signature: 401, or 429 when there were too many. */
export async function badSignature(
  { countBad }: Pick<SignatureDeps, 'countBad'>,
  request: Request,
): Promise<Refusal> {
  const retryAfterS = await countBad(request.ip ?? '');
  return retryAfterS === null
    ? refusal(401, 'Wrong signature')
    : refusedForNow(429, TOO_MANY, retryAfterS);
}

function measureAnswer(response: Response): void {
  const startedMs = performance.now();
  response.once('finish', () => {
    const seconds = (performance.now() - startedMs) / 1_000;
    observe('dreamcore_callback_seconds', { status: String(response.statusCode) }, seconds);
  });
}

/**
 * Reads the signature of a post; null = it has none, an old one, or one of another key. Compares in
 * constant time.
 */
function readSignature(
  masterSecrets: readonly string[],
  request: Pick<Request, 'get'>,
  nowMs: number,
): PostSignature | null {
  const timestamp = request.get(CALLBACK_TIMESTAMP_HEADER) ?? '';
  if (
    !/^\d{1,12}$/.test(timestamp) ||
    Math.abs(nowMs / 1000 - Number(timestamp)) > CALLBACK_TOLERANCE_S
  )
    return null;
  const isMac = (given: Buffer, callId: string, macOf: (key: Buffer) => Buffer): boolean =>
    masterSecrets.some((secret) => timingSafeEqual(given, macOf(callbackKeyOf(secret, callId))));
  if (request.get(CALLBACK_HEAD_SIGNATURE_HEADER) !== undefined) {
    const callId = request.get(CALLBACK_CALL_HEADER) ?? '';
    const contentHash = request.get(CALLBACK_HASH_HEADER) ?? '';
    const given = macIn(request, CALLBACK_HEAD_SIGNATURE_HEADER, 'v2');
    const head = { timestamp, callId, contentHash };
    if (given === null || !isMac(given, callId, (key) => callbackHeadMac(key, head))) return null;
    const covers = (call: string, rawBody: Buffer): boolean =>
      call === callId && sha256Of(rawBody) === contentHash;
    return { callId, covers };
  }
  const given = macIn(request, CALLBACK_SIGNATURE_HEADER, 'v1');
  return (
    given && {
      callId: null,
      covers: (call, rawBody) => isMac(given, call, (key) => callbackMac(key, timestamp, rawBody)),
    }
  );
}

function macIn(request: Pick<Request, 'get'>, header: string, form: string): Buffer | null {
  const [, name, mac = ''] = /^(v\d)=([0-9a-f]{64})$/.exec(request.get(header) ?? '') ?? [];
  return name === form ? Buffer.from(mac, 'hex') : null;
}
