import { defineSearchAttributeKey } from '@temporalio/common';

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** What workflows are found by in Temporal's list; the server has to know every name. */
export const SEARCH_ATTRIBUTES = {
  userId: keyword('UserId'),
  projectId: keyword('ProjectId'),
  /** Id of the row: a job or an action. */
  jobId: keyword('JobId'),
  /** Kind of the writer or of the action. */
  action: keyword('JobAction'),
  /** Where the newest attempt runs. */
  backend: keyword('Backend'),
  /** What a message turned out to be; of everything else the same as `JobAction` (I4). */
  kind: keyword('Kind'),
  /** How the work ended (I4): completed, failed, cancelled, refused, existing. */
  outcome: keyword('JobOutcome'),
  /** Why, by the kinds of the policy table; only when it failed or was refused (I4). */
  failureKind: keyword('FailureKind'),
} as const;
