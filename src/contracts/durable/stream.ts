import { z } from 'zod';
import { Look } from '../game/look.js';
import { ScreenshotName } from '../game/play.js';
import { SketchWords } from '../game/sketch.js';
import { Message } from '../messages/message.js';

/** Closing events of a job carry sequence numbers from here on (D1). */
export const CLOSING_SEQ = 1_000_000_000;

/**
 * Steps beside the runner have places from here on, above all of its events: a thousand for each
 * round, one for each step, and behind that of a play those of its images (D1).
 */
const STEP_SEQ = 500_000_000;
const SEQS_PER_ROUND = 1_000;
export const STEP = { play: 1, playParent: 500 } as const;

/** The place of the last step before the end: after every round. */
export const SAVING_SEQ = 900_000_000;

/** The place of a step's event. */
export const stepSeq = (round: number, step: (typeof STEP)[keyof typeof STEP]): number =>
  STEP_SEQ + SEQS_PER_ROUND * round + step;

/** Place in a job's stream; order is lexicographic. */
export const Cursor = z.object({ attempt: z.number().int().min(0), seq: z.number().int().min(0) });
export type Cursor = z.infer<typeof Cursor>;

export const START_OF_STREAM: Cursor = { attempt: 0, seq: 0 };

const Progress = z.object({
  type: z.literal('progress'),
  progress: z.number().int().min(0).max(100),
  message: Message.nullable(),
});
const Text = z.object({ type: z.literal('stream'), content: z.string() });
const File = z.object({
  type: z.literal('file'),
  filename: z.string(),
  status: z.enum(['editing', 'completed']),
});

/** What the runner may report through the callback. */
export const RunnerEvent = z.discriminatedUnion('type', [Progress, Text, File]);
export type RunnerEvent = z.infer<typeof RunnerEvent>;

/**
 * Everything a job's stream may hold. Terminal events are markers: rows and HTML stay with their
 * owners.
 */
export const JobEvent = z.discriminatedUnion('type', [
  /**
   * `look`: what the plan has chosen, where nothing was asked. `trial`: names an image of the game
   * that is played just now, among those of its plays.
   */
  Progress.extend({ look: Look.optional(), trial: ScreenshotName.optional() }),
  /** `sketch`: with the first words of a design, what a sketch takes over from it. */
  Text.extend({ sketch: SketchWords.optional() }),
  File,
  z.object({ type: z.literal('started') }),
  z.object({ type: z.literal('chat'), message: Message, suggestions: z.array(z.string()) }),
  z.object({
    type: z.literal('restoreProposal'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
  }),
  z.object({
    type: z.literal('published'),
    revision: z.string(),
    /** What fits the game; left out: those that its note has. */
    suggestions: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('completed') }),
  z.object({
    type: z.literal('failed'),
    error: Message,
  }),
  z.object({ type: z.literal('cancelled') }),
  z.object({ type: z.literal('renamed'), name: z.string() }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

export const StreamItem = z.object({
  attempt: z.number().int().min(0),
  seq: z.number().int().min(1),
  event: JobEvent,
});
export type StreamItem = z.infer<typeof StreamItem>;

export const failedEvent = (error: Message): JobEvent => ({ type: 'failed', error });

/** Numbers `events` of one attempt from `firstSeq` on. */
export function itemsFrom(
  attempt: number,
  firstSeq: number,
  events: readonly JobEvent[],
): StreamItem[] {
  return events.map((event, index) => ({ attempt, seq: firstSeq + index, event }));
}

/** Negative when `a` comes before `b`. */
export const compareCursors = (a: Cursor, b: Cursor): number =>
  a.attempt - b.attempt || a.seq - b.seq;

/**
 * Is this the place of a closing event, or of a step's? Both end the holes before them and are a
 * change of phase (D1).
 */
export const isClosing = ({ seq }: Cursor): boolean => seq >= STEP_SEQ;

type JobEnd = 'completed' | 'failed' | 'cancelled';

/** Does this event, or frame, end the job for its subscribers? */
export function endsJob<T extends { readonly type: string }>(
  told: T,
): told is Extract<T, { type: JobEnd }> {
  return told.type === 'completed' || told.type === 'failed' || told.type === 'cancelled';
}

/** Signal and update of the workflow `stream/<jobId>` (D1). */
export const APPEND_SIGNAL = 'append';
export const NEXT_PAGE_UPDATE = 'nextPage';

export interface JobStreamInput {
  jobId: string;
  /** Carried over a continue-as-new. */
  carried?: {
    items: StreamItem[];
    early: StreamItem[];
    delivered: Cursor;
    floor: Cursor;
    closedAtMs: number | null;
  };
}

/**
 * A page of a job's stream after `cursor`. `gap`: the bounded tail has dropped items that the
 * reader asked for.
 */
export interface StreamPage {
  items: StreamItem[];
  cursor: Cursor;
  ended: boolean;
  gap: boolean;
}

/**
 * Long poll of the stream: answers when something after `after` exists, at the latest after
 * `waitMs`. `wakeOn: 'phase'` (for a reader whose live path delivers the text) wakes only on
 * opening (attempt 0) and closing items, so that a job's text costs no updates; the page then holds
 * everything after the cursor all the same. Default 'any'.
 */
export interface NextPageRequest {
  after: Cursor;
  waitMs: number;
  wakeOn?: 'any' | 'phase';
}
