import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../src/telemetry/log.js';
import { nextRestart, type RestartState } from './backoff.js';
import { startOrphanReaper } from './orphan-reaper.js';
import { clearPid, killGroup, writePid } from './pids.js';
import { NEEDS, PARTS, type Part } from './plan.js';
import type { Running, StopOptions } from './running.js';

/** A part that is restarted hands over what it has not finished after so long. */
const RESTART_FINISH_MS = 20_000;

/** How one part is brought up. */
export interface PartRunner {
  readonly part: Part;
  /**
   * Starts the part, reports its process as soon as there is one, resolves when it answers. When it
   * fails, nothing of it is left running. `signal` ends the waiting.
   */
  start(onSpawned: (running: Running) => Promise<void>, signal: AbortSignal): Promise<Running>;
}

export interface SupervisorOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Parts that stay down when they end. */
  readonly leftDown: readonly Part[];
}

/** How a part that stays down ended. */
export interface PartEnd {
  readonly part: Part;
  readonly how: string;
}

/**
 * Brings up parts in the order of their needs, starts again what dies, and stops everything in
 * reverse.
 */
export class Supervisor {
  /** Resolves when the first part that is not started again has ended. */
  readonly firstEnd: Promise<PartEnd>;
  private reportEnd!: (end: PartEnd) => void;
  private readonly reaper = startOrphanReaper();
  private readonly stopping = new AbortController();
  private readonly live = new Map<Part, Running>();
  private readonly lives: Promise<void>[] = [];
  /** Parts that were stopped in order to start again. */
  private readonly restarting = new Set<Part>();

  constructor(
    private readonly runners: readonly PartRunner[],
    private readonly options: SupervisorOptions,
  ) {
    this.firstEnd = new Promise((resolve) => {
      this.reportEnd = resolve;
    });
  }

  /** Resolves when every part answers; rejects with the first reason why one cannot. */
  async startAll(): Promise<void> {
    const ready = new Map<Part, Promise<void>>();
    for (const runner of this.runners) {
      const needed = NEEDS[runner.part].flatMap((part) => ready.get(part) ?? []);
      ready.set(
        runner.part,
        Promise.all(needed).then(() => this.begin(runner)),
      );
    }
    await Promise.all(ready.values());
  }

  /**
   * Has a part finish its work and end, while the others are there for it; nothing is started any
   * more from now on.
   */
  async finish(part: Part, handOver: AbortSignal): Promise<void> {
    this.stopping.abort(new Error('the stack is being stopped'));
    await this.stop(part, { handOver });
  }

  /** Stops what runs, in reverse order, each part within its own time limit. */
  async stopAll(): Promise<void> {
    this.stopping.abort(new Error('the stack is being stopped'));
    for (const part of [...PARTS].reverse()) await this.stop(part);
    await Promise.all(this.lives);
    this.reaper.end();
  }

  /**
   * Stops a part that runs and starts it again at once; for one that is starting it does nothing.
   */
  async restart(part: Part): Promise<void> {
    const running = this.live.get(part);
    if (!running || this.restarting.has(part)) return;
    this.restarting.add(part);
    await running.stop({ finishMs: RESTART_FINISH_MS });
  }

  private async stop(part: Part, options?: StopOptions): Promise<void> {
    const running = this.live.get(part);
    if (!running) return;
    const startedAt = Date.now();
    await running.stop(options);
    this.options.log.info({ part, tookMs: Date.now() - startedAt }, `${part} stopped`);
  }

  /** Kills everything at once. */
  killAll(): void {
    for (const running of this.live.values()) killGroup(running.pid);
  }

  /** Starts a part for the first time; from then on its life goes on by itself. */
  private begin(runner: PartRunner): Promise<void> {
    const startedAt = Date.now();
    const { part } = runner;
    return new Promise((resolve, reject) => {
      this.lives.push(
        this.startOnce(runner).then((running) => {
          this.options.log.info(
            { part, pid: running.pid, tookMs: Date.now() - startedAt },
            `${part} is ready`,
          );
          resolve();
          return this.liveOn(runner, running);
        }, reject),
      );
    });
  }

  /**
   * From the first start to the stop: the part is up, or waits for its next start, or is being
   * started.
   */
  private async liveOn(runner: PartRunner, first: Running): Promise<void> {
    const { part } = runner;
    const { log, leftDown } = this.options;
    let restarts: RestartState = { ends: 0 };
    let readyAt: number | null = Date.now();
    let how = await this.endOf(part, first);
    while (!this.stopping.signal.aborted) {
      if (this.restarting.delete(part)) log.info({ part }, `${part} is restarted`);
      else if (leftDown.includes(part)) {
        log.warn({ part }, `${part} ended (${how}) and stays down, as asked`);
        this.reportEnd({ part, how });
        return;
      } else {
        restarts = await this.backOff(part, how, restarts, readyAt);
      }
      readyAt = null;
      try {
        const running = await this.startOnce(runner);
        readyAt = Date.now();
        log.info({ part, pid: running.pid }, `${part} is up again`);
        how = await this.endOf(part, running);
      } catch (error) {
        how = error instanceof Error ? error.message : String(error);
      }
    }
  }

  /** Waits before the next start; the time that a part took to start is no life that counts. */
  private async backOff(
    part: Part,
    how: string,
    restarts: RestartState,
    readyAt: number | null,
  ): Promise<RestartState> {
    const { state, delayMs } = nextRestart(restarts, readyAt === null ? 0 : Date.now() - readyAt);
    const { signal } = this.stopping;
    this.options.log.warn(
      { part, delayMs },
      `${part} ended (${how}); it is started again in ${delayMs / 1000} s`,
    );
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    return state;
  }

  /** One start, with the process announced to the world while it lives. */
  private async startOnce(runner: PartRunner): Promise<Running> {
    let spawned: Running | undefined;
    try {
      const running = await runner.start(async (started) => {
        spawned = started;
        this.live.set(runner.part, started);
        this.reaper.add(started.pid, runner.part === 'postgres' ? 'INT' : 'TERM');
        await writePid(this.options.dataDir, runner.part, started.pid);
      }, this.stopping.signal);
      // A stop of everything may have come while it was starting.
      if (this.stopping.signal.aborted) await running.stop();
      return running;
    } catch (error) {
      if (spawned) await this.forget(runner.part, spawned);
      throw error;
    }
  }

  private async endOf(part: Part, running: Running): Promise<string> {
    const how = await running.exited;
    await this.forget(part, running);
    return how;
  }

  private async forget(part: Part, running: Running): Promise<void> {
    if (this.live.get(part) === running) this.live.delete(part);
    this.reaper.remove(running.pid);
    await clearPid(this.options.dataDir, part, running.pid);
  }
}
