import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { TestUser } from './users.js';
import { patient } from './patience.js';

/** Another user's socket, which asks for a pong all the time while somebody else misbehaves. */
export interface Bystander {
  /**
   * The longest that a pong has taken so far, beyond what an untouched process on this machine
   * needed at that moment; and how many came.
   */
  readonly slowestPongMs: number;
  readonly pongs: number;
  readonly isOpen: boolean;
  stop(): Promise<void>;
}

// Bare time: one ping after the other
const PAUSE_MS = 100;
/** A pong that never comes shows as one that took this long. */
const PATIENCE_MS = patient(30_000);

/**
 * `controlUrl`: an address of another process, asked at the same time, so that a busy machine is
 * not taken for a harmed API.
 */
export async function startBystander(
  baseUrl: string,
  controlUrl: string,
  user: TestUser,
): Promise<Bystander> {
  const socket = new WebSocket(baseUrl.replace(/^http/, 'ws'));
  let onFrame: (type: string) => void = () => undefined;
  socket.on('message', (data) =>
    onFrame((JSON.parse((data as Buffer).toString('utf8')) as { type: string }).type),
  );
  await new Promise((resolve, reject) => {
    socket.once('open', resolve).once('error', reject);
  });
  const heard = (type: string): Promise<boolean> =>
    Promise.race([
      new Promise<true>((resolve) => {
        onFrame = (came) => {
          if (came === type) resolve(true);
        };
      }),
      sleep(PATIENCE_MS, false, { ref: false }),
    ]);
  const signedIn = heard('init');
  socket.send(JSON.stringify({ type: 'init', access_token: user.accessToken }));
  if (!(await signedIn)) throw new Error('the bystander could not sign in');
  const state = { slowestPongMs: 0, pongs: 0 };
  let isStopping = false;
  const asking = (async () => {
    while (!isStopping && socket.readyState === WebSocket.OPEN) {
      const sentMs = performance.now();
      const answered = heard('pong').then((came) => ({ came, tookMs: performance.now() - sentMs }));
      const control = fetch(controlUrl)
        .then((response) => response.text())
        .then(() => performance.now() - sentMs);
      socket.send('{"type":"ping"}');
      const [{ came, tookMs }, controlMs] = await Promise.all([answered, control]);
      if (came) state.pongs += 1;
      state.slowestPongMs = Math.max(state.slowestPongMs, tookMs - controlMs);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    get slowestPongMs() {
      return state.slowestPongMs;
    },
    get pongs() {
      return state.pongs;
    },
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    stop: async () => {
      isStopping = true;
      await asking;
      socket.terminate();
    },
  };
}

/** Memory that a process holds now, in MiB (Linux). */
export async function residentMib(pid: number): Promise<number> {
  return (
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  );
}
