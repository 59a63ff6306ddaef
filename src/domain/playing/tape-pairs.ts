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
    const [one, other] = [before.facts.names, after.facts.names];
    const names = one.length > other.length ? one : other;
    const namesApartAt = names.findIndex((_, at) => one[at] !== other[at]);
    return {
      before,
      after,
      apartAt: apartAt(before.courses, after.courses, () => true),
      apartOthersAt: apartAt(before.courses, after.courses, (what) => after.courses.has(what)),
      namesApartAt: namesApartAt < 0 ? Infinity : namesApartAt,
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

/** Whether two things come at one moment in one place, and move at one moment. */
function comesAs(channel: string, one?: Course, other?: Course): boolean {
  return (
    [...(one ?? [])].every(([field, steps]) => {
      const [[[at, value] = [], [next] = []], [[otherAt, otherValue] = [], [otherNext] = []]] = [
        steps,
        other?.get(field) ?? [],
      ];
      const isNear =
        typeof value === 'number' && typeof otherValue === 'number'
          ? Math.abs(value - otherValue) <= (NEAR[channel] ?? 0)
          : value === otherValue;
      return at === otherAt && isNear && (channel in NEAR || next === otherNext);
    }) && one !== undefined
  );
}

/** How a value went. */
export const valuesOf = ({ courses }: Seen, what: string): Series =>
  courses.get(what)?.get('') ?? [];

/** The phase of a moment, and when it began; '' = none is known. */
export function phaseAt({ phases }: TapeFacts, moment: number): [number, string] {
  return phases.findLast(([begins]) => begins <= moment) ?? [0, ''];
}
