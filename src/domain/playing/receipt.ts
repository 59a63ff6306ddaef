import type { FactKind, Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import type { TapeFacts } from '../../contracts/game/tape.js';
import { changedFacts } from './changed-facts.js';
import { channelOf, courseApartAt, isVisible, motionOf } from './courses.js';
import { mostApart } from './most-apart.js';
import { phaseKind } from './playing-state.js';
import { pairsOf, phaseAt, SOON, type Pair, type Seen } from './tape-pairs.js';

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

/** What tells most of a game comes first: by kind, else by channel. */
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
/** Changes that make a movement; one is enough of a value that says what it is. */
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
  // An end has a fact of its own.
  const phases = [...names].filter((name) => phaseKind(name) !== 'ended');
  const things = new Set(all.flatMap(({ courses }) => [...courses.keys()]));
  return [
    { kind: 'score', what: '', when: scoredAt },
    { kind: 'ends', what: '', when: ({ facts }) => (facts.isOver ? endAt(facts) : null) },
    { kind: 'wins', what: '', when: ({ facts }) => (facts.isWon ? endAt(facts) : null) },
    { kind: 'again', what: '', when: ({ facts }) => begunAgainAt(facts) },
    ...phases.map((what): Deed => {
      const when = ({ facts }: Seen) => facts.phases.find(([, name]) => name === what)?.[0] ?? null;
      return { kind: 'phase', what, when };
    }),
    ...[...things].map((what): Deed => {
      const movedAt = ({ courses }: Seen): number | null => {
        const { changes, firstAt } = motionOf(courses.get(what));
        return changes >= (isVisible(what) ? MOVES : 1) ? firstAt : null;
      };
      const apartAt = ({ before, after }: Pair): number =>
        courseApartAt(before.courses.get(what) ?? new Map(), after.courses.get(what));
      return { kind: 'moves', what, when: movedAt, apartAt };
    }),
  ];
}

function fateOf(deed: Deed, pairs: readonly Pair[], lives: readonly Seen[]): Fate | null {
  const did = pairs.some(({ before }) => deed.when(before) !== null);
  const does = pairs.some(({ after }) => deed.when(after) !== null);
  if (!did) return does ? 'gained' : null;
  if (does || lives.some((seen) => deed.when(seen) !== null)) return 'same';
  if (!isMissed(deed, pairs)) return null;
  return isDecoration(deed, pairs) ? 'changed' : 'lost';
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
function isDecoration({ kind, what }: Deed, pairs: readonly Pair[]): boolean {
  return (
    kind === 'moves' &&
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
  // A button may have another name: only where one is missing it has gone.
  const come = Object.keys(after).filter((what) => after[what] && before[what] === undefined);
  for (const [what, answered] of Object.entries(before)) {
    const answers = after[what] ?? come.pop() !== undefined;
    if (answered) yield [what, answers ? 'same' : 'lost'];
    else if (answers) yield [what, 'gained'];
  }
  for (const what of come) yield [what, 'gained'];
}

/** Found in a value that goes as the score does; at once where there is none. */
function scoredAt({ facts, courses }: Seen): number | null {
  const { score } = facts;
  if (score === null || score.most <= score.first) return null;
  for (const course of courses.values()) {
    const series = course.get('') ?? [];
    if (series[0]?.[1] === score.first && series.some(([, value]) => value === score.most))
      return series[1]?.[0] ?? 0;
  }
  return 0;
}

function endAt({ phases, moments }: TapeFacts): number {
  return phases.find(([, name]) => phaseKind(name) === 'ended')?.[0] ?? moments;
}

/** A phase that comes again after an end. */
function begunAgainAt({ phases }: TapeFacts): number | null {
  const end = phases.findIndex(([, name]) => phaseKind(name) === 'ended');
  if (end < 0) return null;
  const known = new Set(phases.slice(0, end).map(([, name]) => name));
  return phases.slice(end).find(([, name]) => known.has(name))?.[0] ?? null;
}
