import { z } from 'zod';
import type { GameBrief } from '../contracts/brief.js';
import { MAX_JUDGED_CHARS, type JudgedCheck, type Judging } from '../contracts/judging.js';
import type { PlayFinding, PlayReport } from '../contracts/play.js';
import { findingOf } from './playing-words.js';

/** What a judge is to say of a game, or what stands in the place of its answer. */
export type JudgePlan =
  | { readonly kind: 'ask'; readonly checks: readonly string[] }
  | { readonly kind: 'known'; readonly judging: Judging };

/** What a game was made from; `parent` null = it is the first of its project. */
interface Wanted {
  readonly brief?: GameBrief;
  readonly parent: string | null;
}

/**
 * Whether a played game is held against its brief; null: what its play has found says enough, and
 * decides. A change may want what the brief did not. Checks by rules are what every play decides by
 * itself, and whoever was away when the brief was to be written is not waited for.
 */
export function planJudging(
  { verdict }: Pick<PlayReport, 'verdict'>,
  { brief, parent }: Wanted,
): JudgePlan | null {
  if (verdict !== 'plays') return null;
  if (parent !== null) return { kind: 'known', judging: skipped('isChange') };
  if (brief === undefined) return { kind: 'known', judging: skipped('noBrief') };
  if (brief.by === 'rules') return { kind: 'known', judging: skipped('briefByRules') };
  return { kind: 'ask', checks: brief.checks };
}

/** Nobody has judged: never a pass (J4). */
export const unjudged = (reason: string): Judging => ({ state: 'unjudged', reason });
const skipped = (reason: string): Judging => ({ state: 'skipped', reason });

/** One sentence, whatever a model puts into it. */
const Why = z
  .string()
  .transform((text) =>
    [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()]
      .slice(0, MAX_JUDGED_CHARS / 2)
      .join(''),
  );
/** What a judge may answer: each check by its number. */
export const JudgeAnswer = z.object({
  checks: z
    .array(
      z.object({
        check: z.number().int(),
        answer: z.enum(['met', 'unmet', 'undecidable']),
        why: Why,
      }),
    )
    .max(20),
});
export type JudgeAnswer = z.infer<typeof JudgeAnswer>;

/** The answer as what is kept; one that leaves out a check, or has it twice, says nothing. */
export function judgingOf(checks: readonly string[], { checks: answers }: JudgeAnswer): Judging {
  const judged = checks.map((check, at): JudgedCheck | null => {
    const [answer, ...more] = answers.filter((each) => each.check === at + 1);
    if (answer === undefined || more.length > 0) return null;
    const said = answer.answer === 'undecidable' ? 'undecided' : answer.answer;
    return { check, answer: said, why: answer.why };
  });
  const whole = judged.filter((each) => each !== null);
  return whole.length === checks.length && answers.length === checks.length
    ? { state: 'judged', checks: whole }
    : unjudged('unreadable');
}

/** How many checks a game keeps as far as anybody has seen; none of one that nobody judged. */
export function checksMet(report: PlayReport): number {
  return checksOf(report).filter(({ answer }) => answer === 'met').length;
}

/** The checks that are not kept, as what a repair is told; the check is the first line. */
export function unmetChecks(report: PlayReport): PlayFinding[] {
  return checksOf(report)
    .filter(({ answer }) => answer === 'unmet')
    .map(({ check, why }) => findingOf('unmet', 'touched', `${check}\n${why}`));
}

/** The check that a finding of {@link unmetChecks} is about. */
export function checkOf({ evidence }: PlayFinding): string {
  return evidence.split('\n')[0] ?? '';
}

/** Has a judge seen the check kept that this finding is about? */
export function isMetNow(report: PlayReport, finding: PlayFinding): boolean {
  const told = checkOf(finding);
  return checksOf(report).some(({ check, answer }) => check === told && answer === 'met');
}

function checksOf({ judging }: PlayReport): readonly JudgedCheck[] {
  return judging?.state === 'judged' ? judging.checks : [];
}
