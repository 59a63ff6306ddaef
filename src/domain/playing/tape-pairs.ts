import type { Series, TapeFacts } from '../../contracts/game/tape.js';
import {
  channelOf,
  courseApartAt,
  coursesOf,
  isVisible,
  type Course,
  type Courses,
} from './courses.js';

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
  /** Of each thing of the parent the moment from which on it is otherwise; Infinity = it is not. */
  readonly apart: ReadonlyMap<string, number>;
  /** The first of them. */
  readonly apartAt: number;
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
    const apart = new Map(
      [...before.courses].map(([what, course]) => [
        what,
        courseApartAt(course, after.courses.get(what)),
      ]),
    );
    const [one, other] = [before.facts.names, after.facts.names];
    const names = one.length > other.length ? one : other;
    const namesApartAt = names.findIndex((_, at) => one[at] !== other[at]);
    return {
      before,
      after,
      apart,
      apartAt: Math.min(...apart.values()),
      namesApartAt: namesApartAt < 0 ? Infinity : namesApartAt,
    };
  });
  return { pairs, lives: lives.map((facts) => asBefore(seenOf(facts))), renamed };
}

const seenOf = (facts: TapeFacts): Seen => ({ facts, courses: coursesOf(facts) });

/** Pairs what only the parent has with what only the candidate has, of one kind, by how it came. */
function renamedIn(tapes: readonly Tapes[]): Renamed[] {
  const all = (side: keyof Tapes): Set<string> =>
    new Set(tapes.flatMap((tape) => [...tape[side].courses.keys()]));
  const [old, made] = [all('before'), all('after')];
  const come = new Set([...made].filter((what) => !old.has(what)));
  return [...old].flatMap((before) => {
    if (made.has(before)) return [];
    const after = [...come].find(
      (each) =>
        kindOf(each) === kindOf(before) &&
        tapes.some((tape) =>
          comesAs(channelOf(each), tape.before.courses.get(before), tape.after.courses.get(each)),
        ),
    );
    if (after === undefined) return [];
    come.delete(after);
    return [{ before, after }];
  });
}

/** Without its size; values are of one kind. */
const kindOf = (what: string): string =>
  isVisible(what) ? what.replace(/ \d+$/, '') : channelOf(what);

/** Whether two things come at one moment, in one place or with one value. */
function comesAs(channel: string, one?: Course, other?: Course): boolean {
  const isAlike = ([field, [first]]: [string, Series]): boolean => {
    const [at, value] = first ?? [];
    const [otherAt, otherValue] = other?.get(field)?.[0] ?? [];
    const isNear = Math.abs(Number(value) - Number(otherValue)) <= (NEAR[channel] ?? 0);
    return at === otherAt && (isNear || value === otherValue);
  };
  return one !== undefined && [...one].every(isAlike);
}

/** Whether it is the first difference: all else may come of it. */
export const isFirst = ({ apart, apartAt }: Pair, what: string): boolean =>
  apartAt < Infinity && apart.get(what) === apartAt;

/** How a value went. */
export const valuesOf = ({ courses }: Seen, what: string): Series =>
  courses.get(what)?.get('') ?? [];

/** The phase of a moment; '' = none is known. */
export const phaseAt = ({ phases }: TapeFacts, moment: number): string =>
  phases.findLast(([begins]) => begins <= moment)?.[1] ?? '';
