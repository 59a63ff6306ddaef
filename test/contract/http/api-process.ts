import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../../src/config.js';
import { findFreePort } from '../../../dev/stack/ports.js';
import { programArgs } from '../../support/programs.js';
import { patient } from '../../support/patience.js';

export interface ApiProcess {
  readonly port: number;
  readonly baseUrl: string;
  readonly pid: number;
  /** What it has written so far. */
  output(): string;
  /** Exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts the API with exactly this environment on a free port; does not wait for it. */
export async function spawnApi(env: Readonly<Record<string, string>>): Promise<ApiProcess> {
  const port = env['PORT'] ? Number(env['PORT']) : await findFreePort();
  const child = spawn(process.execPath, programArgs('api'), {
    cwd: PROJECT_ROOT,
    env: {
      PATH: process.env['PATH'],
      LOG_LEVEL: 'debug',
      HOST: '127.0.0.1',
      ...env,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return {
    port,
    exited,
    pid: child.pid ?? 0,
    baseUrl: `http://127.0.0.1:${port}`,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patient(10_000));
      await exited;
      clearTimeout(timer);
    },
  };
}

/** As {@link spawnApi}, and waits until it answers. */
export async function startApi(env: Readonly<Record<string, string>>): Promise<ApiProcess> {
  const api = await spawnApi(env);
  for (const deadline = Date.now() + patient(90_000); Date.now() < deadline; await sleep(50)) {
    if (/"msg":"api ready"/.test(api.output())) return api;
    if ((await Promise.race([api.exited.then(() => 'ended'), sleep(0)])) === 'ended') break;
  }
  await api.stop();
  throw new Error(`The API did not become ready:\n${api.output()}`);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * Sends a request with exactly this path: nothing is normalised, no redirect is followed, no header
 * is added but `Host`.
 */
export function ask(
  port: number,
  rawPath: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: rawPath, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const flat = Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : value,
            ]),
          );
          resolve({
            status: response.statusCode ?? 0,
            headers: flat,
            bytes,
            text: bytes.toString('utf8'),
            json: () => JSON.parse(bytes.toString('utf8')) as unknown,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
