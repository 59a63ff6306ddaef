import type { FactValue, Series, TapeFacts } from '../../contracts/game/tape.js';

/** How one thing went while a tape ran: values by field, such as `n`, `x`, `y`; '' = its own. */
export type Course = ReadonlyMap<string, Series>;
/** By what each thing is called, which its channel begins. */
export type Courses = ReadonlyMap<string, Course>;

/** Of these channels a path ends with what is known of a group. */
const GROUPS = /^((?:drawn|scene|page)\b.*)\.([nxyz])$/;
/** Steps of a thing that are compared, from its first. */
const STEPS = 40;
/** Longer rests are none of its speed, larger steps are jumps to another place. */
const REST = 3;
const JUMP = 5;

export function coursesOf({ series }: TapeFacts): Courses {
  const courses = new Map<string, Map<string, Series>>();
  for (const [path, steps] of Object.entries(series)) {
    const [, what = path, field = ''] = GROUPS.exec(path) ?? [];
    const course = courses.get(what) ?? new Map<string, Series>();
    courses.set(what, course.set(field, steps));
  }
  return courses;
}

export const channelOf = (what: string): string => /^\w+/.exec(what)?.[0] ?? '';

/** Things of the screen; all else is a value that the game declares or shows. */
export const isVisible = (what: string): boolean =>
  ['drawn', 'scene', 'page'].includes(channelOf(what));

/** Texts that come and go are words, not things. */
export const isCounted = (what: string): boolean =>
  isVisible(what) && !what.startsWith('drawn.text');

/** The value at a moment; undefined = it was not there yet. */
export function valueAt(series: Series | undefined, moment: number): FactValue | undefined {
  let [from, to] = [0, series?.length ?? 0];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((series?.[middle]?.[0] ?? Infinity) <= moment) from = middle + 1;
    else to = middle;
  }
  return series?.[from - 1]?.[1];
}

/** The first moment at which two values are not equal; Infinity = they are to the end. */
export function seriesApartAt(one: Series = [], other: Series = []): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const [[moment = Infinity, value] = [], [otherMoment = Infinity, otherValue] = []] = [
      one[at],
      other[at],
    ];
    if (moment !== otherMoment || value !== otherValue) return Math.min(moment, otherMoment);
  }
  return Infinity;
}

/** The same for all that is known of a thing. */
export function courseApartAt(one: Course, other: Course | undefined): number {
  return Math.min(
    ...[...new Set([...one.keys(), ...(other?.keys() ?? [])])].map((field) =>
      seriesApartAt(one.get(field), other?.get(field)),
    ),
  );
}

export interface Motion {
  /** The field that moves most. */
  readonly field: string | null;
  readonly changes: number;
  /** Moment of the first change; null = there is none. */
  readonly firstAt: number | null;
  /** Of the first steps, by moment; null = it has no numbers, or too few of them. */
  readonly speed: number | null;
}

interface Within {
  readonly from?: number;
  readonly until?: number;
  readonly field?: string | null;
}

const STILL: Motion = { field: null, changes: 0, firstAt: null, speed: null };

/** How a thing moves, by one field or that which moves most, from one moment until another. */
export function motionOf(
  course: Course | undefined,
  { from = 0, until = Infinity, field: only = null }: Within = {},
): Motion {
  // Where others have come to a group or left it none of them need have moved.
  const joined = new Set(course?.get('n')?.map(([moment]) => moment));
  let [most, way] = [STILL, -1];
  for (const [field, series] of course ?? []) {
    if (field === 'n' || (only !== null && field !== only)) continue;
    const steps = stepsOf(series).filter(({ at }) => at >= from && at < until && !joined.has(at));
    const gone = steps.reduce((sum, { by }) => sum + by, 0);
    if (steps.length === 0 || gone <= way) continue;
    way = gone;
    const [first] = steps;
    most = { field, changes: steps.length, firstAt: first?.at ?? null, speed: speedOf(steps) };
  }
  return most;
}

interface Step {
  readonly at: number;
  /** 0: it is no number. */
  readonly by: number;
  readonly forMoments: number;
}

function stepsOf(series: Series): Step[] {
  return series.slice(1).map(([at, value], index) => {
    const [from, old] = series[index] ?? [at, value];
    const isNumber = typeof value === 'number' && typeof old === 'number';
    return { at, by: isNumber ? Math.abs(value - old) : 0, forMoments: at - from };
  });
}

function speedOf(all: readonly Step[]): number | null {
  const steps = all.slice(0, STEPS);
  if (steps.length < 2) return null;
  const rest = REST * medianOf(steps.map(({ forMoments }) => forMoments));
  const jump = JUMP * medianOf(steps.map(({ by }) => by));
  const plain = steps.filter(({ by, forMoments }) => by <= jump && forMoments <= rest);
  const sum = (of: keyof Step): number => plain.reduce((total, step) => total + step[of], 0);
  return plain.length < 2 || sum('forMoments') === 0 ? null : sum('by') / sum('forMoments');
}

/** How many there are until this moment, summed over its moments. */
export function amountOf(course: Course | undefined, until: number): number {
  const series = course?.get('n') ?? [];
  return series.reduce((sum, [moment, value], at) => {
    const end = Math.min(until, series[at + 1]?.[0] ?? until);
    return sum + Number(value) * Math.max(0, end - moment);
  }, 0);
}

export function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
