import type { PlayFinding } from '../../../src/contracts/game/play.js';
import type { FactKind, Receipt, ReceiptFact } from '../../../src/contracts/game/receipt.js';
import { HALVES, TOLD_FAULTS, type Case, type Class, type Fault } from './games.js';
import { agreedIn, type Outcome, type Reached } from './outcome.js';

/** One number: how many of those that count are as they have to be. */
export interface Row {
  readonly what: string;
  readonly yes: number;
  readonly of: number;
  /** What is asked for: `≥` so many of a hundred, or `≤` so many of a hundred, or all. */
  readonly aim: string;
  /** Those that are not, with what was seen instead. */
  readonly misses: readonly string[];
}

/** A case that was played, beside the same game as it is. */
export interface Played {
  readonly of: Case;
  readonly outcome: Outcome;
  readonly plain: Outcome;
}

type Code = PlayFinding['code'];
/** Codes that name a fault; a game that is dead after hiding does not answer then. */
const HARD: Readonly<Record<Fault, readonly Code[]>> = {
  exception: ['exception'],
  blank: ['blank'],
  freeze: ['freeze', 'deaf'],
  deaf: ['deaf'],
  'dead-end': ['dead-end'],
  'instant-death': ['instant-death'],
  csp: ['csp'],
  scrolls: ['scrolls'],
  visual: [],
  unreachable: [],
  other: [],
};

const codesFor = ({ fault }: Case): readonly Code[] => (fault === null ? [] : HARD[fault]);

/** The numbers of what was played so far. */
export function rowsOf(all: readonly Played[]): Row[] {
  const promised = ofKind(all, 'promised');
  const hard = promised.filter(({ of }) => codesFor(of).length > 0);
  const rest = promised.filter(({ of }) => codesFor(of).length === 0);
  const unhurt = [...ofKind(all, 'plain'), ...ofKind(all, 'cosmetic')];
  return [
    row('promised faults found', '≥ 95 %', hard, isFound, told),
    row('– and named as what they are', '–', hard, isNamed, told),
    row('faults of looks and aims that are noted', '–', rest, isFound, told),
    toldRow(promised),
    row('no false hard finding', 'all', unhurt, ({ outcome }) => outcome.verdict === 'plays', told),
    ...changeRows(all),
    ...reachRows(ofKind(all, 'plain')),
    equalRow(ofKind(all, 'again')),
  ];
}

/** Of what is read from tapes alone. */
export function changeRows(all: readonly Played[]): Row[] {
  const breaks = ofKind(all, 'break').filter(isReached);
  const doubles = ofKind(all, 'double').filter(
    (each) => isReached(each) && isReachedByHalves(each, all),
  );
  const cosmetic = ofKind(all, 'cosmetic').filter(({ outcome }) => outcome.receipt !== null);
  return [
    row('silent regressions found, within the reach of a tape', '≥ 90 %', breaks, isTold, facts),
    row('– and by the fact that they lose', '–', breaks, isToldByName, facts),
    row('cosmetic edits without a lost fact', '≥ 98 %', cosmetic, hasLostNothing, facts),
    row('– without any changed fact but words', '–', cosmetic, hasChangedNothing, facts),
    row('double edits attributed', '≥ 80 %', doubles, isAttributed, facts),
  ];
}

function reachRows(plain: readonly Played[]): Row[] {
  const that = (fits: (about: Case['game']['about']) => boolean): Played[] =>
    plain.filter(({ of }) => fits(of.game.about));
  const seen = ({ outcome }: Played): string =>
    JSON.stringify({ ...outcome.seen, ...outcome.reached });
  return [
    row(
      'over is reached',
      '≥ 80 %',
      that(({ ends }) => ends.includes('lost')),
      isOver,
      seen,
    ),
    row(
      'the score moves',
      '≥ 80 %',
      that(({ scores }) => scores),
      isScored,
      seen,
    ),
    row(
      'won',
      '≥ 20 %',
      that(({ ends }) => ends.includes('won')),
      isWon,
      seen,
    ),
  ];
}

function row(
  what: string,
  aim: string,
  played: readonly Played[],
  isSo: (each: Played) => boolean,
  why: (each: Played) => string,
): Row {
  const misses = played.filter((each) => !isSo(each));
  const yes = played.length - misses.length;
  return { what, aim, yes, of: played.length, misses: misses.map((each) => missed(each, why)) };
}

const missed = (each: Played, why: (each: Played) => string): string =>
  `${each.of.id}: ${why(each)}`;

/** Found: more than half of the games that have it are called wrong. */
function toldRow(promised: readonly Played[]): Row {
  const of = TOLD_FAULTS.map((operator) =>
    promised.filter((each) => each.of.operator === operator),
  );
  const isOf = (each: (typeof of)[number]): boolean =>
    each.filter(isFound).length * 2 > each.length;
  const played = of.filter((each) => each.length > 0);
  const misses = played
    .filter((each) => !isOf(each))
    .flatMap((each) => each.filter((one) => !isFound(one)));
  return {
    what: 'told faults found',
    aim: '≥ 9',
    yes: played.filter(isOf).length,
    of: played.length,
    misses: misses.map((each) => missed(each, told)),
  };
}

function equalRow(again: readonly Played[]): Row {
  const differing = (each: Played): string[] => {
    const [one, other] = [agreedIn(each.plain), agreedIn(each.outcome)];
    return Object.keys(one).filter((what) => one[what] !== other[what]);
  };
  return row(
    'plays that are equal to the first, half of them under load',
    'all',
    again,
    (each) => differing(each).length === 0,
    (each) => differing(each).join(', '),
  );
}

