import {
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { GenerationSpec, JobRef, RunAgentOutcome } from '../activities/ports.js';
import type { Backend } from '../contracts/workflows.js';
import { localAgent, modalAgent, shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { nextTry, tryLimitMs } from './next-try.js';

/**
 * Shared with the story, so that its end events carry the last attempt, and the Volume follows what
 * it has to do with.
 */
export interface RunProgress {
  attempt: number;
  usedModal: boolean;
}

export interface RunRequest {
  ref: JobRef;
  spec: GenerationSpec;
  /** Longest time from the first slot to the candidate, over all tries (F3). */
  jobTimeoutMs: number;
  progress: RunProgress;
}

interface Place {
  backend: Backend;
  reason: string;
}

const backendKey = defineSearchAttributeKey('Backend', 'KEYWORD');

/**
 * Attempts until a candidate is there: each has its own number, so that an older one can be told to
 * stop (C1, C2), and is made where the switch says; after a failure of Modal itself the rest of the
 * run stays on this machine (G1).
 */
export async function runWithRetries(request: RunRequest): Promise<RunAgentOutcome> {
  return new Run(request).untilCandidate();
}

class Run {
  private readonly tries: Record<Backend, number> = { modal: 0, local: 0 };
  private shown: Backend | null = null;
  /** Why the rest of the run stays local; null = it may still go to Modal. */
  private fallback: string | null = null;

  constructor(private readonly request: RunRequest) {}

  async untilCandidate(): Promise<RunAgentOutcome> {
    for (;;) {
      const { place, attempt, limitMs } = await this.begin();
      this.tries[place.backend] += 1;
      const startedMs = Date.now();
      try {
        return await this.attempt(place, attempt, limitMs);
      } catch (error) {
        if (isCancellation(error)) throw error;
        await this.afterFailure(place.backend, error, Date.now() - startedMs);
      }
    }
  }

  /** Where, under which number and for how long the next try is made. Throws when there is none. */
  private async begin(): Promise<{ place: Place; attempt: number; limitMs: number }> {
    const { ref, jobTimeoutMs, progress } = this.request;
    const chosen = await this.choose();
    const started = await shared.startAttempt.executeWithOptions(
      { summary: 'Count one more start of the runner' },
      [{ ...ref, backend: chosen.backend }],
    );
    // The row has ended elsewhere (cancelled, reconciled): nothing may be written any more.
    if (!started) throw new CancelledFailure('the job row has ended');
    progress.attempt = started.attempt;
    const leftMs = jobTimeoutMs - started.slotAgeMs;
    if (leftMs <= 0)
      throw ApplicationFailure.nonRetryable('no time left for another attempt', 'RunTimedOut');
    const hasTime = tryLimitMs(chosen.backend, leftMs, jobTimeoutMs) > 0;
    const place: Place = hasTime
      ? chosen
      : { backend: 'local', reason: 'too little time left for Modal' };
    progress.usedModal ||= place.backend === 'modal';
    return {
      place,
      attempt: started.attempt,
      limitMs: tryLimitMs(place.backend, leftMs, jobTimeoutMs),
    };
  }

  private async choose(): Promise<Place> {
    if (this.fallback !== null) return { backend: 'local', reason: this.fallback };
    return shared.chooseBackend.executeWithOptions({ summary: 'Modal or this machine' }, [
      this.request.ref,
    ]);
  }

  private async attempt(
    { backend, reason }: Place,
    attempt: number,
    limitMs: number,
  ): Promise<RunAgentOutcome> {
    const { ref, spec } = this.request;
    if (backend !== this.shown) upsertSearchAttributes([{ key: backendKey, value: backend }]);
    this.shown = backend;
    setCurrentDetails(`作成中 (attempt ${attempt}, ${backend}: ${reason})`);
    const summary = `Claude run ${attempt} (${backend}): ${spec.request.slice(0, 60)}`;
    const agent = backend === 'modal' ? modalAgent(limitMs) : localAgent(limitMs);
    return agent.runAgent.executeWithOptions({ summary }, [{ ...ref, attempt, spec }]);
  }

  /** Returns when there is another try, after its pause; throws the failure when there is none. */
  private async afterFailure(backend: Backend, error: unknown, tookMs: number): Promise<void> {
    const failure = classifyFailure(error);
    const decision = nextTry({ backend, failure, tries: this.tries[backend], tookMs });
    if (decision.next === 'giveUp') throw error;
    if (decision.next === 'local') {
      this.fallback = `fallback after ${failure.kind}`;
      log.warn('a run leaves Modal', {
        jobId: this.request.ref.jobId,
        attempt: this.request.progress.attempt,
        kind: failure.kind,
        detail: failure.detail,
      });
      setCurrentDetails(`この環境で続けます (local: ${this.fallback})`);
      return;
    }
    setCurrentDetails(
      `もう一度試します (${failure.kind} on ${backend}, ${this.tries[backend] + 1})`,
    );
    if (decision.delayMs > 0) await sleep(decision.delayMs);
  }
}
