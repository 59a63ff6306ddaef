import { z } from 'zod';
import { FactValue } from './tape.js';

/**
 * What a fact is about. `moves`: a value that goes on changing; `speed`: how fast; `count`: how
 * many are there; `value`: what something is from the start; `score`, `ends`, `wins`, `again`: the
 * score changes, the game is lost, won, begun again; `phase`, `control`: one that is reached, or
 * answers; `words`: a line on the screen; `runs`: no exception or freeze ends it.
 */
export const FactKind = z.enum([
  'moves',
  'speed',
  'count',
  'value',
  'score',
  'ends',
  'wins',
  'again',
  'phase',
  'control',
  'words',
  'runs',
]);
export type FactKind = z.infer<typeof FactKind>;

export const ReceiptFact = z.object({
  kind: FactKind,
  /** Path, phase, control, line or exception; empty where the kind is enough. */
  what: z.string().max(200),
  /** New by old. */
  ratio: z.number().positive().optional(),
  from: FactValue.optional(),
  to: FactValue.optional(),
});
export type ReceiptFact = z.infer<typeof ReceiptFact>;

const Facts = z.array(ReceiptFact).max(20);

/** What a change has changed, by the tapes of its parent (P4). */
export const Receipt = z.object({
  /** Tapes that were replayed; none = nothing is known. */
  tapes: z.number().int().min(0),
  /** Every moment of every tape is equal. */
  isSame: z.boolean(),
  /** What the parent did and the candidate no more does: of a class of its own, never hard. */
  lost: Facts,
  changed: Facts,
  gained: Facts,
  /** What was looked at and is as before. */
  same: Facts,
  /** Changed lines that no run has reached. */
  neverRan: z
    .array(z.object({ file: z.string().max(200), from: z.number().int(), to: z.number().int() }))
    .max(10),
  /** The moment that differs most; null = none does. */
  most: z.object({ tape: z.number().int().min(0), atMs: z.number().int().min(0) }).nullable(),
});
export type Receipt = z.infer<typeof Receipt>;
