import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import type { GenerationSpec, JobRef, RunAgentOutcome } from '../activities/ports.js';
import { localAgent, modalAgent, shared } from './activity-proxies.js';
import { attemptLimitMs } from './next-attempt.js';
import { runWithFallback, type Attempt } from './run-with-fallback.js';

const MAX_SUMMARY_CHARS = 60;
/** A call that has gone on without a worker may be over: its result is fetched all the same. */
const SHORTEST_LIMIT_MS = 10_000;

/** Shared with the story: its end events carry the last attempt, and the Volume has to follow. */
export interface AgentProgress {
  attempt: number;
  usedModal: boolean;
}

export interface AgentWork {
  ref: JobRef;
  spec: GenerationSpec;
  /** Longest time from the first slot to the candidate, over all attempts (F3). */
  jobTimeoutMs: number;
  progress: AgentProgress;
}

interface AgentAttempt extends Attempt {
  readonly limitMs: number;
}

/**
 * Runs the model until it has a candidate or an answer. Each attempt has its own number in the
 * job's row, so that an older one can be told to stop (C1, C2).
 */
export async function runAgent(work: AgentWork): Promise<RunAgentOutcome> {
  const { ref, spec } = work;
  return runWithFallback<RunAgentOutcome, AgentAttempt>({
    workId: ref.jobId,
    chooseFor: ref,
    label: '作成中',
    begin: (attempt) => beginAttempt(work, attempt),
    run: ({ backend, number, limitMs }, usedMs) => {
      const leftMs = usedMs === 0 ? limitMs : Math.max(limitMs - usedMs, SHORTEST_LIMIT_MS);
      const request = spec.request.slice(0, MAX_SUMMARY_CHARS);
      const summary = `Claude run ${number} (${backend}): ${request}`;
      const agent = backend === 'modal' ? modalAgent(leftMs) : localAgent(leftMs);
      return agent.runAgent.executeWithOptions({ summary }, [{ ...ref, attempt: number, spec }]);
    },
  });
}

/** The attempt under the row's number, with its time limit. Throws when there may be none. */
async function beginAttempt(
  { ref, jobTimeoutMs, progress }: AgentWork,
  { backend, reason, lostMs }: Attempt,
): Promise<AgentAttempt> {
  const started = await shared.startAttempt.executeWithOptions(
    { summary: 'Count one more start of the runner' },
    [{ ...ref, backend }],
  );
  // The row has ended elsewhere (cancelled, reconciled): nothing may be written any more.
  if (!started) throw new CancelledFailure('the job row has ended');
  progress.attempt = started.attempt;
  const leftMs = jobTimeoutMs + lostMs - started.slotAgeMs;
  if (leftMs <= 0)
    throw ApplicationFailure.nonRetryable('no time left for another attempt', 'RunTimedOut');
  const limitMs = attemptLimitMs(backend, leftMs, jobTimeoutMs);
  if (limitMs <= 0) {
    const why = 'too little time left for Modal';
    return { number: started.attempt, backend: 'local', reason: why, lostMs, limitMs: leftMs };
  }
  progress.usedModal ||= backend === 'modal';
  return { number: started.attempt, backend, reason, lostMs, limitMs };
}
