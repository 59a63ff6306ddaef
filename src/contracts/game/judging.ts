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

/**
 * What became of a brief's checks (J2). `unjudged`: the judge could not be asked, or gave no answer
 * that can be read, which is never a pass (J4); `skipped`: there is nothing to be held against.
 */
export const Judging = z.discriminatedUnion('state', [
  z.object({ state: z.literal('judged'), checks: z.array(JudgedCheck) }),
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
