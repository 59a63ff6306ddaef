import { ApplicationFailure, CancelledFailure, isCancellation, setCurrentDetails, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { GenerationSpec, JobRef, RunAgentOutcome } from '../activities/ports.js';
import { localAgent, shared } from './activity-proxies.js';
import { classifyFailure, retryDelayMs } from './failures.js';

/** Shared with the story, so that its end events carry the last attempt. */
export interface RunProgress { attempt: number }

export interface RunRequest {
  ref: JobRef;
  spec: GenerationSpec;
  /** Longest time from the first slot to the candidate, over all tries (F3). */
  jobTimeoutMs: number;
  progress: RunProgress;
}

const backendKey = defineSearchAttributeKey('Backend', 'KEYWORD');

/** Attempts until a candidate is there: each has its own number, so that an older one can be told to stop (C1, C2). */
export async function runWithRetries(request: RunRequest): Promise<RunAgentOutcome> {
  upsertSearchAttributes([{ key: backendKey, value: 'local' }]);
  for (let tries = 1; ; tries += 1) {
    try {
      return await runOnce(request);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = classifyFailure(error);
      const delayMs = retryDelayMs(failure, tries);
      if (delayMs === null) throw error;
      setCurrentDetails(`もう一度試します (${failure.kind}, ${tries + 1})`);
      if (delayMs > 0) await sleep(delayMs);
    }
  }
}

async function runOnce({ ref, spec, jobTimeoutMs, progress }: RunRequest): Promise<RunAgentOutcome> {
  const started = await shared.startAttempt.executeWithOptions({ summary: 'Count one more start of the runner' }, [ref]);
  // The row has ended elsewhere (cancelled, reconciled): nothing may be written any more.
  if (!started) throw new CancelledFailure('the job row has ended');
  progress.attempt = started.attempt;
  const leftMs = jobTimeoutMs - started.slotAgeMs;
  if (leftMs <= 0) throw ApplicationFailure.nonRetryable('no time left for another attempt', 'RunTimedOut');
  setCurrentDetails(`作成中 (attempt ${started.attempt}, local)`);
  const summary = `Claude run ${started.attempt}: ${spec.request.slice(0, 60)}`;
  return localAgent(leftMs).runAgent.executeWithOptions({ summary }, [{ ...ref, attempt: started.attempt, spec }]);
}
