import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import { callIdFor } from '../../contracts/ids.js';
import { volumeRepoOf, type ModalRequest } from '../../contracts/modal.js';
import type { Log } from '../../log.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import type { Store } from '../../store/index.js';
import { workerShutdown } from '../frame/typed-failures.js';
import { generateInput, readOutcome, superseded } from '../runner/generate-input.js';
import type { AgentActivities, RunAgentInput, RunAgentOutcome } from '../ports.js';
import type { ModalAnswer, ModalCall, ModalCalls, RunningCall } from './call.js';
import { callbackBaseUrl } from './callback-url.js';
import { stallWatch } from './stall-watch.js';

const HEARTBEAT_MS = 1_000;

/**
 * What the next worker needs to go on with the same call; `functionCallId` null = somebody was just
 * beginning one.
 */
const Beat = z.object({
  callId: z.string(),
  functionCallId: z.string().nullish(),
  spawnedAtMs: z.number().optional(),
});
type Beat = z.infer<typeof Beat>;

export interface ModalAgentDeps {
  config: WorkerConfig;
  store: Pick<Store, 'jobs' | 'volumeHeads'>;
  mirror: Mirror;
  calls: ModalCalls;
  log: Log;
}

/**
 * Runs the model in a container on the user's own Volume and brings the candidate home (E1, E6).
 */
export function modalAgentActivities(deps: ModalAgentDeps): AgentActivities {
  return { runAgent: (input) => new ModalRun(deps, input, Context.current()).run() };
}

class ModalRun {
  private beat: Beat;
  private running: RunningCall | null = null;

  constructor(
    private readonly deps: ModalAgentDeps,
    private readonly input: RunAgentInput,
    private readonly context: Context,
  ) {
    this.beat = { callId: callIdFor(input.jobId, input.attempt) };
  }

  async run(): Promise<RunAgentOutcome> {
    const earlier = Beat.safeParse(this.context.info.heartbeatDetails).data ?? null;
    if (earlier?.callId === this.beat.callId) this.beat = earlier;
    const beating = setInterval(() => this.tell(this.beat), HEARTBEAT_MS);
    try {
      this.tell(this.beat);
      await this.assertNewest();
      return await this.bringHome(await this.answer());
    } catch (error) {
      throw await this.end(error);
    } finally {
      clearInterval(beating);
    }
  }

  private tell(beat: Beat): void {
    this.beat = beat;
    this.context.heartbeat(beat);
  }

  private async assertNewest(): Promise<void> {
    const { jobId, attempt } = this.input;
    if (!(await this.deps.store.jobs.takeSlot(jobId, attempt))) throw superseded(attempt);
  }

  /**
   * The end of the call; a Volume that turns out to be behind what was noted is sent everything,
   * once (E6).
   */
  private async answer(): Promise<ModalAnswer> {
    try {
      return await this.waitFor(await this.begin(false));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'VolumeBehind') throw error;
      await this.deps.store.volumeHeads.remove(this.input.projectId);
      return this.waitFor(await this.begin(true));
    }
  }

  private async begin(sendsEverything: boolean): Promise<RunningCall> {
    const { functionCallId, spawnedAtMs, callId } = this.beat;
    if (!sendsEverything) {
      // Which call it was is not known, so it cannot be stopped: a new attempt makes the old one
      // stop by itself (C2).
      if (functionCallId === null)
        throw new AppError('RunCrashed', 'a worker died while it began a call');
      if (functionCallId !== undefined)
        return this.deps.calls.attach(this.call(null), functionCallId, spawnedAtMs ?? Date.now());
    }
    const call = this.call(await this.missingOnVolume(sendsEverything));
    this.context.cancellationSignal.throwIfAborted();
    this.tell({ callId, functionCallId: null });
    const running = await this.deps.calls.spawn(call);
    this.tell({
      callId,
      functionCallId: running.remote.functionCallId,
      spawnedAtMs: running.spawnedAtMs,
    });
    return running;
  }

  private call(bundle: ModalRequest['bundle']): ModalCall {
    const { config } = this.deps;
    const { userId, projectId, jobId, attempt } = this.input;
    // The container puts the scratch folder into its own temp folder.
    const place = {
      repoDir: volumeRepoOf(projectId),
      scratchDir: '',
      callbackBaseUrl: callbackBaseUrl(config),
      wantBundle: true,
    };
    return {
      userId,
      fn: 'generate-game',
      input: generateInput(config, this.input, place),
      bundle,
      attempt: { jobId, number: attempt },
    };
  }

  private async missingOnVolume(everything: boolean): Promise<ModalRequest['bundle']> {
    const {
      userId,
      projectId,
      spec: { parent },
    } = this.input;
    if (parent === null) return null;
    const have = everything ? null : await this.deps.store.volumeHeads.get(projectId);
    const bytes =
      have === parent
        ? null
        : await this.deps.mirror.exportBundle(userId, projectId, { have, want: parent });
    return bytes && { want: parent, bytes };
  }

  private async waitFor(running: RunningCall): Promise<ModalAnswer> {
    this.running = running;
    const { config, store, log } = this.deps;
    const hasCallback = callbackBaseUrl(config) !== null;
    const answer = await this.deps.calls.wait(running, {
      signal: this.context.cancellationSignal,
      ...(hasCallback
        ? {
            watch: stallWatch({
              store,
              config,
              log,
              jobId: this.input.jobId,
              attempt: this.input.attempt,
            }),
          }
        : {}),
    });
    this.running = null;
    return answer;
  }

  /** From here on everything is as if the run had been made in the mirror itself. */
  private async bringHome({ result, bundle }: ModalAnswer): Promise<RunAgentOutcome> {
    const { mirror } = this.deps;
    const {
      userId,
      projectId,
      spec: { parent },
    } = this.input;
    const outcome = readOutcome(result, this.input);
    if (outcome.kind === 'answer') return outcome;
    await this.assertNewest();
    if (bundle) await this.importCandidate(outcome.revision, bundle);
    await mirror.assertRevision(userId, projectId, outcome.revision, parent);
    return outcome;
  }

  private async importCandidate(want: string, bytes: Uint8Array): Promise<void> {
    const { mirror, calls } = this.deps;
    const { userId, projectId, jobId, attempt } = this.input;
    const ref = `refs/jobs/${jobId}/${attempt}`;
    try {
      await mirror.importBundle(userId, projectId, { bytes, want, ref });
    } catch (error) {
      // The mirror lost what the candidate builds on; the Volume has all of it.
      if (!(error instanceof AppError) || error.kind !== 'RevisionMissing') throw error;
      const input = {
        command: 'git',
        op: 'bundle',
        repoDir: volumeRepoOf(projectId),
        have: null,
        want,
        file: '',
      } as const;
      const whole = await calls.run({ userId, fn: 'git-operation', input }, z.unknown());
      if (!whole.bundle) throw error;
      await mirror.importBundle(userId, projectId, { bytes: whole.bundle, want, ref });
    }
  }

  /**
   * Stops what may still run, and says what this was: a cancelled attempt, one that another worker
   * goes on with, or a failure.
   */
  private async end(error: unknown): Promise<unknown> {
    const { cancellationSignal, cancellationDetails } = this.context;
    if (cancellationSignal.aborted && cancellationDetails?.workerShutdown)
      return workerShutdown(error);
    if (this.running) await this.deps.calls.cancel(this.running);
    if (cancellationSignal.aborted)
      return this.context.cancelled.catch((cancelled: unknown) => cancelled);
    return error;
  }
}
