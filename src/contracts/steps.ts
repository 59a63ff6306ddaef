import { codeOf, type SentenceCode } from './sentences.js';

/** What a job goes through, as people are told it, in this order; a step may come again. */
export const STEPS = ['think', 'design', 'make', 'play', 'repair', 'save'] as const;
export type Step = (typeof STEPS)[number];

/** The step in which each sentence is said; the others belong to none. */
const STEP_OF: Partial<Record<SentenceCode, Step>> = {
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

/** The step that a progress message is about; null = it tells of none. */
export function stepOf(message: string | null): Step | null {
  const code = codeOf(message)?.code;
  return (code !== undefined && STEP_OF[code as SentenceCode]) || null;
}

/**
 * The same of an attempt's message: what is made in a repair is no game but its repair.
 * `repairsFrom`: the first attempt that mends; null = none does.
 */
export function stepOfAttempt(
  message: string | null,
  attempt: number,
  repairsFrom: number | null,
): Step | null {
  const step = stepOf(message);
  return step === 'make' && repairsFrom !== null && attempt >= repairsFrom ? 'repair' : step;
}
