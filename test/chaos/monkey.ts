import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack, StackPart } from '../support/stack.js';
import { descendants, isModelProgram, isRunner, listProcesses } from './processes.js';
import type { Random } from './random.js';

export type Target = Exclude<StackPart, 'demo' | 'modal'> | 'runner' | 'cli';
export interface Kill { afterMs: number; target: Target; pid: number | null }

const WEIGHTS: Readonly<Record<Target, number>> = { worker: 5, api: 4, runner: 4, cli: 4, supabase: 3, postgres: 3, temporal: 1 };
const LOOK_MS = 500;
/** Patience with a run to be killed. */
const VICTIM_MS = 10_000;
const VICTIM_LOOK_MS = 150;

export interface MonkeyOptions { random: Random; minGapMs: number; maxGapMs: number; weights?: Readonly<Record<Target, number>> }

/** Kills parts of the stack with SIGKILL at random times until it is told to stop. */
export class Monkey {
  readonly kills: Kill[] = [];
  /** Runners seen while they worked, so that one that outlives its worker is known again. */
  readonly runners = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly startedAt = Date.now();
  private readonly lives: Promise<void>[];

  constructor(private readonly stack: Stack, private readonly options: MonkeyOptions) {
    this.lives = [this.killNowAndThen(), this.lookForRunners()];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.lives);
  }

  private async killNowAndThen(): Promise<void> {
    const { random, minGapMs, maxGapMs } = this.options;
    while (await this.pause(random.between(minGapMs, maxGapMs))) {
      const target = random.weighted(this.options.weights ?? WEIGHTS);
      // Which of several children: decided by the seed, not by what happens to run.
      const choice = random.next();
      const pid = await (target === 'runner' || target === 'cli' ? this.killChild(target, choice) : this.stack.kill(target)).catch(() => null);
      this.kills.push({ afterMs: Date.now() - this.startedAt, target, pid });
    }
  }

  /** Waits for something of the kind to run; null when nothing comes. */
  private async killChild(target: 'runner' | 'cli', choice: number): Promise<number | null> {
    for (const deadline = Date.now() + VICTIM_MS; Date.now() < deadline && (await this.pause(VICTIM_LOOK_MS));) {
      const worker = await this.stack.pidOf('worker').catch(() => null);
      if (worker === null) continue;
      const victims = descendants(await listProcesses(), worker).filter(target === 'runner' ? isRunner : isModelProgram);
      const victim = victims[Math.floor(choice * victims.length)];
      if (!victim) continue;
      process.kill(victim.pid, 'SIGKILL');
      return victim.pid;
    }
    return null;
  }

  private async lookForRunners(): Promise<void> {
    do {
      const worker = await this.stack.pidOf('worker').catch(() => null);
      if (worker === null) continue;
      for (const { pid } of descendants(await listProcesses(), worker).filter(isRunner)) this.runners.add(pid);
    } while (await this.pause(LOOK_MS));
  }

  private pause(ms: number): Promise<boolean> {
    return sleep(ms, true, { signal: this.stopping.signal }).catch(() => false);
  }
}
