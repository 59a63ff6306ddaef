import type { Client } from '@temporalio/client';
import { isErrorKind, type ErrorKind } from '../contracts/base/errors.js';
import { isUuid } from '../contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';

/**
 * What is known of the run of a job that has no row: it goes on; its message waits for another
 * run (Q3); it ended so that there will be none, and why; or nothing is known.
 */
export type RowlessRun =
  { state: 'running' | 'queued' | 'unknown' } | { state: 'ended'; kind: ErrorKind };

/** Asks Temporal's list, which learns of a run a moment after its start and end. May throw. */
export function rowlessRuns(client: Client): (jobId: string) => Promise<RowlessRun> {
  return async (jobId) => {
    if (!isUuid(jobId)) return { state: 'unknown' };
    let newest: RunFacts | null = null;
    const query = `JobId = '${jobId}' AND WorkflowType = 'generateGame'`;
    for await (const { startTime, status, typedSearchAttributes } of client.workflow.list({
      query,
    }))
      if (newest === null || startTime > newest.startTime)
        newest = {
          startTime,
          status: status.name,
          outcome: typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome),
          failureKind: typedSearchAttributes.get(SEARCH_ATTRIBUTES.failureKind),
        };
    return newest === null ? { state: 'unknown' } : readRun(newest);
  };
}

interface RunFacts {
  readonly startTime: Date;
  readonly status: string;
  readonly outcome: string | undefined;
  readonly failureKind: string | undefined;
}

/** Reads the end of a run by its search attributes (I4). */
export function readRun({ status, outcome, failureKind }: Omit<RunFacts, 'startTime'>): RowlessRun {
  if (status === 'RUNNING') return { state: 'running' };
  if (outcome === 'queued') return { state: 'queued' };
  if (outcome === 'refused' && isErrorKind(failureKind))
    return { state: 'ended', kind: failureKind };
  // Ended from outside before it opened the job.
  if (status === 'TERMINATED' || status === 'TIMED_OUT')
    return { state: 'ended', kind: 'RunCrashed' };
  return { state: 'unknown' };
}
