import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { CALLBACK_SIGNATURE_HEADER, CALLBACK_TIMESTAMP_HEADER } from '../../src/contracts/callback.js';
import { callIdFor } from '../../src/contracts/ids.js';
import type { RunnerEvent } from '../../src/contracts/stream.js';
import type { Stack } from '../support/stack.js';
import type { Bench } from './measurement.js';
import { seat, type Seat } from './player.js';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const ATTEMPT = 1;

/** The database as the service role sees it. */
export const admin = ({ env }: Stack) =>
  createClient(env['SUPABASE_URL'] ?? '', env['SUPABASE_SERVICE_ROLE_KEY'] ?? '', { auth: { persistSession: false } });

export async function must<T>(answer: PromiseLike<{ data: T; error: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (error) throw error as Error;
  return data;
}

/** A job whose events are posted by us as a runner would, without a model program: a row, a socket that watches, a signed callback. */
export class SyntheticJob {
  seq = 0;
  readonly #key: Buffer;

  private constructor(readonly id: string, readonly seat: Seat, private readonly baseUrl: URL, secret: string) {
    this.#key = createHmac('sha256', secret).update(callIdFor(id, ATTEMPT)).digest();
  }

  /** A running job of a new user, whose socket already hears it by the fast lane. */
  static async start(bench: Bench): Promise<SyntheticJob> {
    const sat = await seat(bench);
    const id = randomUUID();
    await must(admin(bench.stack).from('jobs').insert({ id, user_id: sat.user.id, project_id: sat.projectId, status: 'processing', attempt: ATTEMPT }));
    const secret = (await readFile(path.join(bench.stack.dataDir, 'secrets', 'callback-secret'), 'utf8')).trim();
    const job = new SyntheticJob(id, sat, new URL(bench.stack.baseUrl), secret);
    // The first event makes the stream; whoever selects the project afterwards has its place there.
    await job.post([{ type: 'stream', content: 'first ' }], true);
    await sat.player.ask({ type: 'selectProject', projectId: sat.projectId }, 'projectSelected');
    const heard = sat.player.next('stream', 30_000);
    await job.post([{ type: 'stream', content: 'second ' }]);
    await heard;
    sat.player.frames = [];
    return job;
  }

  /** Posts events with the next numbers; `final` has them stored at once. */
  async post(events: RunnerEvent[], final = false): Promise<void> {
    const fromSeq = this.seq + 1;
    this.seq += events.length;
    const body = JSON.stringify({ callId: callIdFor(this.id, ATTEMPT), fromSeq, events, ...(final ? { final } : {}) });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = `v1=${createHmac('sha256', this.#key).update(`${timestamp}.${body}`).digest('hex')}`;
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request({
        agent, host: '127.0.0.1', port: this.baseUrl.port, path: `/callback/${this.id}`, method: 'POST', timeout: 30_000,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), [CALLBACK_TIMESTAMP_HEADER]: timestamp, [CALLBACK_SIGNATURE_HEADER]: signature },
      }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
      sent.once('timeout', () => sent.destroy(new Error('the callback did not answer')));
      sent.once('error', reject);
      sent.end(body);
    });
    if (status !== 200) throw new Error(`the callback answered ${status}`);
  }

  /** Ends the row, so that nothing waits for this job. */
  async end(bench: Bench): Promise<void> {
    this.seat.player.close();
    await must(admin(bench.stack).from('jobs').update({ status: 'failed', error: 'bench' }).eq('id', this.id));
  }
}
