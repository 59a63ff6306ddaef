import type { FactKind, Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import type { Answer, Effects, TapeFacts } from '../../contracts/game/tape.js';
import { channelOf, isVisible, type Courses } from './courses.js';
import { deedsIn, endAt, type Deed } from './deeds.js';
import { isSameEffect } from './effects.js';
import { mostApart } from './most-apart.js';
import { changedFacts } from './receipt-changes.js';
import {
  isFirst,
  pairsOf,
  phaseAt,
  SOON,
  valuesOf,
  type Pair,
  type Renamed,
  type Seen,
} from './tape-pairs.js';

/** What was seen of a version: of each tape its facts, of each control how it answers. */
export interface SeenVersion {
  readonly facts: readonly TapeFacts[];
  readonly answers: Readonly<Record<string, Answer>>;
}

/** The same tapes on the candidate, and what a search of its own has seen. */
export interface SeenChange extends SeenVersion {
  readonly lives: readonly TapeFacts[];
  readonly neverRan: Receipt['neverRan'];
}

/** The most telling facts come first: by kind, else by channel. */
const KINDS: readonly string[] = ['phase', 'control', 'again', 'wins', 'ends', 'score', 'runs'];
const CHANNELS = ['page', 'drawn', 'scene', 'digits', 'state'];
/** Of what is otherwise first. */
const OF_CAUSE = 20;
const MAX_FACTS = 20;
const MAX_CAUSES = 2;
const MAX_OF_KIND = 4;
/** A candidate that was where something happens for so much longer could have shown it; moments. */
const LONGER = 10;
/** Share of the tapes in which it happened. */
const USUAL = 2 / 3;

type Fate = 'lost' | 'changed' | 'gained' | 'same';

/**
 * What a change has changed, by the union of its parent's tapes (P4). What comes of the inputs
 * alone, which meet another game after the first difference, is not called lost.
 */
export function receiptOf(parent: SeenVersion, candidate: SeenChange): Receipt {
  const { pairs, lives, renamed } = pairsOf(parent.facts, candidate.facts, candidate.lives);
  const deeds = deedsIn(pairs);
  const by: Record<Fate, Deed[]> = { lost: [], changed: [], gained: [], same: [] };
  for (const deed of deeds) {
    const fate = fateOf(deed, pairs, lives);
    if (fate !== null) by[fate].push(deed);
  }
  const asked = controls(parent.answers, asBefore(candidate.answers, renamed), thingsIn(pairs));
  const factsOf = (fate: Fate, of = by[fate]): ReceiptFact[] => [
    ...of.map(({ kind, what }) => ({ kind, what })),
    ...asked.flatMap(([what, each]) => (each === fate ? [{ kind: 'control' as const, what }] : [])),
  ];
  const things = deeds.flatMap(({ kind, what }) => (kind === 'moves' ? [what] : []));
  const changed = [...factsOf('changed'), ...changedFacts(pairs, things, renamed)];
  const causes = things.filter((what) => pairs.some((pair) => isFirst(pair, what)));
  const told = [...by.lost.map(({ what, of = what }) => of), ...changed.map(({ what }) => what)];
  if (!told.some((what) => causes.includes(what)))
    changed.push(...causes.slice(0, MAX_CAUSES).map((what) => ({ kind: 'moves' as const, what })));
  const weightOf = ({ kind, what, ratio = 1 }: ReceiptFact): number =>
    100 * KINDS.indexOf(kind) +
    10 * CHANNELS.indexOf(channelOf(what)) +
    (causes.includes(what) ? OF_CAUSE : 0) +
    Math.abs(Math.log2(ratio));
  const mostTelling = (facts: readonly ReceiptFact[]): ReceiptFact[] =>
    facts.toSorted((one, other) => weightOf(other) - weightOf(one)).slice(0, MAX_FACTS);
  return {
    tapes: pairs.length,
    isSame: pairs.every(({ namesApartAt }) => namesApartAt === Infinity),
    lost: mostTelling([...stops(pairs), ...factsOf('lost', ownLosses(by.lost, pairs))]),
    changed: few(mostTelling(changed)),
    gained: mostTelling(factsOf('gained').filter(isSaid)),
    // Of what has partly gone the rest is not told.
    same: mostTelling(
      factsOf('same').filter(
        (fact) => isSaid(fact) && by.lost.every(({ kind }) => kind !== fact.kind),
      ),
    ),
    neverRan: [...candidate.neverRan],
    most: mostApart(pairs),
  };
}

/** Of each kind some, and none twice. */
function few(facts: readonly ReceiptFact[]): ReceiptFact[] {
  return facts.filter(({ kind, what }, at) => {
    const known = facts.slice(0, at).filter((each) => each.kind === kind);
    return known.length < MAX_OF_KIND && known.every((each) => each.what !== what);
  });
}

/** Of single things there is nothing to be said when they are new, or as before. */
const isSaid = ({ kind, what }: ReceiptFact): boolean =>
  !isOfThing(kind) && (kind !== 'again' || what === '');

/** In a union of tapes the others would hide the one that ends. */
function stops(pairs: readonly Pair[]): ReceiptFact[] {
  const why = pairs.flatMap(({ before, after }) =>
    before.facts.stopped === null && after.facts.stopped !== null ? [after.facts.stopped] : [],
  );
  return [...new Set(why)].map((each) => ({ kind: 'runs', what: each.slice(0, 200) }));
}

/** Without what comes of another loss, or shows it once more: of an end, a thing, a score. */
function ownLosses(lost: readonly Deed[], pairs: readonly Pair[]): Deed[] {
  const hasEnd = lost.some(({ kind }) => kind === 'ends');
  const gone = new Set(lost.flatMap(({ kind, what }) => (kind === 'count' ? [what] : [])));
  const known = new Set<string>();
  return lost.filter(({ kind, what, of = what, when }) => {
    if (kind === 'moves' && gone.has(what)) return false;
    if (isOfThing(kind) && hasEnd && pairs.every(({ before }) => isOfEnd(when(before), before)))
      return false;
    if (of === '' || isVisible(of)) return true;
    const values = pairs.map(({ before }) => valuesOf(before, of).map(([, value]) => value));
    return known.size < known.add(JSON.stringify([kind === 'again', ...values])).size;
  });
}

const isOfThing = (kind: FactKind): boolean => kind === 'moves' || kind === 'count';

const isOfEnd = (at: number | null, { facts }: Seen): boolean =>
  at === null || at >= endAt(facts) - SOON;

function fateOf(deed: Deed, pairs: readonly Pair[], lives: readonly Seen[]): Fate | null {
  const { what, when, fails } = deed;
  const did = pairs.some(({ before }) => when(before) !== null);
  // Other words may hide it where all else is as it was.
  const now = pairs.map(({ before, after, apartAt }) => (apartAt === Infinity ? before : after));
  const does = now.some((seen) => when(seen) !== null);
  if (!did) return does ? 'gained' : null;
  if (does || lives.some((seen) => when(seen) !== null))
    return isLate(deed, pairs) ? 'changed' : 'same';
  if (fails) return now.some(fails) ? 'lost' : null;
  // Lives go for the score: what those of its own do not come to either is missed.
  const isSought = deed.kind === 'score' && lives.length > 0;
  if (!isSought && !isMissed(deed, pairs)) return null;
  return isDecoration(what, pairs) ? 'changed' : 'lost';
}

/** Whether that it does not happen there is the first difference of a tape. */
function isLate({ kind, when }: Deed, pairs: readonly Pair[]): boolean {
  if (isOfThing(kind)) return false;
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
function isMissed({ kind, what, when }: Deed, pairs: readonly Pair[]): boolean {
  const had = pairs.flatMap((pair) => {
    const at = when(pair.before);
    return at === null ? [] : [{ pair, at }];
  });
  const apartAt = ({ apart }: Pair, at: number): number =>
    (isOfThing(kind) ? apart.get(what) : at) ?? at;
  if (had.some(({ pair, at }) => apartAt(pair, at) <= pair.apartAt + SOON)) return true;
  const missed = had.filter(({ pair, at }) => isReached(pair, at));
  return missed.length >= USUAL * pairs.length;
}

/** Whether the candidate was in the phase of this moment then, and longer. */
function isReached({ before, after }: Pair, at: number): boolean {
  const later = Math.min(at + LONGER, before.facts.moments - 1);
  return (
    later < after.facts.moments && phaseAt(after.facts, later) === phaseAt(before.facts, at - 1)
  );
}

/** What is gone and changes nothing else to the end of any tape was to be looked at. */
function isDecoration(what: string, pairs: readonly Pair[]): boolean {
  const isAlone = ({ after: { courses }, apart }: Pair): boolean =>
    !courses.has(what) && [...apart].every(([each, at]) => at === Infinity || !courses.has(each));
  return isVisible(what) && pairs.every(isAlone);
}

/** All that a candidate has, by the names of its parent. */
const thingsIn = (pairs: readonly Pair[]): Courses =>
  new Map(pairs.flatMap(({ after: { courses } }) => [...courses]));

/** What controls of a candidate do, by the names of its parent. */
function asBefore(
  answers: SeenVersion['answers'],
  renamed: readonly Renamed[],
): SeenVersion['answers'] {
  const names = new Map(renamed.map(({ before, after }) => [after, before]));
  const named = (effects: Effects): Effects =>
    Object.fromEntries(Object.entries(effects).map(([what, by]) => [names.get(what) ?? what, by]));
  return Object.fromEntries(
    Object.entries(answers).map(([control, answer]) => [
      control,
      typeof answer === 'object' ? named(answer) : answer,
    ]),
  );
}

/** Of answers of which no more is known than that they are some they are the same. */
function fateOfAnswer(before: Answer, after: Answer, things: Courses): Fate {
  if (typeof before !== 'object' || typeof after !== 'object') return 'same';
  return isSameEffect(before, after, things) ? 'same' : 'changed';
}

function controls(
  before: SeenVersion['answers'],
  after: SeenVersion['answers'],
  things: Courses,
): [what: string, fate: Fate][] {
  // Of a candidate that was not asked nothing is known.
  if (Object.keys(after).length === 0) return [];
  // A button may have another name: only where one is missing it has gone.
  const come = Object.keys(after).filter((what) => after[what] && before[what] === undefined);
  const known = Object.entries(before).flatMap(([what, answered]): [string, Fate][] => {
    const answers = after[what] ?? (answered && come.pop() !== undefined);
    if (answered) return [[what, answers ? fateOfAnswer(answered, answers, things) : 'lost']];
    return answers ? [[what, 'gained']] : [];
  });
  return [...known, ...come.map((what): [string, Fate] => [what, 'gained'])];
}
