import type { ReceiptFact } from '../../contracts/game/receipt.js';
import type { FactValue, Series } from '../../contracts/game/tape.js';
import {
  amountOf,
  channelOf,
  courseApartAt,
  isCounted,
  isVisible,
  numbersIn,
  quantileOf,
  speedOf,
  stepsOf,
  valueAt,
  type Course,
  type Step,
} from './courses.js';
import { scoresOf } from './deeds.js';
import { isFirst, SOON, valuesOf, type Pair, type Renamed, type Seen } from './tape-pairs.js';

/** New by old, from which on something is slower or faster, fewer or more. */
const LESS = 0.8;
const MORE = 1.25;
/** Steps that were equal until the two were apart: nothing was slower or faster. */
const ENOUGH_STEPS = 5;
/** Fewer steps from the first difference on are no speed. */
const FIRST_STEPS = 3;
/** Share of the tapes that agree. */
const MOST = 0.75;
/** Two ratios are one; doublings. */
const ALIKE = 0.25;
const MAX_VALUE = 40;

/** What is in both versions and otherwise: speeds, counts, values from the start, words. */
export function changedFacts(
  pairs: readonly Pair[],
  things: readonly string[],
  renamed: readonly Renamed[],
): ReceiptFact[] {
  const scores = scoresOf(pairs.map(({ before }) => before));
  const score = scoreFact(pairs, scores[0] ?? '');
  const moving = things.filter((what) => score.length === 0 || !scores.includes(what));
  return [
    ...score,
    ...merged(moving.flatMap((what) => speedFact(what, pairs))),
    ...merged(
      things.filter(isCounted).flatMap((what) => ratioFact('count', what, pairs, countRatio)),
    ),
    ...merged(things.flatMap((what) => [...valueFact(what, pairs), ...laterValue(what, pairs)])),
    ...renamed.map(({ before, after }): ReceiptFact => {
      return { kind: 'value', what: before, from: short(before), to: short(after) };
    }),
    ...wordsFacts(pairs),
  ];
}

/** What is alike in things of one channel, or in values, is told once. */
function merged(facts: readonly ReceiptFact[]): ReceiptFact[] {
  const groupOf = ({ what, from, to }: ReceiptFact): string =>
    JSON.stringify([isVisible(what) && channelOf(what), from, to]);
  const isAlike = (one: ReceiptFact, other: ReceiptFact): boolean =>
    groupOf(one) === groupOf(other) &&
    Math.abs(Math.log2((one.ratio ?? 1) / (other.ratio ?? 1))) <= ALIKE;
  return facts.filter((fact, at) => facts.findIndex((each) => isAlike(each, fact)) === at);
}

function ratioFact(
  kind: 'speed' | 'count',
  what: string,
  pairs: readonly Pair[],
  ratioOf: (pair: Pair, what: string) => number | null,
): ReceiptFact[] {
  const ratios = pairs.flatMap((pair) => ratioOf(pair, what) ?? []);
  return agreed(ratios).map((ratio) => ({ kind, what, ratio }));
}

/**
 * How fast it moves on the whole, else how soon it goes on to the value that it has next, else how
 * far its first other steps go.
 */
function speedFact(what: string, pairs: readonly Pair[]): ReceiptFact[] {
  for (const ratioOf of [speedRatio, lastingRatio, firstStepsRatio]) {
    const facts = ratioFact('speed', what, pairs, ratioOf);
    if (facts.length > 0) return facts;
  }
  return [];
}

/** What comes of something else that is otherwise may go this way or that from tape to tape. */
function agreed(ratios: readonly number[]): number[] {
  const ratio = quantileOf(ratios);
  const isOneWay = (each: number): boolean => (ratio < 1 ? each <= LESS : each >= MORE);
  const isAgreed = ratios.filter(isOneWay).length >= Math.max(1, MOST * ratios.length);
  return ratio > 0 && isAgreed ? [Math.round(ratio * 100) / 100] : [];
}

/** What comes of something else is as fast as it was until then; a cause is compared from there. */
function speedRatio(pair: Pair, what: string): number | null {
  const at = pair.apart.get(what) ?? Infinity;
  const isCause = isFirst(pair, what);
  const [one, other] = [stepsIn(pair.before, what), stepsIn(pair.after, what)];
  if (!isCause && one.filter((step) => step.at < at).length >= ENOUGH_STEPS) return 1;
  if (at === Infinity) return null;
  const speedSince = (steps: Step[]): number | null =>
    speedOf(isCause ? steps.filter((step) => step.at >= at) : steps);
  const [was, is] = [speedSince(one), speedSince(other)];
  return was === null || is === null ? null : is / was;
}

const stepsIn = ({ courses }: Seen, what: string): Step[] => stepsOf(courses.get(what));

/** The first difference is that something stays as it is for longer, or not for as long. */
function lastingRatio(pair: Pair, what: string): number | null {
  if (!isFirst(pair, what)) return null;
  const { before, after, apartAt: at } = pair;
  const [one, other] = [before, after].map(({ courses }) => courses.get(what));
  for (const [field, series] of one ?? []) {
    const [was, is] = [series, other?.get(field) ?? []].map((steps) => nextIn(steps, at));
    if (was && is && was.value === is.value && was.lasts !== is.lasts) return was.lasts / is.lasts;
  }
  return null;
}

