import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';
import { untilAborted } from '../../concurrency.js';
import { AppError } from '../../contracts/base/errors.js';
import type { BoxedBrowser } from '../boxed-browser.js';
import { BOX_MEMORY_BYTES, GameStopped } from '../box-watch.js';

/** A page that works for so long without an end stands still: time of the processor, no other. */
const FREEZE_CPU_MS = 4_000;
/** First look at work that takes longer than most, then as soon as its limit can be reached. */
const LOOK_MS = 250;
/** Cores that its threads use at a time. */
const MOST_CORES = 2;
/** All that a browser works meanwhile, also for its drawing: then it shows no frame. */
const SILENT_CPU_MS = 20_000;

interface ProcessInfo {
  readonly type: string;
  readonly cpuTime: number;
}

/** The play has come to no end: nothing follows for the game. */
export class PlayEnded extends Error {}

/**
 * Distinguishes a game that stands still from a busy machine. A frozen page does not answer, but
 * the browser reports what its processes have used.
 */
export class CpuWatch {
  private readonly crashed = new AbortController();

  private constructor(
    private readonly boxed: BoxedBrowser,
    private readonly session: CDPSession,
  ) {
    session.on('Target.targetCrashed', ({ status }) =>
      this.crashed.abort(crashOf(status, boxed.peakBytes())),
    );
  }

  static async over(boxed: BoxedBrowser): Promise<CpuWatch> {
    const session = await boxed.browser.newBrowserCDPSession();
    const watch = new CpuWatch(boxed, session);
    await session.send('Target.setDiscoverTargets', { discover: true });
    return watch;
  }

  /**
   * The result of something that the page has to answer. Throws `GameStopped`, or `PlayEnded`, or
   * what the browser has ended with. No time of the wall ends it.
   */
  async during<T>(work: Promise<T>): Promise<T> {
    const over = new AbortController();
    try {
      const answered = this.boxed.during(untilAborted(work, this.crashed.signal));
      return await Promise.race([answered, this.untilFrozen(over.signal)]);
    } finally {
      over.abort();
      work.catch(() => undefined);
    }
  }

  /** Time of the processor that pages have used so far, and the whole browser, milliseconds. */
  private async usedMs(): Promise<{ pages: number; all: number }> {
    const { processInfo } = (await this.session.send('SystemInfo.getProcessInfo')) as {
      processInfo: ProcessInfo[];
    };
    const sum = (of: readonly ProcessInfo[]): number =>
      of.reduce((ms, { cpuTime }) => ms + cpuTime * 1_000, 0);
    return {
      pages: sum(processInfo.filter(({ type }) => type === 'renderer')),
      all: sum(processInfo),
    };
  }

  private async untilFrozen(over: AbortSignal): Promise<never> {
    let first: { pages: number; all: number } | null = null;
    for (let lookMs = LOOK_MS; ;) {
      await sleep(lookMs, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return new Promise<never>(() => undefined);
      const used = await this.usedMs();
      first ??= used;
      const workedMs = Math.round(used.pages - first.pages);
      if (workedMs > FREEZE_CPU_MS)
        throw new GameStopped('freeze', `the page worked for ${workedMs} ms without an end`);
      if (used.all - first.all > SILENT_CPU_MS)
        throw new PlayEnded(`no frame in ${SILENT_CPU_MS} ms of the processor`);
      lookMs = Math.max(LOOK_MS, (FREEZE_CPU_MS - workedMs) / MOST_CORES);
    }
  }
}

/**
 * Why a page died: what the system has killed was not the game's doing. A page that grew fast has
 * ended between two looks at its memory.
 */
function crashOf(status: string, peakBytes: number): Error {
  if (status === 'killed') return new AppError('RunCrashed', 'the system has killed the page');
  const code = peakBytes > BOX_MEMORY_BYTES / 2 ? 'memory' : 'freeze';
  return new GameStopped(code, `the browser has ended the page (${status})`);
}
