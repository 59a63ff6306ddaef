import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');
/** As Temporal's command line program names the types. */
const TYPE_NAMES = { KEYWORD: 'Keyword', INT: 'Int', DOUBLE: 'Double' } as const;

/**
 * What workflows are found by in Temporal's list; the server has to know every name. Never more
 * than ids, kinds and numbers: search attributes are not encrypted.
 */
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
  /** Of a job: how many attempts were begun. */
  attempts: defineSearchAttributeKey('Attempts', 'INT'),
  /** Of a job that has completed or failed: what all of it was counted with, US dollars. */
  costUsd: defineSearchAttributeKey('CostUsd', 'DOUBLE'),
} as const;

type Numbers = 'attempts' | 'costUsd';
type Values = {
  readonly [A in keyof typeof SEARCH_ATTRIBUTES]?:
    (A extends Numbers ? number : string) | null | undefined;
};

/** Those that have a value, in the order in which they are given. */
export function attributesOf(values: Values): SearchAttributePair[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const key = SEARCH_ATTRIBUTES[name as keyof typeof SEARCH_ATTRIBUTES];
    return value === null || value === undefined ? [] : [{ key, value } as SearchAttributePair];
  });
}

/** Every one, as Temporal's command line program makes it. */
export const NAMED_ATTRIBUTES = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => ({
  name,
  type: TYPE_NAMES[type],
}));
