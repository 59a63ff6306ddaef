import { cut } from '../../contracts/base/cut.js';
import { z } from 'zod';
import type { GameBrief } from '../../contracts/game/brief.js';
import { MAX_JUDGED_CHARS, type JudgedCheck, type Judging } from '../../contracts/game/judging.js';
import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import { hasOwnChecks } from '../design/rule-checks.js';
import { oneLine } from '../text/one-line.js';
import { words } from './judge-words.js';
import { factLines, judgedFacts, SaidFacts } from './judged-facts.js';
import { findingOf } from './playing-words.js';
import { NamedFaults } from './visual-faults.js';

/** What a judge is asked about a game. */
export interface Asked {
  readonly checks: readonly string[];
  /** What a player wanted changed; left out of a first game, and where errors were mended. */
  readonly change?: string;
  /** Lines of what a change has changed; left out where nothing has. */
  readonly facts?: readonly string[];
}

/** The same, or the decision in place of an answer. */
export type JudgePlan =
  ({ readonly kind: 'ask' } & Asked) | { readonly kind: 'known'; readonly judging: Judging };

/** What a game was made from; `parent` null = it is the first of its project. */
interface Wanted {
  readonly request: string;
  readonly meaning?: string;
  readonly autoFix: boolean;
  readonly brief?: GameBrief;
  /** Of a change: what was true of its game before. */
  readonly checks?: readonly string[];
  readonly parent: string | null;
}

/** Of the words of a change as its first check; clients quote it. */
const MAX_ASKED_CHARS = 80;

/**
 * Whether a played game is compared with its brief, and a change with its request and the earlier
 * checks; null: the findings of its play decide alone. Checks by rules are decided by every play,
 * so that no judge is asked when the model was away when the brief was written.
 */
export function planJudging(
  { verdict, receipt }: Pick<PlayReport, 'verdict' | 'receipt'>,
  wanted: Wanted,
): JudgePlan | null {
  if (verdict !== 'plays') return null;
  return wanted.parent === null ? planOfFirst(wanted) : planOfChange(wanted, factLines(receipt));
}

function planOfFirst({ brief }: Wanted): JudgePlan {
  if (brief === undefined) return { kind: 'known', judging: skipped('noBrief') };
  if (brief.by === 'rules') return { kind: 'known', judging: skipped('briefByRules') };
  return { kind: 'ask', checks: brief.checks };
}

/** Errors reported by a game are no request that screenshots could prove. */
function planOfChange(
  { request, meaning, autoFix, checks = [] }: Wanted,
  lines: readonly string[],
): JudgePlan {
  const facts = lines.length > 0 ? { facts: lines } : {};
  if (autoFix)
    return checks.length + lines.length > 0
      ? { kind: 'ask', checks, ...facts }
      : { kind: 'known', judging: skipped('noBrief') };
  const change = meaning ?? request;
  const asked = cut(oneLine(change), MAX_ASKED_CHARS);
  const all = [asked, ...checks.filter((check) => check !== asked)];
  return { kind: 'ask', checks: all, change, ...facts };
}

/**
 * What a change of a game has to leave true: the checks of its brief, without those that the game
 * did not keep before, or that an earlier change has replaced. Checks by rules are none.
 */
export function checksOfChange(brief: GameBrief | null, play: PlayReport | null): string[] {
  if (brief === null || !hasOwnChecks(brief)) return [];
  const judging = play?.judging;
  if (judging?.state !== 'judged') return [...brief.checks];
  const kept = judging.checks.filter(({ answer }) => answer !== 'unmet');
  return brief.checks.filter((check) => kept.some((each) => each.check === check));
}

/** There is no judgement: never a pass (J4). */
export const unjudged = (reason: string): Judging => ({ state: 'unjudged', reason });
const skipped = (reason: string): Judging => ({ state: 'skipped', reason });

/** What a judge may answer: each check and each fact by its number. */
export const JudgeAnswer = z.object({
  checks: z
    .array(
      z.object({
        check: z.number().int(),
        answer: z.enum(['met', 'unmet', 'undecidable', 'replaced']),
        why: words(MAX_JUDGED_CHARS),
      }),
    )
    .max(20),
  facts: SaidFacts,
  faults: NamedFaults,
});
export type JudgeAnswer = z.infer<typeof JudgeAnswer>;

/**
 * The answer as it is stored; one that leaves out a check, or has it twice, is invalid. A check
 * that a change replaced is dropped; a first game replaces none, and a change's own check stays.
 */
export function judgingOf(
  { checks, change, facts = [] }: Asked,
  { checks: answers, facts: said }: Omit<JudgeAnswer, 'faults'>,
): Judging {
  const isChange = change !== undefined;
  const isWhole = checks.every((_, at) => answers.filter(isAbout(at)).length === 1);
  if (!isWhole || answers.length !== checks.length) return unjudged('unreadable');
  const judged = checks.flatMap((check, at): JudgedCheck[] => {
    const { answer, why } = answers.find(isAbout(at))!;
    if (answer === 'replaced' && isChange && at > 0) return [];
    const isDecided = answer === 'met' || answer === 'unmet';
    return [{ check, answer: isDecided ? answer : 'undecided', why }];
  });
  const ofFacts = facts.length > 0 ? { facts: judgedFacts(facts, said) } : {};
  return { state: 'judged', checks: judged, ...ofFacts };
}

const isAbout =
  (at: number) =>
  ({ check }: { check: number }): boolean =>
    check === at + 1;

/** Number of checks that a judge has seen met; 0 without a judgement. */
export function checksMet(report: PlayReport): number {
  return checksOf(report).filter(({ answer }) => answer === 'met').length;
}

/** The unmet checks as findings for a repair; the check is the first line. */
export function unmetChecks(report: PlayReport): PlayFinding[] {
  return checksOf(report)
    .filter(({ answer }) => answer === 'unmet')
    .map(({ check, why }) => findingOf('unmet', 'touched', `${check}\n${why}`));
}

/** The check that a finding of {@link unmetChecks} is about. */
export const checkOf = ({ evidence }: PlayFinding): string => evidence.split('\n')[0] ?? '';

/** Has a judge seen the check kept that this finding is about? */
export function isMetNow(report: PlayReport, finding: PlayFinding): boolean {
  const told = checkOf(finding);
  return checksOf(report).some(({ check, answer }) => check === told && answer === 'met');
}

function checksOf({ judging }: PlayReport): readonly JudgedCheck[] {
  return judging?.state === 'judged' ? judging.checks : [];
}
