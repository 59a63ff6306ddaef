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
/** Numbers are told to three places. */
const EXACT = 0.003;

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

export const numbersIn = (series: Series): number[] => series.map(([, value]) => Number(value));

/** The first moment at which two values do not change alike; Infinity = they do to the end. */
function seriesApartAt(one: Series = [], other: Series = []): number {
  const [[, from] = [], [, otherFrom] = []] = [one[0], other[0]];
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const [[moment = Infinity, value] = [], [otherMoment = Infinity, otherValue] = []] = [
      one[at],
      other[at],
    ];
    const isAlike =
      typeof value === 'number' && typeof otherValue === 'number'
        ? Math.abs(value - Number(from) - (otherValue - Number(otherFrom))) <= EXACT
        : value === otherValue;
    if (moment !== otherMoment || !isAlike) return Math.min(moment, otherMoment);
  }
  return Infinity;
}

/** The same for all that is known of a thing. */
export function courseApartAt(one: Course = new Map(), other: Course = new Map()): number {
  const fields = [...new Set([...one.keys(), ...other.keys()])];
  return Math.min(...fields.map((field) => seriesApartAt(one.get(field), other.get(field))));
}

export interface Step {
  readonly at: number;
  /** 0: it is no number. */
  readonly by: number;
  readonly forMoments: number;
}

/** Moments at which others have come to a group or left it: none of them need have moved. */
function joinedIn(counts: Series): Set<number> {
  const shown = counts.filter(([, count]) => count !== 0);
  return new Set(
    shown.flatMap(([moment, count], at) => (count === shown[at - 1]?.[1] ? [] : [moment])),
  );
}

/** How a thing moves, whatever the way. */
export function stepsOf(course: Course | undefined): Step[] {
  const joined = joinedIn(course?.get('n') ?? []);
  const moved = new Map<number, number>();
  let last = Infinity;
  for (const [field, series] of course ?? []) {
    if (field === 'n') continue;
    last = Math.min(last, series[0]?.[0] ?? last);
    for (const [index, [at, value]] of series.entries()) {
      const old = series[index - 1]?.[1];
      if (old === undefined) continue;
      const by = typeof value === 'number' && typeof old === 'number' ? value - old : 0;
      moved.set(at, Math.max(moved.get(at) ?? 0, Math.abs(by)));
    }
  }
  const steps = [...moved].toSorted(([one], [other]) => one - other);
  return steps.flatMap(([at, by], index) =>
    joined.has(at) ? [] : [{ at, by, forMoments: at - (steps[index - 1]?.[0] ?? last) }],
  );
}

/** By moment, of the first steps; null = it has no numbers, or too few of them. */
export function speedOf(all: readonly Step[]): number | null {
  const steps = all.slice(0, STEPS);
  if (steps.length < 2) return null;
  const rest =
    REST *
    quantileOf(
      steps.map(({ forMoments }) => forMoments),
      0.25,
    );
  const jump = JUMP * quantileOf(steps.map(({ by }) => by));
  const plain = steps.filter(({ by, forMoments }) => by <= jump && forMoments <= rest);
  const sum = (of: keyof Step): number => plain.reduce((total, step) => total + step[of], 0);
  return sum('by') === 0 ? null : sum('by') / sum('forMoments');
}

/** How many there are until this moment, summed over its moments. */
export function amountOf(course: Course | undefined, until: number): number {
  const series = course?.get('n') ?? [];
  return series.reduce((sum, [moment, value], at) => {
    const end = Math.min(until, series[at + 1]?.[0] ?? until);
    return sum + Number(value) * Math.max(0, end - moment);
  }, 0);
}

/** The number below which such a share of all lies; 0 = there are none. */
export function quantileOf(numbers: readonly number[], share = 0.5): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
