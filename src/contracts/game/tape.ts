import { z } from 'zod';
import { VERSION_ID_PATTERN } from '../base/ids.js';
import { MAX_NAME_CHARS, TAPE_KEY, TAPE_LIMITS, TAPE_PLACES } from './tape-bounds.js';

export { TAPE_LIMITS } from './tape-bounds.js';

/** The game's time between two moments of a tape. */
export const MOMENT_MS = 100;
const AtMs = z.number().int().min(0).max(TAPE_LIMITS.ms);
const Coordinate = z.number().int().min(TAPE_PLACES.least).max(TAPE_PLACES.most);
const Key = z.string().regex(TAPE_KEY);
const Finger = z.union([z.literal(0), z.literal(1)]).default(0);

/**
 * An input at a moment of the game's time. Places are of the screen of every play; `on` names the
 * element that was touched, which is looked for first when the tape is replayed.
 */
export const TapeInput = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('down'),
    atMs: AtMs,
    finger: Finger,
    x: Coordinate,
    y: Coordinate,
    on: z.string().max(MAX_NAME_CHARS).optional(),
  }),
  z.object({ type: z.literal('move'), atMs: AtMs, finger: Finger, x: Coordinate, y: Coordinate }),
  z.object({ type: z.literal('up'), atMs: AtMs, finger: Finger }),
  z.object({ type: z.literal('keyDown'), atMs: AtMs, key: Key }),
  z.object({ type: z.literal('keyUp'), atMs: AtMs, key: Key }),
]);
export type TapeInput = z.infer<typeof TapeInput>;

/** In the order of their times. */
export const TapeInputs = z
  .array(TapeInput)
  .max(TAPE_LIMITS.inputs)
  .refine(
    (inputs) => inputs.every((each, at) => at === 0 || each.atMs >= (inputs[at - 1]?.atMs ?? 0)),
    'the inputs are in the order of their times',
  );

/** First errors of a game on its owner's phone, a line each. */
export const PhoneErrors = z.array(z.string().max(300)).max(5);

/** `POST /api/projects/:id/plays`: what its owner did and met in this version, whose id it is. */
export const OwnerPlayBody = z
  .looseObject({
    revision: z.string().regex(VERSION_ID_PATTERN),
    inputs: TapeInputs,
    errors: PhoneErrors.default([]),
  })
  .refine(({ inputs, errors }) => inputs.length + errors.length > 0, 'there is nothing to keep');

export const FactValue = z.union([z.number(), z.string().max(40), z.boolean()]);
export type FactValue = z.infer<typeof FactValue>;
/** How a value went: each pair is a moment (a number of `MOMENT_MS`) and the value since then. */
export const Series = z.array(z.tuple([z.number().int().min(0), FactValue])).max(TAPE_LIMITS.steps);
export type Series = z.infer<typeof Series>;

/**
 * What was seen of a game while a tape ran (P4). The first word of a path is its channel: `state`
 * (declared by the game), `drawn` (shapes on a flat canvas), `scene` (three dimensions), `page`
 * (elements), `digits` (numbers in words of the screen).
 */
export const TapeFacts = z.object({
  /** Moments that were seen. */
  moments: z.number().int().min(0),
  series: z.record(z.string().max(120), Series),
  /** A name of what was on the screen at each moment: two equal runs have equal ones. */
  names: z.array(z.number().int()).max(TAPE_LIMITS.ms / MOMENT_MS + 1),
  /** Phases in their order, with the moment in which each began. */
  phases: z.array(z.tuple([z.number().int().min(0), z.string().max(40)])).max(100),
  /** Lines that were on the screen at some moment, without their digits. */
  words: z.array(z.string().max(200)).max(200),
  isOver: z.boolean(),
  isWon: z.boolean(),
  /** Null: no score is declared or shown. */
  score: z.object({ first: z.number(), most: z.number() }).nullable(),
  /** An exception that was not caught, or a freeze; null = none. */
  stopped: z.string().max(400).nullable(),
});
export type TapeFacts = z.infer<typeof TapeFacts>;

/** Chance, inputs and what was seen: replayed on the same files it is seen again (P4). */
export const Tape = z.object({
  seed: z.number().int().min(0),
  inputs: TapeInputs,
  forMs: AtMs,
  facts: TapeFacts,
  /** A search of the player's, or a play of the game's owner. */
  from: z.enum(['search', 'owner']),
});
export type Tape = z.infer<typeof Tape>;

/** By thing what a control does to it: the largest difference from the same life without it. */
export const Effects = z.record(z.string().max(120), z.number());
export type Effects = z.infer<typeof Effects>;
/** Whether a game answers to a control, and by what, where that is known. */
export const Answer = z.union([z.boolean(), Effects]);
export type Answer = z.infer<typeof Answer>;

/** What is kept of a version's plays for the next change, as one object. */
export const TapeSet = z.object({
  gameTree: z.string(),
  /** Of another version of the player the facts are seen anew. */
  player: z.number().int(),
  tapes: z.array(Tape).max(TAPE_LIMITS.tapes),
  /** By control, such as `swipe left` or `#jump`. */
  answers: z.record(z.string().max(80), Answer),
  /** With what chance, and begun by which touches: a change is asked alike. */
  asked: z.object({ seed: z.number().int().min(0), begin: TapeInputs }).optional(),
});
export type TapeSet = z.infer<typeof TapeSet>;
