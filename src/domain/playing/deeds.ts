import type { ReceiptFact } from '../../contracts/game/receipt.js';
import type { TapeFacts } from '../../contracts/game/tape.js';
import { isCounted, isVisible, numbersIn, stepsOf, valueAt } from './courses.js';
import { phaseKind } from './playing-state.js';
import { gainsOf } from './progress.js';
import { SOON, valuesOf, type Pair, type Seen } from './tape-pairs.js';

/** Something that happens in a game, or not; `when`: the moment, null = it does not. */
export interface Deed extends Pick<ReceiptFact, 'kind' | 'what'> {
  readonly when: (seen: Seen) => number | null;
  /** The value that it is about; left out: `what`. */
  readonly of?: string;
  /** It was to happen, and has not. */
  readonly fails?: (seen: Seen) => boolean;
}

/** Changes that make a movement; one is enough of a value that has a name. */
const MOVES = 3;
const NAMES_SCORE = /^(?!.*(?:best|high)).*(?:score|points?$|pts$)/i;

/** All that one of the two versions does. */
export function deedsIn(pairs: readonly Pair[]): Deed[] {
  const all = pairs.flatMap(({ before, after }) => [before, after]);
  const names = new Set(all.flatMap(({ facts }) => facts.phases.map(([, name]) => name)));
  // An end has a fact of its own, and other words may hide what is a title or a pause.
  const phases = [...names].filter((name) => phaseKind(name) === 'playing' && name !== 'paused');
  const things = [...new Set(all.flatMap(({ courses }) => [...courses.keys()]))];
  return [
    ...scoreDeeds(pairs.map(({ before }) => before)),
    { kind: 'ends', what: '', when: ({ facts }) => (facts.isOver ? endAt(facts) : null) },
    { kind: 'wins', what: '', when: ({ facts }) => (facts.isWon ? endAt(facts) : null) },
    { kind: 'again', what: '', when: ({ facts }) => roundsOf(facts)?.again ?? null },
    ...phases.map((what): Deed => {
      const when = ({ facts }: Seen) => facts.phases.find(([, name]) => name === what)?.[0] ?? null;
      return { kind: 'phase', what, when };
    }),
    ...things.flatMap((what) => [
      movesDeed(what),
      ...(isCounted(what) ? [countDeed(what)] : []),
      ...(isVisible(what) ? [] : [resetDeed(what)]),
    ]),
  ];
}

function scoreDeeds(parent: readonly Seen[]): Deed[] {
  const paths = scoresOf(parent);
  const deedOf = (of: string, what: string): Deed => {
    return { kind: 'score', what, of, when: (seen) => risesAt(seen, of) };
  };
  return paths.length > 0 && parent.every(({ facts }) => facts.score === null)
    ? paths.map((of) => deedOf(of, of))
    : [deedOf(paths[0] ?? '', '')];
}

/**
 * Values that have the name of a score, else numbers on the screen that rise now and then: if any
 * come as far as the score that was read from the words, those alone.
 */
export function scoresOf(parent: readonly Seen[]): string[] {
  const gains = new Map<string, number>();
  for (const seen of parent)
    for (const what of seen.courses.keys())
      if (what.startsWith('digits.') || NAMES_SCORE.test(what))
        gains.set(what, (gains.get(what) ?? 0) + gainsOf(valuesOf(seen, what)));
  const rising = [...gains]
    .filter(([, of]) => of > 0)
    .toSorted(([, one], [, other]) => other - one)
    .map(([what]) => what);
  const named = rising.filter((what) => NAMES_SCORE.test(what));
  const isRead = (what: string): boolean =>
    parent.every((seen) => seen.facts.score?.most === Math.max(...numbersIn(valuesOf(seen, what))));
  return [named, rising.filter(isRead), rising].find((paths) => paths.length > 0) ?? [];
}

function risesAt(seen: Seen, what: string): number | null {
  const series = valuesOf(seen, what);
  const step = series.find(([, value], at) => at > 0 && value > (series[at - 1]?.[1] ?? value));
  const { score } = seen.facts;
  return step?.[0] ?? (score && score.most > score.first ? 0 : null);
}

function movesDeed(what: string): Deed {
  const when = ({ courses }: Seen): number | null => {
    const steps = stepsOf(courses.get(what));
    return steps.length >= (isVisible(what) ? MOVES : 1) ? (steps[0]?.at ?? null) : null;
  };
  return { kind: 'moves', what, when };
}

/** That they come, or become more or fewer. */
function countDeed(what: string): Deed {
  const when = ({ courses }: Seen): number | null =>
    courses
      .get(what)
      ?.get('n')
      ?.find(([moment]) => moment > 1)?.[0] ?? null;
  return { kind: 'count', what, when };
}

/** That a number is in a new round what it was in the first. */
function resetDeed(what: string): Deed {
  const begunWith = (seen: Seen): number | null | undefined => {
    const [rounds, series] = [roundsOf(seen.facts), valuesOf(seen, what)];
    const first = rounds && (valueAt(series, rounds.first) ?? series[0]?.[1]);
    if (!rounds || typeof first !== 'number' || valueAt(series, rounds.end) === first)
      return undefined;
    for (let at = rounds.again; at <= rounds.again + SOON; at += 1)
      if (valueAt(series, at) === first) return at;
    return null;
  };
  return {
    kind: 'again',
    what,
    when: (seen) => begunWith(seen) ?? null,
    fails: (seen) => begunWith(seen) === null,
  };
}

export function endAt({ phases, moments }: TapeFacts): number {
  return phases.find(([, name]) => phaseKind(name) === 'ended')?.[0] ?? moments;
}

/** Moments at which play begins first, ends or rests, and begins again. */
function roundsOf({ phases }: TapeFacts): { first: number; end: number; again: number } | null {
  const isPlay = ([, name]: TapeFacts['phases'][number]): boolean => phaseKind(name) === 'playing';
  const first = phases.findIndex(isPlay);
  const end = phases.findIndex((phase, at) => at > first && !isPlay(phase));
  const again = phases.find((phase, at) => at > end && isPlay(phase));
  if (first < 0 || end < 0 || again === undefined) return null;
  return { first: phases[first]?.[0] ?? 0, end: phases[end]?.[0] ?? 0, again: again[0] };
}