function ofKind(all: readonly Played[], kind: Class): Played[] {
  return all.filter(({ of }) => of.kind === kind);
}

/** Whether a fault, a regression or a double was found; null: it is none, or out of reach. */
export function isRight(each: Played): boolean | null {
  const { kind } = each.of;
  if (kind === 'promised') return isFound(each);
  if (kind !== 'break' && kind !== 'double') return null;
  if (!isReached(each)) return null;
  return kind === 'break' ? isTold(each) : isAttributed(each);
}

const isNew = (
  { outcome, plain }: Played,
  of: (outcome: Outcome) => readonly PlayFinding[],
): PlayFinding[] => {
  const known = of(plain).map(({ code, evidence }) => `${code} ${evidence}`);
  return of(outcome).filter(({ code, evidence }) => !known.includes(`${code} ${evidence}`));
};

/** A hard finding; of what no code is for, also a note that the game as it is has not. */
function isFound(each: Played): boolean {
  if (isNew(each, ({ findings }) => findings).length > 0) return true;
  return codesFor(each.of).length === 0 && isNew(each, ({ notes }) => notes).length > 0;
}

function isNamed({ of, outcome }: Played): boolean {
  return outcome.findings.some(({ code }) => codesFor(of).includes(code));
}

function told({ outcome }: Played): string {
  const { verdict, reason, findings, notes } = outcome;
  const each = (all: readonly PlayFinding[]): string =>
    all.map(({ code, evidence }) => `${code} (${evidence.split('\n')[0]})`).join(', ');
  return `${verdict} ${reason} [${each(findings)}] notes [${each(notes)}]`;
}

const REACHED: Readonly<Record<FactKind, (reached: Reached) => boolean>> = {
  score: ({ isScored }) => isScored,
  ends: ({ isOver }) => isOver,
  wins: ({ isWon }) => isWon,
  again: ({ isAgain }) => isAgain,
  phase: ({ phases }) => phases.length > 1,
  control: ({ answers }) => answers.length > 0,
  moves: ({ moving }) => moving > 0,
  speed: ({ moving }) => moving > 0,
  count: ({ moving }) => moving > 0,
  value: ({ moving }) => moving > 0,
  words: () => true,
  runs: () => true,
};

/**
 * Whether the parent's tapes came to the thing, and of a double to the wished one, too: they show
 * such a fact, and something is otherwise when they are replayed on the edited game, or a control
 * answers otherwise.
 */
export function isReached({ of: { loses, wished }, outcome, plain }: Played): boolean {
  const { receipt } = outcome;
  if (receipt === null || loses === null) return false;
  const about = wished === null ? [loses] : [loses, wished];
  if (!about.every((kind) => REACHED[kind](plain.reached))) return false;
  return isOtherwise(receipt);
}

/** Whether each edit of a double alone shows by the same tapes, as far as it was played. */
function isReachedByHalves({ of: { game, operator } }: Played, all: readonly Played[]): boolean {
  const ids = HALVES.map((half) => `${game.name} half ${operator} ${half}`);
  return ofKind(all, 'half')
    .filter(({ of: { id } }) => ids.includes(id))
    .every(({ outcome: { receipt } }) => receipt !== null && isOtherwise(receipt));
}

const isOtherwise = ({ isSame, lost }: Receipt): boolean => !isSame || lost.length > 0;

function isTold({ outcome: { receipt } }: Pick<Played, 'outcome'>): boolean {
  const { lost = [], changed = [] } = receipt ?? {};
  return [...lost, ...changed].some(({ kind }) => kind !== 'words');
}

function isToldByName({ of: { loses }, outcome: { receipt } }: Played): boolean {
  const { lost = [], changed = [] } = receipt ?? {};
  return [...lost, ...changed].some(({ kind }) => kind === loses);
}

const hasLostNothing = ({ outcome }: Played): boolean => outcome.receipt?.lost.length === 0;

const hasChangedNothing = ({ outcome }: Played): boolean => !isTold({ outcome });

function isAttributed({ of, outcome: { receipt } }: Played): boolean {
  const { lost = [], changed = [], gained = [] } = receipt ?? {};
  const isWished = [...changed, ...gained, ...lost].some(({ kind }) => kind === of.wished);
  return isWished && [...lost, ...changed].some(({ kind }) => kind === of.loses);
}

function facts({ of, outcome: { receipt } }: Played): string {
  const each = (all: readonly ReceiptFact[] = []): string =>
    all
      .map(({ kind, what, ratio }) => `${kind} ${what}${ratio ? ` ×${ratio.toFixed(2)}` : ''}`)
      .join(', ');
  const wished = of.wished === null ? '' : `wished ${of.wished}; `;
  const loses = of.loses === null ? '' : `loses ${of.loses}; `;
  return `${wished}${loses}lost [${each(receipt?.lost)}] changed [${each(receipt?.changed)}]`;
}

const isOver = ({ outcome: { seen, reached } }: Played): boolean =>
  seen?.isOver === true || reached.isOver;
const isWon = ({ outcome: { seen, reached } }: Played): boolean =>
  seen?.isWon === true || reached.isWon;
const isScored = ({ outcome: { seen, reached } }: Played): boolean =>
  seen?.scoreMoved === true || reached.isScored;
