import { RECORDING_LIMIT } from '../../contracts/execution/recording.js';
import { TRACEPARENT_HEADER } from '../../contracts/durable/traces.js';
import { signedHeaders } from '../callback/signed-headers.js';

interface Receiver {
  /** Where events of this call go; null = nowhere, nor does its recording. */
  readonly callbackUrl: string | null;
  readonly callId: string;
  /** hex of HMAC(master, callId). */
  readonly keyHex: string | undefined;
  /** The span that the run is. */
  readonly traceparent?: string | undefined;
}

/**
 * Posts a recording to the API, signed as events are (C2, E8). One try, within `timeoutMs`: it
 * helps to analyse a failure and must not cause one.
 */
export async function sendRecording(
  bytes: Buffer,
  { callbackUrl, callId, keyHex, traceparent }: Receiver,
  timeoutMs: number,
  warn: (text: string) => void,
): Promise<void> {
  if (callbackUrl === null || keyHex === undefined) return;
  if (bytes.length > RECORDING_LIMIT)
    return warn(`recording: ${bytes.length} bytes are too much to be kept`);
  try {
    const { status } = await fetch(`${callbackUrl}/recording`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      redirect: 'error',
      headers: {
        'content-type': 'application/gzip',
        ...signedHeaders({ callId, keyHex }, bytes),
        ...(traceparent !== undefined && { [TRACEPARENT_HEADER]: traceparent }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    // 410: the job was cancelled, and a cancel keeps nothing.
    if (status !== 200 && status !== 410) warn(`recording: refused with ${status}`);
  } catch (error) {
    warn(`recording: not sent: ${error instanceof Error ? error.message : String(error)}`);
  }
}
