import type { FactKind, Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import type { Series, TapeFacts } from '../../contracts/game/tape.js';
import { changedFacts, firstApart } from './receipt-changes.js';
import {
  channelOf,
  courseApartAt,
  isCounted,
  isVisible,
  motionOf,
  seriesApartAt,
  valueAt,
} from './courses.js';
import { mostApart } from './most-apart.js';
import { phaseKind } from './playing-state.js';
import { isResized, pairsOf, phaseAt, scoreOf, SOON, type Pair, type Seen } from './tape-pairs.js';

/** What was seen of a version: of each tape its facts, of each control whether it answers. */
export interface SeenVersion {
  readonly facts: readonly TapeFacts[];
  readonly answers: Readonly<Record<string, boolean>>;
}

/** The same tapes on the candidate, and what a search of its own has seen. */
export interface SeenChange extends SeenVersion {
  readonly lives: readonly TapeFacts[];
  readonly neverRan: Receipt['neverRan'];
}

/** The most telling facts come first: by kind, else by channel. */
const WEIGHTS: Readonly<Record<string, number>> = {
  runs: 100,
  control: 90,
  score: 88,
  ends: 86,
  wins: 84,
  again: 82,
  phase: 70,
  state: 40,
  digits: 30,
  scene: 20,
  drawn: 20,
  page: 10,
};
const MAX_FACTS = 20;
/** Changes that make a movement; one is enough of a value that has a name. */
const MOVES = 3;
/** A candidate that was where something happens for so much longer could have shown it; moments. */
const LONGER = 10;
/** Share of the tapes in which it happened. */
const USUAL = 2 / 3;

/** Something that happens in a game, or not; `when`: the moment, null = it does not. */
interface Deed {
  readonly kind: FactKind;
  readonly what: string;
  readonly when: (seen: Seen) => number | null;
  /** From which moment on the candidate is otherwise in this, if that is known by itself. */
  readonly apartAt?: (pair: Pair) => number;
}
type Fate = 'lost' | 'changed' | 'gained' | 'same';

/**
 * What a change has changed, by the union of its parent's tapes (P4). What comes of the inputs
 * alone, which meet another game after the first difference, is not called lost.
 */
export function receiptOf(parent: SeenVersion, candidate: SeenChange): Receipt {
  const { pairs, lives, renamed } = pairsOf(parent.facts, candidate.facts, candidate.lives);
  const deeds = deedsIn(pairs);
  const things = deeds.flatMap(({ kind, what }) => (kind === 'moves' ? [what] : []));
  const by: Record<Fate, ReceiptFact[]> = {
    lost: stops(pairs),
    changed: changedFacts(pairs, things, renamed),
    gained: [],
    same: [],
  };
  for (const deed of deeds) {
    const fate = fateOf(deed, pairs, lives);
    if (fate !== null) by[fate].push({ kind: deed.kind, what: deed.what });
  }
  for (const [what, fate] of controls(parent.answers, candidate.answers))
    by[fate].push({ kind: 'control', what });
  const told = new Set([...by.lost, ...by.changed].map(({ what }) => what));
  const first = firstApart(pairs, things);
  if (!told.has('') && !first.some(({ what }) => told.has(what))) by.changed.push(...first);
  return {
    tapes: pairs.length,
    isSame: pairs.every(({ namesApartAt }) => namesApartAt === Infinity),
    lost: mostTelling(by.lost),
    changed: mostTelling(by.changed),
    gained: mostTelling(by.gained),
    same: mostTelling(by.same),
    neverRan: [...candidate.neverRan],
    most: mostApart(pairs),
  };
}

function mostTelling(facts: readonly ReceiptFact[]): ReceiptFact[] {
  const weightOf = ({ kind, what, ratio = 1 }: ReceiptFact): number =>
    (WEIGHTS[kind] ?? WEIGHTS[channelOf(what)] ?? 0) + Math.abs(Math.log2(ratio));
  return facts.toSorted((one, other) => weightOf(other) - weightOf(one)).slice(0, MAX_FACTS);
}

/** In a union of tapes the others would hide the one that ends. */
function stops(pairs: readonly Pair[]): ReceiptFact[] {
  const why = pairs.flatMap(({ before, after }) =>
    before.facts.stopped === null && after.facts.stopped !== null ? [after.facts.stopped] : [],
  );
  return [...new Set(why)].map((each) => ({ kind: 'runs', what: each.slice(0, 200) }));
}

function deedsIn(pairs: readonly Pair[]): Deed[] {
  const all = pairs.flatMap(({ before, after }) => [before, after]);
  const names = new Set(all.flatMap(({ facts }) => facts.phases.map(([, name]) => name)));
  // An end has a fact of its own, and other words may hide what is a title or a pause.
  const phases = [...names].filter((name) => phaseKind(name) === 'playing' && name !== 'paused');
  const things = new Set(all.flatMap(({ courses }) => [...courses.keys()]));
  return [
    { kind: 'score', what: '', when: scoredAt },
    { kind: 'ends', what: '', when: ({ facts }) => (facts.isOver ? endAt(facts) : null) },
    { kind: 'wins', what: '', when: ({ facts }) => (facts.isWon ? endAt(facts) : null) },
    { kind: 'again', what: '', when: begunAgainAt },
    ...phases.map((what): Deed => {
      const when = ({ facts }: Seen) => facts.phases.find(([, name]) => name === what)?.[0] ?? null;
      return { kind: 'phase', what, when };
    }),
    ...[...things].flatMap((what) => [
      movesDeed(what),
      ...(isCounted(what) ? [countDeed(what)] : []),
    ]),
  ];
}

function movesDeed(what: string): Deed {
  return {
    kind: 'moves',
    what,
    when: ({ courses }) => {
      const { changes, firstAt } = motionOf(courses.get(what));
      return changes >= (isVisible(what) ? MOVES : 1) ? firstAt : null;
    },
    apartAt: ({ before, after }) =>
      courseApartAt(before.courses.get(what) ?? new Map(), after.courses.get(what)),
  };
}

/** That they become more or fewer. */
function countDeed(what: string): Deed {
  const countIn = ({ courses }: Seen): Series | undefined => courses.get(what)?.get('n');
  return {
    kind: 'count',
    what,
    when: (seen) => countIn(seen)?.[1]?.[0] ?? null,
    apartAt: ({ before, after }) => seriesApartAt(countIn(before), countIn(after)),
  };
}

function fateOf(deed: Deed, pairs: readonly Pair[], lives: readonly Seen[]): Fate | null {
  const did = pairs.some(({ before }) => deed.when(before) !== null);
  // Other words may hide it where all else is as it was.
  const does = pairs.some(
    ({ before, after, apartAt }) => deed.when(apartAt === Infinity ? before : after) !== null,
  );
  if (!did) return does ? 'gained' : null;
  if (does || lives.some((seen) => deed.when(seen) !== null))
    return isLate(deed, pairs) ? 'changed' : 'same';
  if (!isMissed(deed, pairs) || (isVisible(deed.what) && isResized(deed.what, pairs))) return null;
  return isDecoration(deed, pairs) ? 'changed' : 'lost';
}

/** Whether that it does not happen there is the first difference of a tape. */
function isLate({ kind, when }: Deed, pairs: readonly Pair[]): boolean {
  if (kind === 'moves' || kind === 'count') return false;
  const late = pairs.flatMap((pair) => {
    const at = when(pair.before);
    if (at === null || at < pair.apartAt || at > pair.apartAt + SOON) return [];
    return [(when(pair.after) ?? Infinity) > at + LONGER];
  });
  return late.filter(Boolean).length > late.length / 2;
}

/**
 * Whether it says something of the game that it happens no more: it is missed as soon as the two
 * are apart, or in most tapes where the candidate was as far. Else the inputs alone explain it.
 */
function isMissed({ when, apartAt }: Deed, pairs: readonly Pair[]): boolean {
  const had = pairs.flatMap((pair) => {
    const at = when(pair.before);
    return at === null ? [] : [{ pair, at }];
  });
  if (had.some(({ pair, at }) => (apartAt?.(pair) ?? at) <= pair.apartAt + SOON)) return true;
  const missed = had.filter(({ pair, at }) => isReached(pair, at));
  return missed.length >= USUAL * pairs.length;
}

/** Whether the candidate was in the phase of this moment as long as the parent, and longer. */
function isReached({ before, after }: Pair, at: number): boolean {
  const [from, name] = phaseAt(before.facts, at - 1);
  const { phases, moments } = after.facts;
  if (name === '') return moments >= Math.min(at + LONGER, before.facts.moments);
  const wanted = Math.min(at + LONGER, before.facts.moments) - from;
  return phases.some(
    ([begins, phase], index) =>
      phase === name && (phases[index + 1]?.[0] ?? moments) - begins >= wanted,
  );
}

/** What is gone and changes nothing else to the end of any tape was to be looked at. */
function isDecoration({ what }: Deed, pairs: readonly Pair[]): boolean {
  return (
    isVisible(what) &&
    pairs.every(
      ({ after, apartOthersAt }) => !after.courses.has(what) && apartOthersAt === Infinity,
    )
  );
}

function* controls(
  before: SeenVersion['answers'],
  after: SeenVersion['answers'],
): Generator<[string, Fate]> {
  // Of a candidate that was not asked nothing is known.
  if (Object.keys(after).length === 0) return;
  // A button may have another name: only where one is missing it has gone.
  const come = Object.keys(after).filter((what) => after[what] && before[what] === undefined);
  for (const [what, answered] of Object.entries(before)) {
    const answers = after[what] ?? (answered && come.pop() !== undefined);
    if (answered) yield [what, answers ? 'same' : 'lost'];
    else if (answers) yield [what, 'gained'];
  }
  for (const what of come) yield [what, 'gained'];
}

function scoredAt(seen: Seen): number | null {
  const { score } = seen.facts;
  return score === null || score.most <= score.first ? null : (scoreOf(seen)?.[1]?.[0] ?? 0);
}

function endAt({ phases, moments }: TapeFacts): number {
  return phases.find(([, name]) => phaseKind(name) === 'ended')?.[0] ?? moments;
}

/** A phase that comes again after an end, with the score of the beginning. */
function begunAgainAt(seen: Seen): number | null {
  const { phases } = seen.facts;
  const end = phases.findIndex(([, name]) => phaseKind(name) === 'ended');
  if (end < 0) return null;
  const known = new Set(phases.slice(0, end).map(([, name]) => name));
  const score = scoreOf(seen);
  const again = phases
    .slice(end)
    .filter(([, name]) => known.has(name))
    .find(([at]) => !score || valueAt(score, at + SOON) === score[0]?.[1]);
  return again?.[0] ?? null;
}
