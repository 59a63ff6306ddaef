import type { FactValue, Series, TapeFacts } from '../../contracts/game/tape.js';
import { amountOf, channelOf, courseApartAt, coursesOf, valueAt, type Courses } from './courses.js';

export interface Seen {
  readonly facts: TapeFacts;
  readonly courses: Courses;
}

/** One tape on both versions. */
interface Tapes {
  readonly before: Seen;
  readonly after: Seen;
}
export interface Pair extends Tapes {
  /** Moment from which on a thing of the parent is otherwise; Infinity = none is. */
  readonly apartAt: number;
  /** The same, of things that the candidate has as well. */
  readonly apartOthersAt: number;
  /** The same for what is on the screen, whatever it is. */
  readonly namesApartAt: number;
}

/** What of the candidate is a thing of the parent by another name, such as one of another size. */
export interface Renamed {
  readonly before: string;
  readonly after: string;
}

/** What comes so soon after a first difference belongs to it; moments. */
export const SOON = 5;
/** Moments of which two things are compared from when one of them came. */
const COMPARED = 20;
/** Share of them at which both are at one place. */
const NEAR_SHARE = 0.6;
/** Two places are one, as their channel measures it; a value is the same or another. */
const NEAR: Readonly<Record<string, number>> = { drawn: 40, page: 40, scene: 1 };

/** Puts what both versions showed of each tape beside each other, things that were renamed too. */
export function pairsOf(
  parent: readonly TapeFacts[],
  candidate: readonly TapeFacts[],
  lives: readonly TapeFacts[],
): { pairs: Pair[]; lives: Seen[]; renamed: Renamed[] } {
  const tapes = parent.flatMap((facts, at) => {
    const after = candidate[at];
    return after === undefined ? [] : [{ before: seenOf(facts), after: seenOf(after) }];
  });
  const renamed = renamedIn(tapes);
  const names = new Map(renamed.map((each) => [each.after, each.before]));
  const asBefore = ({ facts, courses }: Seen): Seen => {
    const named = [...courses].map(([what, course]) => [names.get(what) ?? what, course] as const);
    return { facts, courses: new Map(named) };
  };
  const pairs = tapes.map((tape): Pair => {
    const [before, after] = [tape.before, asBefore(tape.after)];
    return {
      before,
      after,
      apartAt: apartAt(before.courses, after.courses, () => true),
      apartOthersAt: apartAt(before.courses, after.courses, (what) => after.courses.has(what)),
      namesApartAt: namesApartAt(before.facts.names, after.facts.names),
    };
  });
  return { pairs, lives: lives.map((facts) => asBefore(seenOf(facts))), renamed };
}

const seenOf = (facts: TapeFacts): Seen => ({ facts, courses: coursesOf(facts) });

function apartAt(before: Courses, after: Courses, counts: (what: string) => boolean): number {
  const moments = [...before].flatMap(([what, course]) =>
    counts(what) ? [courseApartAt(course, after.get(what))] : [],
  );
  return Math.min(Infinity, ...moments);
}

function namesApartAt(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((name, moment) => name !== other[moment]);
  if (at >= 0) return at;
  return one.length === other.length ? Infinity : one.length;
}

/** Pairs what only the parent has with what only the candidate has, by how they went. */
function renamedIn(tapes: readonly Tapes[]): Renamed[] {
  const all = (side: keyof Tapes): Set<string> =>
    new Set(tapes.flatMap((tape) => [...tape[side].courses.keys()]));
  const [old, made] = [all('before'), all('after')];
  const gone = [...old].filter((what) => !made.has(what));
  const come = [...made].filter((what) => !old.has(what));
  const likely = gone
    .flatMap((before) => come.map((after) => ({ before, after })))
    .filter(({ before, after }) => channelOf(before) === channelOf(after))
    .map((both) => ({ ...both, share: nearShare(both, tapes) }))
    .filter(({ share }) => share >= NEAR_SHARE)
    .sort((one, other) => other.share - one.share);
  const taken = new Set<string>();
  return likely.filter(({ before, after }) => {
    if (taken.has(before) || taken.has(after)) return false;
    taken.add(before).add(after);
    return true;
  });
}

/** Share of the moments, from when one of the two came, at which both are at one place. */
function nearShare({ before, after }: Renamed, tapes: readonly Tapes[]): number {
  let [near, all] = [0, 0];
  for (const tape of tapes) {
    const [one, other] = [tape.before.courses.get(before), tape.after.courses.get(after)];
    const series = [...(one?.values() ?? []), ...(other?.values() ?? [])];
    if (series.length === 0) continue;
    const from = Math.min(...series.map(([first]) => first?.[0] ?? 0));
    for (let moment = from; moment < from + COMPARED; moment += 1) {
      const isOne = [...(one ?? [])].every(([field, steps]) =>
        isNear(channelOf(before), valueAt(steps, moment), valueAt(other?.get(field), moment)),
      );
      all += 1;
      if (one && isOne) near += 1;
    }
  }
  return near / Math.max(1, all);
}

function isNear(channel: string, one?: FactValue, other?: FactValue): boolean {
  if (typeof one !== 'number' || typeof other !== 'number')
    return one === other && one !== undefined;
  return Math.abs(one - other) <= (NEAR[channel] ?? 0);
}

/** Whether as many of its kind are of another size: fewer of one size mean nothing then. */
export function isResized(what: string, pairs: readonly Pair[]): boolean {
  const kindOf = (name: string): string => name.replace(/ \d+$/, '');
  let [own, all] = [0, 0];
  for (const { before, after } of pairs) {
    const until = Math.min(before.facts.moments, after.facts.moments);
    for (const [{ courses }, sign] of [
      [before, -1],
      [after, 1],
    ] as const)
      for (const [name, course] of courses) {
        if (kindOf(name) !== kindOf(what)) continue;
        const amount = sign * amountOf(course, until);
        all += amount;
        if (name === what) own += amount;
      }
  }
  return Math.abs(all) < Math.abs(own) / 2;
}

/** The phase of a moment, and when it began; '' = none is known. */
export function phaseAt({ phases }: TapeFacts, moment: number): [number, string] {
  return phases.findLast(([begins]) => begins <= moment) ?? [0, ''];
}

const NAMES_SCORE = /score|points?$/i;

/** The value that goes as the score does, by its name first; null = none is known. */
export function scoreOf({ facts: { score }, courses }: Seen): Series | null {
  if (score === null) return null;
  const all = [...courses].flatMap(([what, course]) => {
    const series = course.get('') ?? [];
    const isScore =
      series[0]?.[1] === score.first && series.some(([, value]) => value === score.most);
    return isScore ? [{ what, series }] : [];
  });
  return (all.find(({ what }) => NAMES_SCORE.test(what)) ?? all[0])?.series ?? null;
}
