import type { Message, MessageCode } from './message.js';

/** What a job goes through, in this order; a step may come again. */
export const STEPS = ['think', 'design', 'make', 'play', 'repair', 'save'] as const;
export type Step = (typeof STEPS)[number];

/** The step of each progress message; the others belong to none. */
const STEP_OF: Partial<Record<MessageCode, Step>> = {
  STEP_CHECKING: 'think',
  STEP_PREPARING: 'think',
  STEP_ANSWERING: 'think',
  STEP_DESIGNING: 'design',
  STEP_THINKING: 'make',
  STEP_READING: 'make',
  STEP_READING_FILE: 'make',
  STEP_WRITING: 'make',
  STEP_WRITING_FILE: 'make',
  STEP_MENDING: 'make',
  STEP_MENDING_FILE: 'make',
  STEP_SEARCHING: 'make',
  STEP_SEARCHING_FILE: 'make',
  STEP_PLANNING: 'make',
  STEP_WORKING: 'make',
  STEP_TESTING: 'make',
  STEP_SAVING: 'make',
  STEP_PLAYING: 'play',
  STEP_PLAYING_AGAIN: 'play',
  STEP_REPAIRING: 'repair',
  STEP_KEEPING: 'save',
};

/** The step of a progress message; null = none. */
export function stepOf(message: Message | null): Step | null {
  return message && 'code' in message ? (STEP_OF[message.code] ?? null) : null;
}

/**
 * The step of an attempt's message: what a repair makes counts as `repair`. `repairsFrom`: the
 * first attempt of a repair; null = none.
 */
export function stepOfAttempt(
  message: Message | null,
  attempt: number,
  repairsFrom: number | null,
): Step | null {
  const step = stepOf(message);
  return step === 'make' && repairsFrom !== null && attempt >= repairsFrom ? 'repair' : step;
}
