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
} as const;
