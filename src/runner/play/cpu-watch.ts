import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';
import { AppError } from '../../contracts/errors.js';

/** A page that works for so long without an end stands still: time of the processor, no other. */
const FREEZE_CPU_MS = 4_000;
const LOOK_MS = 250;
/** Somebody else has the processor, or the browser has stopped: says nothing about the game. */
const SILENCE_MS = 60_000;

interface ProcessInfo {
  readonly type: string;
  readonly cpuTime: number;
}

/** The game has not come back: one of its tasks goes on and on. */
export class Frozen extends Error {
  constructor(readonly cpuMs: number) {
    super(`the page worked for ${Math.round(cpuMs)} ms without an end`);
  }
}

/**
 * Tells a game that stands still from a machine that is busy. A frozen page answers nobody, but
 * the browser knows what its processes have used.
 */
export class CpuWatch {
  private constructor(private readonly session: CDPSession) {}

  static async over(browser: Browser): Promise<CpuWatch> {
    return new CpuWatch(await browser.newBrowserCDPSession());
  }

  /** The result of something that the page has to answer. Throws `Frozen`, or `RunStalled`. */
  async during<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    try {
      return await Promise.race([work, this.untilFrozen(over.signal)]);
    } finally {
      over.abort();
      work.catch(() => undefined);
    }
  }

  /** Time of the processor that pages have used so far, milliseconds. */
  async usedMs(): Promise<number> {
    const { processInfo } = (await this.session.send('SystemInfo.getProcessInfo')) as {
      processInfo: ProcessInfo[];
    };
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { cpuTime }) => sum + cpuTime * 1_000, 0);
  }

  private async untilFrozen(over: AbortSignal): Promise<never> {
    const beganMs = performance.now();
    let first: number | null = null;
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return new Promise<never>(() => undefined);
      const used = await this.usedMs();
      first ??= used;
      if (used - first > FREEZE_CPU_MS) throw new Frozen(used - first);
      if (performance.now() - beganMs > SILENCE_MS)
        throw new AppError('RunStalled', `the page did not answer for ${SILENCE_MS} ms`);
    }
  }
}
