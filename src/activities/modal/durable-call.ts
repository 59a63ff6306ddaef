import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import type { Store } from '../../store/index.js';
import type { LongActivity } from '../frame/long-activity.js';
import { FailedRun } from '../hosted/host.js';
import type { CallName, ModalAnswer, ModalCall, ModalCalls, RunningCall } from './call.js';

/**
 * What the next worker needs to go on with the same call; `functionCallId` null = a worker was just
 * beginning one.
 */
const Beat = z.object({
  callId: z.string(),
  functionCallId: z.string().nullish(),
  spawnedAtMs: z.number().optional(),
});

export interface DurableCallDeps {
  readonly calls: ModalCalls;
  readonly marks: Pick<Store['modalCalls'], 'mark' | 'unmark' | 'find'>;
}

/** One numbered attempt at long work, as one call. Its `callId` is that of no other attempt. */
export interface DurableWork {
  readonly name: CallName & { readonly callId: string };
  /** What the call is sent, made only when one begins. */
  prepare(): Promise<Pick<ModalCall, 'input' | 'files' | 'keep'>>;
  /** The call is running on Modal. */
  readonly onRunning?: () => void;
  /** Looks at the work between two polls; its error ends the call. */
  readonly watch?: () => Promise<void>;
  /** Longest wait for the end of the call, against a container that hangs. */
  readonly limitMs?: number;
}

/**
 * Makes a call that survives the death of its worker (C1): it is marked in `modal_calls`, spawned,
 * noted there and in the heartbeat, and the next worker attaches to it instead of paying for
 * another. A worker that dies between mark and note leaves a call of unknown id: that
 * attempt fails as `RunCrashed`. The call is ended when the activity is cancelled or fails, and
 * goes on when its worker is shut down.
 */
export async function durableCall(
  deps: DurableCallDeps,
  work: DurableWork,
  activity: LongActivity,
): Promise<ModalAnswer> {
  return new DurableCall(deps, work, activity).attachOrBegin();
}

class DurableCall {
  constructor(
    private readonly deps: DurableCallDeps,
    private readonly work: DurableWork,
    private readonly activity: LongActivity,
  ) {}

  async attachOrBegin(): Promise<ModalAnswer> {
    return this.read((await this.attach()) ?? (await this.begin()));
  }

  /** The call that an earlier worker has begun; null = there is none. */
  private async attach(): Promise<RunningCall | null> {
    const { name } = this.work;
    const earlier = await this.earlierCall();
    if (earlier === null) return null;
    const { functionCallId, spawnedAtMs } = earlier;
    if (functionCallId === null) {
      await this.deps.marks.unmark(name.callId);
      throw new AppError('RunCrashed', 'a worker died while it began a call');
    }
    const running = await this.deps.calls.attach(name, functionCallId, spawnedAtMs);
    this.beat(running);
    return running;
  }

  /**
   * The heartbeat knows it, or, when none arrived in time or its worker was shut down, the table
   * does.
   */
  private async earlierCall() {
    const { callId } = this.work.name;
    const beat = Beat.safeParse(this.activity.earlierDetails).data;
    if (beat?.callId !== callId || beat.functionCallId === undefined)
      return this.deps.marks.find(callId);
    const { functionCallId, spawnedAtMs = Date.now() } = beat;
    return { functionCallId, spawnedAtMs };
  }

  private async begin(): Promise<RunningCall> {
    const { calls, marks } = this.deps;
    const { name } = this.work;
    const { callId, userId, fn, attempt } = name;
    const prepared = await this.work.prepare();
    this.activity.signal.throwIfAborted();
    await marks.mark({
      callId,
      userId,
      jobId: attempt?.jobId ?? null,
      attempt: attempt?.number ?? null,
      function: fn,
    });
    this.activity.beat({ callId, functionCallId: null });
    try {
      const running = await calls.spawn({ ...name, ...prepared });
      await running.noted;
      this.beat(running);
      return running;
    } catch (error) {
      await marks.unmark(callId);
      throw error;
    }
  }

  private beat({ callId, remote, spawnedAtMs }: RunningCall): void {
    this.activity.beat({ callId, functionCallId: remote.functionCallId, spawnedAtMs });
    this.work.onRunning?.();
  }

  private async read(running: RunningCall): Promise<ModalAnswer> {
    const { limitMs, watch } = this.work;
    const { signal } = this.activity;
    const limit = limitMs === undefined ? null : AbortSignal.timeout(limitMs);
    try {
      return await this.deps.calls.wait(running, {
        signal: limit ? AbortSignal.any([signal, limit]) : signal,
        ...(watch ? { watch } : {}),
      });
    } catch (error) {
      if (!(error instanceof FailedRun) && !this.activity.isShuttingDown())
        await this.deps.calls.cancel(running);
      if (limit !== null && error === limit.reason)
        throw new AppError('RunTimedOut', `the container gave no result within ${limitMs} ms`);
      throw error;
    }
  }
}
