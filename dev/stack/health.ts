import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './running.js';

const POLL_MS = 100;
/** The channel of a process that ends is closed before its end is reported. */
const END_REPORT_MS = 2_000;

export interface StartCheck {
  readonly isHealthy: () => Promise<boolean>;
  readonly limitMs: number;
  /** Asked when the limit is over: a process that is alive and still starting gets it again. */
  readonly isAlive: () => Promise<boolean>;
  /** Called each time that happens. */
  readonly onSlow: () => void;
}

/**
 * Polls until the part is healthy. Throws a sentence when the process ends first, when the limit is
 * over and the process reports no progress, or when `signal` aborts.
 */
export async function waitUntilHealthy(
  running: Pick<Running, 'exited'>,
  { isHealthy, limitMs, isAlive, onSlow }: StartCheck,
  signal: AbortSignal,
): Promise<void> {
  let ended: string | undefined;
  void running.exited.then((how) => {
    ended = how;
  });
  const throwIfEnded = (): void => {
    if (ended !== undefined) throw new Error(`it ended while starting (${ended})`);
  };
  for (let deadline = Date.now() + limitMs; ;) {
    if (await isHealthy()) return;
    signal.throwIfAborted();
    throwIfEnded();
    if (Date.now() > deadline) {
      if (!(await Promise.race([isAlive(), running.exited.then(() => false)]))) {
        await Promise.race([running.exited, sleep(END_REPORT_MS, undefined, { ref: false })]);
        throwIfEnded();
        throw new Error(`it did not answer within ${limitMs / 1000} s`);
      }
      onSlow();
      deadline = Date.now() + limitMs;
    }
    await sleep(POLL_MS);
  }
}

/** Whether a server accepts connections on this port of the loopback. */
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
