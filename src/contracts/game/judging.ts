import { z } from 'zod';

/** Longest sentence of a judge, and longest check. */
export const MAX_JUDGED_CHARS = 160;

/** One check of a brief with its result; `undecided`: the screenshots do not show it. */
export const JudgedCheck = z.object({
  check: z.string().max(MAX_JUDGED_CHARS),
  answer: z.enum(['met', 'unmet', 'undecided']),
  /** Why, in one sentence of the judge. */
  why: z.string().max(MAX_JUDGED_CHARS),
});
export type JudgedCheck = z.infer<typeof JudgedCheck>;

/** Longest words about a fact, longest name of a place, and most visual faults of a game. */
export const JUDGED_LIMITS = { words: 120, where: 80, faults: 3 } as const;

/** A judge's verdict on a fact of a change's receipt (P4). */
export const JudgedFact = z.object({
  /** Its index in `receipt.lost`, followed by `receipt.changed`. */
  at: z.number().int().min(0).max(39),
  /** The player's words ask for it, or it follows from them. */
  asked: z.boolean(),
  /** The fact in the player's language. */
  words: z.string().max(JUDGED_LIMITS.words),
});
export type JudgedFact = z.infer<typeof JudgedFact>;

/** What is wrong with how a game looks (P5). */
export const VisualFault = z.object({
  what: z.enum(['overlap', 'cut-off', 'empty-half', 'unreadable', 'off-centre', 'placeholder']),
  /** In the player's language. */
  where: z.string().max(JUDGED_LIMITS.where),
  /** A severe one was always named twice. */
  severity: z.enum(['severe', 'slight']),
  /** A look at another moment has named it again. */
  isConfirmed: z.boolean(),
});
export type VisualFault = z.infer<typeof VisualFault>;

/**
 * What became of a brief's checks (J2). `unjudged`: the judge could not be asked, or gave no answer
 * that can be read, which is never a pass (J4); `skipped`: there is nothing to be held against.
 */
export const Judging = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('judged'),
    checks: z.array(JudgedCheck),
    /** Of a change with a receipt; a fact that is not here was not judged. */
    facts: z.array(JudgedFact).max(40).optional(),
    faults: z.array(VisualFault).max(JUDGED_LIMITS.faults).optional(),
  }),
  z.object({ state: z.literal('unjudged'), reason: z.string() }),
  z.object({ state: z.literal('skipped'), reason: z.string() }),
]);
export type Judging = z.infer<typeof Judging>;

/** The same for clients: number of checks by result. */
export const JudgingSummary = z.object({
  state: z.enum(['judged', 'unjudged', 'skipped']),
  met: z.number().int(),
  unmet: z.number().int(),
  undecided: z.number().int(),
});
export type JudgingSummary = z.infer<typeof JudgingSummary>;

export function judgingSummary(judging: Judging): JudgingSummary {
  const checks = judging.state === 'judged' ? judging.checks : [];
  const said = (answer: JudgedCheck['answer']): number =>
    checks.filter((each) => each.answer === answer).length;
  const { state } = judging;
  return { state, met: said('met'), unmet: said('unmet'), undecided: said('undecided') };
}