/** Where a game goes otherwise from the first difference on, only the steps there compare. */
function firstStepsRatio(pair: Pair, what: string): number | null {
  if (!isFirst(pair, what)) return null;
  const isSoon = ({ at, by }: Step): boolean =>
    at >= pair.apartAt && at <= pair.apartAt + SOON && by > 0;
  const [one, other] = [pair.before, pair.after].map((seen) => stepsIn(seen, what).filter(isSoon));
  const ratios = (one ?? []).flatMap(({ at, by, forMoments }) => {
    const is = other?.find((step) => step.at === at && step.forMoments === forMoments);
    return is ? is.by / by : [];
  });
  return ratios.length < FIRST_STEPS ? null : quantileOf(ratios);
}

/** What a value becomes next from this moment on, and how long it was what it is. */
function nextIn(series: Series, from: number) {
  const at = series.findIndex(([moment]) => moment >= from);
  const [[since] = [], [moment, value] = []] = [series[at - 1], series[at]];
  return since === undefined || moment === undefined ? null : { value, lasts: moment - since };
}

function countRatio({ before, after }: Pair, what: string): number | null {
  const until = Math.min(before.facts.moments, after.facts.moments);
  const [one, other] = [before, after].map(({ courses }) => amountOf(courses.get(what), until));
  return one && other ? other / one : null;
}

/** What a value is at first, or how many are shown at all times, where all tapes agree. */
function valueFact(what: string, pairs: readonly Pair[]): ReceiptFact[] {
  const [from, to] = (['before', 'after'] as const).map((side) => {
    const values = new Set(pairs.map((pair) => beginning(pair[side].courses.get(what), what)));
    return values.size === 1 ? [...values][0] : undefined;
  });
  return from === undefined || to === undefined || from === to
    ? []
    : [{ kind: 'value', what, from, to }];
}

/** What a value becomes where it is first another one, and goes on as before from there. */
function laterValue(what: string, pairs: readonly Pair[]): ReceiptFact[] {
  const causes = pairs.filter((pair) => isFirst(pair, what));
  const found = causes.map(({ before, after, apartAt: at }) => {
    const [one, other] = [since(valuesOf(before, what), at), since(valuesOf(after, what), at)];
    const [[[, from] = []], [[, to] = []]] = [one, other];
    const goesOnAs = courseApartAt(new Map([['', one]]), new Map([['', other]])) > at + SOON;
    const isSet = from !== undefined && to !== undefined && from !== to && goesOnAs;
    return isSet ? { kind: 'value' as const, what, from, to } : null;
  });
  return found.includes(null) ? [] : found.slice(0, 1).flatMap((fact) => fact ?? []);
}

/** The values from a moment on. */
function since(series: Series, at: number): Series {
  const value = valueAt(series, at);
  const later = series.filter(([moment]) => moment > at);
  return value === undefined ? later : [[at, value], ...later];
}

function beginning(course: Course | undefined, what: string): FactValue | undefined {
  const steps = course?.get(isVisible(what) ? 'n' : '') ?? [];
  return isVisible(what) && steps.length > 1 ? undefined : steps[0]?.[1];
}

/** By what the score rises at a time; where that is as before, how far it comes. */
function scoreFact(pairs: readonly Pair[], path: string): ReceiptFact[] {
  const ratiosOf = (amountIn: (rises: number[]) => number): number[] =>
    pairs.flatMap(({ before, after }) => {
      const [one, other] = [amountIn(risesOf(before, path)), amountIn(risesOf(after, path))];
      return one > 0 && other > 0 ? [other / one] : [];
    });
  const ratios = [...agreed(ratiosOf(quantileOf)), ...agreed(ratiosOf(sumOf))];
  return ratios.slice(0, 1).map((ratio) => ({ kind: 'score', what: '', ratio }));
}

function risesOf(seen: Seen, path: string): number[] {
  return numbersIn(valuesOf(seen, path)).flatMap((value, at, values) =>
    value > (values[at - 1] ?? value) ? [value - (values[at - 1] ?? 0)] : [],
  );
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** Lines that every tape showed, and none any more. */
function wordsFacts(pairs: readonly Pair[]): ReceiptFact[] {
  const linesOf = (side: 'before' | 'after'): string[][] =>
    pairs.map((pair) => pair[side].facts.words);
  // Such a line is being written, letter by letter.
  const isBegun = (line: string, all: string[][]): boolean =>
    all.flat().some((other) => other !== line && other.startsWith(line));
  const onlyIn = (all: string[][], others: string[][]): string[] =>
    (all[0] ?? []).filter(
      (line) =>
        all.every((each) => each.includes(line)) &&
        !others.flat().includes(line) &&
        !isBegun(line, all),
    );
  const [before, after] = [linesOf('before'), linesOf('after')];
  const come = onlyIn(after, before);
  // Lines that are gone alone may come later in a game that goes otherwise.
  const isPlain = come.length > 0 || pairs.every(({ apartAt }) => apartAt === Infinity);
  const gone = isPlain ? onlyIn(before, after) : [];
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) => {
    const [from, to] = [gone[at], come[at]];
    return {
      kind: 'words',
      what: from ?? to ?? '',
      ...(from !== undefined && { from: short(from) }),
      ...(to !== undefined && { to: short(to) }),
    };
  });
}

const short = (text: string): FactValue => text.slice(0, MAX_VALUE);
