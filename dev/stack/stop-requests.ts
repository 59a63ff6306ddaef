import type { Log } from '../../src/telemetry/log.js';

/**
 * A second Ctrl-C within this time is the first one, received twice: npm passes on what the
 * terminal has sent already.
 */
const SAME_PRESS_MS = 1_000;

export interface StopRequestsOptions {
  readonly log: Log;
  /** The end of our parent asks, too. */
  readonly withParent: boolean;
  /** For so long workers finish what they have begun; null where there is none. */
  readonly graceMs: number | null;
  readonly killAll: () => void;
}

/**
 * Ctrl-C, SIGTERM and the end of our parent. The first one requests a stop; the next one, while
 * workers finish what they have begun, makes them hand it over (I5); another one kills
 * everything.
 */
export class StopRequests {
  /** Resolves at the first request. */
  readonly asked: Promise<void>;
  private readonly handingOver = new AbortController();
  private askedAt: number | null = null;
  private isFinishing = false;

  constructor(private readonly options: StopRequestsOptions) {
    this.asked = new Promise((resolve) => {
      const ask = (): void => this.ask(resolve);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
      if (options.withParent) process.stdin.resume().once('end', ask).once('error', ask);
    });
  }

  /** Waits for what workers finish; its signal makes them hand over. */
  async whileFinishing(finish: (handOver: AbortSignal) => Promise<unknown>): Promise<void> {
    this.isFinishing = true;
    await finish(this.handingOver.signal);
    this.isFinishing = false;
  }

  private ask(resolve: () => void): void {
    const { log, graceMs, killAll } = this.options;
    if (this.askedAt === null) {
      this.askedAt = Date.now();
      log.info(
        graceMs === null
          ? 'stopping everything in order; Ctrl-C again kills it at once'
          : `finishing the runs that have begun, for ${graceMs / 1000} s at most, then stopping ` +
              'everything in order; Ctrl-C again hands them over to the next start',
      );
      return resolve();
    }
    if (Date.now() - this.askedAt <= SAME_PRESS_MS) return;
    if (this.isFinishing && !this.handingOver.signal.aborted) {
      this.askedAt = Date.now();
      log.info('handing over to the next start; Ctrl-C again kills everything at once');
      this.handingOver.abort();
      return;
    }
    killAll();
    process.exit(130);
  }
}
