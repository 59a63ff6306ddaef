import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './running.js';

const POLL_MS = 100;

/**
 * Asks until the answer is yes; throws a sentence when the process ends first, the time is over, or
 * `signal` aborts.
 */
export async function waitUntilHealthy(
  running: Pick<Running, 'exited'>,
  isHealthy: () => Promise<boolean>,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  let ended: string | undefined;
  void running.exited.then((how) => {
    ended = how;
  });
  for (const deadline = Date.now() + limitMs; ;) {
    if (await isHealthy()) return;
    signal.throwIfAborted();
    if (ended !== undefined) throw new Error(`it ended while starting (${ended})`);
    if (Date.now() > deadline) throw new Error(`it did not answer within ${limitMs / 1000} s`);
    await sleep(POLL_MS);
  }
}

/** Whether somebody accepts connections on this port of the loopback. */
export function acceptsTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}

/** Whether a GET is answered with a 2xx status. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
