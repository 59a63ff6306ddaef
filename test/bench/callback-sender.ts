import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import {
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
} from '../../src/contracts/wire/callback.js';
import { TRACEPARENT_HEADER } from '../../src/contracts/durable/traces.js';
import { callIdFor } from '../../src/contracts/base/ids.js';
import type { RunnerEvent } from '../../src/contracts/durable/stream.js';

/**
 * Given up before the server does (after 5 s), so that no post meets a connection that is being
 * closed.
 */
const IDLE_CONNECTION_MS = 3_000;
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: IDLE_CONNECTION_MS });
const ANSWER_TIMEOUT_MS = 30_000;

/** The attempt that synthetic jobs are in. */
export const ATTEMPT = 1;

/** Posts events of one job as its runner would: numbered, signed, one post at a time. */
export class CallbackSender {
  /** The last number given. */
  seq = 0;
  /** The span that the posts name; absent: none. */
  traceparent?: string;
  private readonly key: Buffer;

  constructor(
    private readonly port: string,
    private readonly jobId: string,
    secret: string,
  ) {
    this.key = createHmac('sha256', secret).update(callIdFor(jobId, ATTEMPT)).digest();
  }

  /** `final` has them stored at once. Throws unless the answer is 200. */
  async post(events: readonly RunnerEvent[], final = false): Promise<void> {
    const fromSeq = this.seq + 1;
    this.seq += events.length;
    const status = await this.send(
      JSON.stringify({
        callId: callIdFor(this.jobId, ATTEMPT),
        fromSeq,
        events,
        ...(final ? { final } : {}),
      }),
    );
    if (status !== 200) throw new Error(`the callback answered ${status}`);
  }

  private send(body: string): Promise<number> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', this.key).update(`${timestamp}.${body}`).digest('hex');
    const signature = `v1=${mac}`;
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port: this.port,
          path: `/callback/${this.jobId}`,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            [CALLBACK_TIMESTAMP_HEADER]: timestamp,
            [CALLBACK_SIGNATURE_HEADER]: signature,
            ...(this.traceparent && { [TRACEPARENT_HEADER]: this.traceparent }),
          },
        },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.setTimeout(ANSWER_TIMEOUT_MS, () =>
        sent.destroy(new Error('the callback did not answer')),
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
