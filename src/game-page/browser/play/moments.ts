import type { PageMoments, PageThing } from '../../names.js';
import { type Canvases, drawnTexts } from './canvas.js';
import { declaredValues } from './declared.js';
import { nameOfPage, thingsOfPage, watchDigits } from './elements.js';
import { hashOf } from './random.js';
import { nameOfDraws, thingsOfScenes } from './scene.js';
import { watchShapes } from './shapes.js';
import { shownLines, shownTexts } from './sight.js';
import { groupName, nameOf, watchGroups, type Thing } from './things.js';
import type { Drawn } from './three-dimensions.js';

/** Of a coordinate; smaller steps are no movement. */
const STEPS = { drawn: 4, page: 4, scene: 64 } as const;
const MAX_THINGS = 100;
const MAX_WORDS = 60;

export interface Moments {
  /** Remembers what the page shows and declares in this moment. */
  readonly see: (at: number) => void;
  /** What was remembered since the last call. */
  readonly take: () => Omit<PageMoments, 'passedMs'>;
  /** What is on the screen now, without words. */
  readonly things: () => PageThing[];
  /** Words on canvases. */
  readonly words: () => { text: string; x: number; y: number }[];
}

/** Watches all that a game draws from now on. */
export function watchMoments(moment: () => number, canvases: Canvases, drawn: Drawn): Moments {
  const shapes = watchShapes(moment);
  const groups = watchGroups();
  const digits = watchDigits();
  const last = new Map<string, unknown>();
  let seen: Omit<PageMoments, 'passedMs'> = { moments: [], series: {} };
  const things = (): Thing[] => [...shapes.things(), ...thingsOfScenes(drawn), ...thingsOfPage()];
  const see = (at: number): void => {
    const texts = shownTexts();
    const all = things();
    const values = new Map([...declaredValues(), ...digits(texts, shapes), ...groups(all)]);
    const data = { ...document.documentElement.dataset };
    const told = { data, words: shownLines(texts), drawn: drawnTexts(canvases) };
    const drawing = nameOf([...all.flatMap(numbersOf), nameOfDraws(drawn), nameOfPage()]);
    // What was there once and is no more is no part of this moment.
    const there = [...values].filter(([path, value]) => value !== 0 || !path.endsWith('.n'));
    const name = nameOf([drawing, hashOf(JSON.stringify([told, ...there]))]);
    const text = JSON.stringify(told);
    seen.moments.push({ at, name, drawing, ...(last.get('') !== text && { told }) });
    last.set('', text);
    for (const [path, value] of values) {
      if (last.get(path) !== value) (seen.series[path] ??= []).push([at, value]);
      last.set(path, value);
    }
  };
  return {
    see: (at) => {
      try {
        see(at);
      } catch {
        // A page that is in the way of it is not seen in this moment.
      }
    },
    take: () => {
      const taken = seen;
      seen = { moments: [], series: {} };
      return taken;
    },
    things: () => rarestFirst(things().flatMap(shownThing)).slice(0, MAX_THINGS),
    words: () =>
      shapes
        .words()
        .slice(0, MAX_WORDS)
        .map(({ text, x, y }) => ({ text, x, y })),
  };
}

/** Stars and tiles are many, and rarely what a game is about. */
function rarestFirst(things: PageThing[]): PageThing[] {
  const counts = new Map<string, number>();
  for (const { name } of things) counts.set(name, (counts.get(name) ?? 0) + 1);
  const countOf = ({ name }: PageThing): number => counts.get(name) ?? 0;
  return things.sort((one, other) => countOf(one) - countOf(other));
}

function numbersOf({ channel, kind, at, mark }: Thing): number[] {
  return [hashOf(kind), mark, ...at.map((value) => value * STEPS[channel])];
}

function shownThing({ channel, kind, size, seen }: Thing): PageThing[] {
  if (seen === null || kind === 'text') return [];
  return [{ name: groupName(channel, kind, size), ...seen }];
}
