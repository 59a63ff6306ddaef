/** Something that is drawn, or moves, now. */
export interface Thing {
  readonly channel: 'drawn' | 'scene' | 'page';
  /** What it is, without how it looks: things of one kind and size are one group. */
  readonly kind: string;
  readonly size: string;
  /** Its centre as its channel measures it: points of the screen, or the scene's own units. */
  readonly at: readonly number[];
  /** The same on the screen; null = it is not there, or the ground of all others. */
  readonly seen: { x: number; y: number } | null;
  /** What else sets it apart: which of the colours it has, not which colour that is. */
  readonly mark: number;
}

/** Values of a moment by their path. */
export type Values = Map<string, number | string | boolean>;

const MAX_GROUPS = 60;
const AXES = ['x', 'y', 'z'];
/** The scene's units are as long as a person, those of others are points. */
const PLACES = { drawn: 0, page: 0, scene: 2 } as const;

export const groupName = (channel: string, kind: string, size = ''): string =>
  `${channel}.${kind} ${size}`.trim().slice(0, 100);

/** Returns how many things of each group there are, and where they are on the average. */
export function watchGroups(): (things: readonly Thing[]) => Values {
  const known = { drawn: new Set<string>(), scene: new Set<string>(), page: new Set<string>() };
  const groupOf = ({ channel, kind, size }: Thing): string => {
    const groups = known[channel];
    const group = groupName(channel, kind, size);
    if (groups.size < MAX_GROUPS) groups.add(group);
    return groups.has(group) ? group : groupName(channel, kind);
  };
  return (things) => {
    const groups = new Map<string, Thing[]>();
    for (const group of Object.values(known).flatMap((names) => [...names])) groups.set(group, []);
    for (const thing of things) {
      if (thing.seen === null && thing.channel !== 'scene') continue;
      const group = groupOf(thing);
      groups.set(group, groups.get(group) ?? []);
      groups.get(group)?.push(thing);
    }
    const values: Values = new Map();
    for (const [group, all] of groups) {
      values.set(`${group}.n`, all.length);
      const [first] = all;
      for (const [axis, name] of first ? AXES.slice(0, first.at.length).entries() : []) {
        const sum = all.reduce((total, { at }) => total + (at[axis] ?? 0), 0);
        values.set(`${group}.${name}`, rounded(sum / all.length, first && PLACES[first.channel]));
      }
    }
    return values;
  };
}

/** Infinite and missing numbers are 0: they are in no order. */
export function rounded(value: number, places = 0): number {
  const factor = 10 ** places;
  const near = Math.round(value * factor) / factor;
  return Number.isFinite(near) ? near : 0;
}

/** In steps of which two are one doubling: what pulses a little stays in its group. */
export function sizeName(size: number): string {
  return size >= 1 ? String(Math.round(2 ** (Math.round(2 * Math.log2(size)) / 2))) : '';
}

/** Numbers made into one, which names them in their order. */
export function nameOf(numbers: Iterable<number>): number {
  let name = 1;
  for (const each of numbers) name = Math.imul(name ^ Math.round(each), 0x01000193);
  return name;
}
