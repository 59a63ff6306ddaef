import type { Effects, TapeFacts } from '../../contracts/game/tape.js';
import { courseApartAt, coursesOf, valueAt, type Course, type Courses } from './courses.js';

/** Things that are kept of a control, of which the parent's first ones count. */
const MOST_THINGS = 12;
const MOST_OF_PARENT = 4;
/** What is otherwise later may come of what is otherwise first; moments. */
const AT_ONCE = 1;
/** Part of an effect below which it is another one. */
const WEAK = 1 / 3;

/** What is otherwise until a moment in a life with a control than in the same without it. */
export function effectsOf(without: TapeFacts, life: TapeFacts, until: number): Effects {
  const [one, other] = [coursesOf(without), coursesOf(life)];
  const things = [...new Set([...one.keys(), ...other.keys()])];
  const moved = things.flatMap((what) => {
    const at = courseApartAt(one.get(what), other.get(what));
    return at <= until ? [{ what, at }] : [];
  });
  const firstAt = Math.min(...moved.map(({ at }) => at));
  const first = moved.filter(({ at }) => at <= firstAt + AT_ONCE).slice(0, MOST_THINGS);
  return Object.fromEntries(
    first.map(({ what, at }) => [what, mostApart(one.get(what), other.get(what), { at, until })]),
  );
}

/** The largest difference of numbers, with its sign; 1 of what has none. */
function mostApart(
  one: Course = new Map(),
  other: Course = new Map(),
  { at, until }: { at: number; until: number },
): number {
  let most = 0;
  for (const field of new Set([...one.keys(), ...other.keys()]))
    for (let moment = at; moment <= until; moment += 1) {
      const [from, to] = [valueAt(one.get(field), moment), valueAt(other.get(field), moment)];
      const by = typeof from === 'number' && typeof to === 'number' ? to - from : 0;
      if (Math.abs(by) > Math.abs(most)) most = by;
    }
  return most === 0 ? 1 : Math.round(most * 1_000) / 1_000;
}

/**
 * Whether a control does all that it did, if not as much, by the things that `known` has. One that
 * does something else is never more than changed: what it did may come of other things.
 */
export function isSameEffect(before: Effects, after: Effects, known: Courses): boolean {
  return Object.entries(before)
    .filter(([what]) => known.has(what))
    .slice(0, MOST_OF_PARENT)
    .every(([what, by]) => (after[what] ?? 0) / by >= WEAK);
}
