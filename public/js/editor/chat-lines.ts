/** The lines of the chat as data, and what follows from them alone. */
import type { Frame, PendingQuestion } from '../types.js';
import type { Ending } from './made-version.tsx';
import type { ChangeReceipt } from './change-receipt.ts';

/** What one can do about an answer; without a function there is no button. */
export interface AnswerActions {
  onPlay?: (() => void) | undefined;
  onChanges?: (() => void) | undefined;
  onPublish?: (() => void) | undefined;
}

/**
 * `said` is what the other side of the wire has of it, `jobId` its job, where this page has seen it
 * begin.
 */
export type NewLine =
  | { role: 'user'; said: string; shown: string; jobId?: string }
  | {
      role: 'assistant';
      said: string;
      suggestions: readonly string[];
      actions: AnswerActions;
      made: Ending;
      change: ChangeReceipt | null;
    }
  | ({ role: 'look' } & Look)
  | ({ role: 'restore'; said: string; isAnswered: boolean } & Omit<RestoreAsked, 'message'>)
  | { role: 'system'; content: string; again: (() => void) | null }
  | { role: 'error'; sentence: string; details: string | null; again: (() => boolean) | null };
/** `at`: when it was written; undefined = the server has not said so. */
export type Line = NewLine & { readonly id: number; readonly at?: string | undefined };
export type LineOf<R extends Line['role']> = Extract<Line, { role: R }>;
export type Look = NonNullable<Frame<'progress'>['look']>;
export type RestoreAsked = Omit<Extract<PendingQuestion, { type: 'restore' }>, 'type'>;

/**
 * The newest line of a person or the assistant, whatever notes stand below it, if it has this text
 * already: an answer may come both with the history and as a late frame. What was written at
 * another time is another line.
 */
export function alreadySays(
  lines: readonly Line[],
  role: 'user' | 'assistant',
  said: string,
  at?: string,
): Line | null {
  const newest = lines.findLast((line) => 'said' in line);
  if (!newest || newest.said !== said.trim()) return null;
  if (at !== undefined && newest.at !== undefined && newest.at !== at) return null;
  return (newest.role === 'user') === (role === 'user') ? newest : null;
}

/** How lines that were drawn became other ones; `before` null = none were drawn. */
export function changeOf(
  before: readonly Line[] | null,
  after: readonly Line[],
): 'redrawn' | 'added' | 'earlier' | 'altered' {
  const ids = new Set(before?.map(({ id }) => id));
  if (before === null || (ids.size > 0 && !after.some(({ id }) => ids.has(id)))) return 'redrawn';
  if (before.at(-1)?.id !== after.at(-1)?.id) return 'added';
  return before.length < after.length ? 'earlier' : 'altered';
}
