import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Given up before the server does (after 5 s), so that no request meets a connection that is being
 * closed.
 */
const IDLE_CONNECTION_MS = 3_000;
const ANSWER_TIMEOUT_MS = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_CONNECTION_MS });

export interface Got {
  readonly status: number;
  readonly sizeBytes: number;
  readonly headers: IncomingHttpHeaders;
  readonly tookMs: number;
}
export interface Wanted {
  readonly path: string;
  readonly headers?: Record<string, string>;
}

/** One GET on a connection that is kept, until its last byte. */
export function get(baseUrl: string, { path, headers = {} }: Wanted): Promise<Got> {
  const { hostname, port } = new URL(baseUrl);
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, path, headers }, (response) => {
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
      });
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          sizeBytes,
          headers: response.headers,
          tookMs: performance.now() - startedMs,
        }),
      );
      response.once('error', reject);
    });
    sent.setTimeout(ANSWER_TIMEOUT_MS, () => sent.destroy(new Error(`${path} did not answer`)));
    sent.once('error', reject);
    sent.end();
  });
}

/**
 * Asks for these in turn, `rate` times a second, whether or not earlier ones have been answered; ms
 * from when each was due.
 */
export async function askInTurn(
  baseUrl: string,
  wanted: readonly Wanted[],
  rate: number,
  seconds: number,
): Promise<number[]> {
  const startMs = performance.now();
  const pending: Promise<number>[] = [];
  for (let sent = 0; sent < rate * seconds; sent += 1) {
    const dueMs = startMs + (sent * 1_000) / rate;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    const one = wanted[sent % wanted.length];
    if (!one) throw new Error('nothing to ask for');
    pending.push(
      get(baseUrl, one).then(({ status }) => {
        if (status !== 200 && status !== 304) throw new Error(`${one.path} answered ${status}`);
        return performance.now() - dueMs;
      }),
    );
    pending.at(-1)?.catch(() => undefined);
  }
  return Promise.all(pending);
}
