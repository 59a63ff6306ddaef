import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import type { AgentRepair, StartedAttempt } from '../../activities/ports/attempt-port.js';
import type { JobRef } from '../../activities/ports/refs.js';
import type { RunAgentOutcome } from '../../activities/ports/agent-port.js';
import type { GenerationSpec } from '../../activities/ports/plan-port.js';
import { HOME_BACKEND, specOf, type Backend } from '../../contracts/execution/backends.js';
import { proxies, shared } from '../common/activity-proxies.js';
import { attemptLimitMs } from '../common/next-attempt.js';
import {
  newRecord,
  runWithFallback,
  type Attempt,
  type AttemptRecord,
} from '../common/run-with-fallback.js';

const MAX_SUMMARY_CHARS = 60;
/** A call that has gone on without a worker may be over: its result is fetched all the same. */
const SHORTEST_LIMIT_MS = 10_000;
/** Least time of the job that a repair needs to begin (J2). */
const REPAIR_MS = 120_000;
/** A repair is the next to take a slot: its player has waited for a game already (J2). */
const BEFORE_OTHERS = { priorityKey: 1 };

/** Shared with the story: its end events carry the last attempt, and the Volume has to follow. */
export interface AgentProgress {
  attempt: number;
  /** Where the last attempt is made; null = there was none. */
  backend: Backend | null;
  /** An attempt was made beside a Volume. */
  usedVolume: boolean;
  /** Tries and fallback count over all rounds (C1). */
  readonly record: AttemptRecord;
  /** What was left of the job's time (F3), and when; null = unknown. */
  left: TimeLeft | null;
}

export interface TimeLeft {
  readonly ms: number;
  readonly atMs: number;
}

export function noProgress(): AgentProgress {
  return { attempt: 0, backend: null, usedVolume: false, record: newRecord(), left: null };
}

export interface AgentWork {
  ref: JobRef;
  spec: GenerationSpec;
  /** Longest time from the first slot to the candidate, over all attempts (F3). */
  jobTimeoutMs: number;
  /** Where the events of an attempt are posted first (Q2). */
  listenerUrl?: string | undefined;
  progress: AgentProgress;
  /** What is to be mended; left out where a game is to be made. */
  repair?: AgentRepair;
}

interface AgentAttempt extends Attempt {
  readonly limitMs: number;
  /** Of the job's time, before the attempt. */
  readonly jobLeftMs: number;
  readonly budget: Pick<StartedAttempt, 'budgetUsd'>;
}

/**
 * Runs the model until it has a candidate or an answer. Each attempt has its own number in the
 * job's row, so that an older one is stopped (C1, C2).
 */
export async function runAgent(work: AgentWork): Promise<RunAgentOutcome> {
  const { ref, spec, repair, listenerUrl } = work;
  return runWithFallback<RunAgentOutcome, AgentAttempt>({
    workId: ref.jobId,
    chooseFor: ref,
    label: repair ? `修正中 (repair ${repair.round})` : '作成中',
    record: work.progress.record,
    countsAttempts: true,
    begin: (attempt) => beginAttempt(work, attempt),
    run: async (attempt, usedMs) => {
      const { backend, number, limitMs, budget, ended } = attempt;
      const leftMs = usedMs === 0 ? limitMs : Math.max(limitMs - usedMs, SHORTEST_LIMIT_MS);
      const outcome = await proxies(backend)
        .agent(leftMs + work.jobTimeoutMs)
        .runAgent.executeWithOptions(
          { summary: summaryOf(work, attempt), ...(repair ? { priority: BEFORE_OTHERS } : {}) },
          [
            {
              ...{ ...ref, attempt: number, spec, limitMs: leftMs, ...budget },
              ...(repair ? { repair } : {}),
              ...(ended ? { ended } : {}),
              ...(listenerUrl ? { listenerUrl } : {}),
            },
          ],
        );
      // A wait for a slot, or for a store that is away, is none of the job's time.
      const { workedMs } = outcome;
      work.progress.left =
        workedMs === undefined
          ? null
          : { ms: attempt.jobLeftMs - usedMs - workedMs, atMs: Date.now() };
      return outcome;
    },
  });
}

function summaryOf({ spec, repair }: AgentWork, { number, backend }: Attempt): string {
  if (!repair)
    return `Claude run ${number} (${backend}): ${spec.request.slice(0, MAX_SUMMARY_CHARS)}`;
  const codes = repair.findings.map(({ code }) => code).join(', ');
  return `Repair ${repair.round}: Claude run ${number} (${backend}): ${codes}`;
}

/** The attempt under the row's number, with its time limit. Throws when there may be none. */
async function beginAttempt(
  { ref, jobTimeoutMs, progress, repair }: AgentWork,
  { backend, reason, lostMs, ended }: Attempt,
): Promise<AgentAttempt> {
  const started = await shared.startAttempt.executeWithOptions(
    { summary: 'Count one more start of the runner' },
    [
      {
        ...ref,
        backend,
        ...(repair && {
          repair: {
            round: repair.round,
            latestSlotAgeMs: Math.max(0, jobTimeoutMs + lostMs - REPAIR_MS),
          },
        }),
      },
    ],
  );
  // The row has ended elsewhere (cancelled, reconciled): nothing may be written any more.
  if (!started) throw new CancelledFailure('the job row has ended');
  const { attempt: number, slotAgeMs, budgetUsd } = started;
  const budget = budgetUsd === undefined ? {} : { budgetUsd };
  progress.attempt = number;
  const leftMs = jobTimeoutMs + lostMs - slotAgeMs;
  if (leftMs <= 0)
    throw ApplicationFailure.nonRetryable('no time left for another attempt', 'RunTimedOut');
  const limitMs = attemptLimitMs(backend, leftMs, jobTimeoutMs);
  progress.backend = limitMs <= 0 ? HOME_BACKEND : backend;
  if (limitMs <= 0) {
    const why = `too little time left for ${specOf(backend).title}`;
    const given = { number, reason: why, lostMs, budget, ended };
    return { ...given, backend: HOME_BACKEND, limitMs: leftMs, jobLeftMs: leftMs };
  }
  progress.usedVolume ||= specOf(backend).keepsVolume;
  return { number, backend, reason, lostMs, limitMs, jobLeftMs: leftMs, budget, ended };
}
