import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { modalControlOf } from '../support/modal-emulator.js';
import { workerPidsOf } from '../support/hosts.js';
import type { Stack, StackPart } from '../support/stack.js';
import {
  descendants,
  isModelProgram,
  isRunner,
  listProcesses,
  type Process,
} from '../support/processes.js';
import type { Random } from './random.js';
import type { Trouble, Troubles } from './troubles.js';

export type Target = Exclude<StackPart, 'demo'> | 'runner' | 'cli' | 'container' | Trouble;
/**
 * `victim`: the process, the call whose container it was, the run, or the build that became
 * current; null when nothing of the kind was there.
 */
export interface Kill {
  afterMs: number;
  target: Target;
  victim: string | null;
}
type Weights = Readonly<Partial<Record<Target, number>>>;

const TROUBLES: Weights = {
  supabaseStopped: 1,
  temporalStopped: 1,
  operatorCancel: 2,
  terminated: 1,
  deploy: 2,
  filesGone: 3,
};
const LOCAL_WEIGHTS: Weights = {
  ...TROUBLES,
  worker: 5,
  api: 4,
  runner: 4,
  cli: 4,
  supabase: 3,
  postgres: 3,
  temporal: 1,
};
const MODAL_WEIGHTS: Weights = {
  ...TROUBLES,
  worker: 5,
  api: 4,
  container: 4,
  modal: 3,
  runner: 3,
  cli: 3,
  supabase: 3,
  postgres: 3,
  temporal: 1,
};
/** Hosts come and go; a build of its own would have a single one of them. */
const HOST_WEIGHTS: Weights = { ...LOCAL_WEIGHTS, worker: 3, api: 3, hostLost: 10, deploy: 0 };
/** What is killed how often on such a stack. */
export function weightsOf(on: {
  modalEmulator?: boolean;
  temporalServer?: boolean;
  hosts?: boolean;
}): Weights {
  const weights = on.hosts ? HOST_WEIGHTS : on.modalEmulator ? MODAL_WEIGHTS : LOCAL_WEIGHTS;
  return on.temporalServer ? { ...weights, temporal: 5 } : weights;
}
/** Parts that are started again when they end. */
const PARTS: readonly Target[] = ['worker', 'api', 'supabase', 'postgres', 'temporal', 'modal'];
/** What Modal makes of the call of a container that died. */
const DEATHS = ['failure', 'internal', 'restart'] as const;
const LOOK_MS = 500;
/** Patience with a run to be killed. */
const VICTIM_MS = 10_000;
const VICTIM_LOOK_MS = 150;
/** Of the parts that are killed, so many are up again before the time to the next kill begins. */
const AWAITED_SHARE = 0.75;

export interface MonkeyOptions {
  random: Random;
  minGapMs: number;
  maxGapMs: number;
  weights: Weights;
  troubles: Troubles;
}

function isPart(target: Target): target is Exclude<StackPart, 'demo'> {
  return PARTS.includes(target);
}

/**
 * Kills parts of the stack with SIGKILL, or makes another trouble, at random times until it is told
 * to stop.
 */
export class Monkey {
  readonly kills: Kill[] = [];
  /**
   * Runners and model programs seen while they worked, so that one that outlives its worker or
   * container is known again.
   */
  readonly runs = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly startedAt = Date.now();
  private readonly lives: Promise<void>[];

  constructor(
    private readonly stack: Stack,
    private readonly options: MonkeyOptions,
  ) {
    this.lives = [this.killNowAndThen(), this.lookForRuns()];
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.lives);
  }

  /** When it killed or stopped something last, as `Date.now()` tells it; 0 = never. */
  get lastMs(): number {
    const last = this.kills.at(-1);
    return last === undefined ? 0 : this.startedAt + last.afterMs;
  }

  private async killNowAndThen(): Promise<void> {
    const { random, minGapMs, maxGapMs } = this.options;
    while (await this.pause(random.between(minGapMs, maxGapMs))) {
      const target = random.weighted(this.options.weights as Record<Target, number>);
      // Which of several children: decided by the seed, not by what happens to run.
      const choice = random.next();
      const victim = await this.kill(target, choice).catch(() => null);
      this.kills.push({ afterMs: Date.now() - this.startedAt, target, victim });
      if (victim !== null && isPart(target) && choice < AWAITED_SHARE)
        await this.untilUp(target, Number(victim));
    }
  }

  /**
   * On a busy machine a part takes as long to start as there is between two kills: users would only
   * wait, and nothing would be proven. The others fall while something is down.
   */
  private async untilUp(part: StackPart, oldPid: number): Promise<void> {
    const stopped = once(this.stopping.signal, 'abort');
    const up = this.stack.untilRestarted(part, oldPid).catch(() => undefined);
    if (!this.stopping.signal.aborted) await Promise.race([up, stopped]);
  }

  private async kill(target: Target, choice: number): Promise<string | null> {
    switch (target) {
      case 'runner':
        return this.untilSome(() => this.killRun(isRunner, choice));
      case 'cli':
        return this.untilSome(() => this.killRun(isModelProgram, choice));
      case 'container':
        return this.untilSome(() => this.killContainer(choice));
      case 'supabaseStopped':
      case 'temporalStopped':
      case 'operatorCancel':
      case 'terminated':
      case 'deploy':
      case 'filesGone':
      case 'hostLost':
        return this.options.troubles.make(target, choice);
      default:
        return String(await this.stack.kill(target));
    }
  }

  /** Waits for something of the kind to run; null when nothing comes. */
  private async untilSome(kill: () => Promise<string | null>): Promise<string | null> {
    for (
      const deadline = Date.now() + VICTIM_MS;
      Date.now() < deadline && (await this.pause(VICTIM_LOOK_MS));
    ) {
      const victim = await kill().catch(() => null);
      if (victim !== null) return victim;
    }
    return null;
  }

  private async killRun(
    isKind: (process: Process) => boolean,
    choice: number,
  ): Promise<string | null> {
    const victims = (await this.descendants()).filter(isKind);
    const victim = victims[Math.floor(choice * victims.length)];
    if (!victim) return null;
    process.kill(victim.pid, 'SIGKILL');
    return String(victim.pid);
  }

  private async killContainer(choice: number): Promise<string | null> {
    const control = modalControlOf(this.stack);
    const calls = (await control.state()).calls.filter(({ isRunning }) => isRunning);
    const call = calls[Math.floor(choice * calls.length)];
    const outcome = DEATHS[Math.floor(choice * 1_000) % DEATHS.length];
    return call && outcome && (await control.killContainers({ call: call.id, outcome })) > 0
      ? `${call.id} (${outcome})`
      : null;
  }

  private async lookForRuns(): Promise<void> {
    do {
      for (const one of (await this.descendants()).filter(
        (process) => isRunner(process) || isModelProgram(process),
      ))
        this.runs.add(one.pid);
    } while (await this.pause(LOOK_MS));
  }

  /** Everything below those that start runs: workers, and what stands in for Modal. */
  private async descendants(): Promise<Process[]> {
    const [all, ...roots] = await Promise.all([
      listProcesses(),
      workerPidsOf(this.stack).catch(() => []),
      this.stack.pidOf('modal').then(
        (pid) => [pid],
        () => [],
      ),
    ]);
    return roots.flat().flatMap((pid) => descendants(all, pid));
  }

  private pause(ms: number): Promise<boolean> {
    return sleep(ms, true, { signal: this.stopping.signal }).catch(() => false);
  }
}
