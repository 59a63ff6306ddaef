import { diffLines } from 'diff';
import { settingsOf } from '../../src/domain/game/game-settings.js';
import { rgbOf } from './colours.js';

/** How much of the page a change may touch: a value, a part such as a boss, all of it. */
export const SCOPES = ['value', 'part', 'whole'] as const;
type Scope = (typeof SCOPES)[number];

/**
 * What a change has to do to the code. `colour:blue`, `number:speed|pace` (a number in a line with
 * these words), `title:…`, `adds:…` (words that were not there so often), `any`, `nothing`, `back`
 * (the version before).
 */
export const CHANGES = ['colour', 'number', 'title', 'adds', 'any', 'nothing', 'back'] as const;
export interface Change {
  readonly kind: (typeof CHANGES)[number];
  readonly what: string;
}

/** What a change may not touch: the title; that all settings are still there. */
export const KEEPS = ['title', 'settings'] as const;
type Kept = (typeof KEEPS)[number];

/** A page before a message, what it was before that, and after it. */
export interface Pages {
  readonly earlier: string | null;
  readonly before: string;
  readonly after: string;
}

/** Share of lines, and so many lines in a small page. */
const LIMITS: Readonly<Record<Scope, { share: number; lines: number }>> = {
  value: { share: 0.02, lines: 8 },
  part: { share: 0.15, lines: 60 },
  whole: { share: 1, lines: Infinity },
};

/** Lines that came, and lines that went. */
function linesBetween(before: string, after: string): { added: string[]; removed: string[] } {
  // A last line without an end would count as another one.
  const [old, made] = [before, after].map((page) => `${page.trimEnd()}\n`);
  const parts = diffLines(old ?? '', made ?? '');
  const lines = (wanted: 'added' | 'removed'): string[] =>
    parts.filter((part) => part[wanted]).flatMap(({ value }) => value.trimEnd().split('\n'));
  return { added: lines('added'), removed: lines('removed') };
}

/** The share of a page's lines that are others now. */
export function changedShare({ before, after }: Pages): number {
  const { added, removed } = linesBetween(before, after);
  return Math.max(added.length, removed.length) / linesIn(before, after);
}

const linesIn = (...pages: string[]): number =>
  Math.max(1, ...pages.map((page) => page.trimEnd().split('\n').length));

/** Does a change stay within what may be touched for it? */
export function isWithin(pages: Pages, scope: Scope): boolean {
  const { share, lines } = LIMITS[scope];
  const changed = changedShare(pages);
  return changed <= share || changed * linesIn(pages.before, pages.after) <= lines;
}

/** What a page calls itself. */
export const titleOf = (page: string): string =>
  /<title>([^<]*)<\/title>/i.exec(page)?.[1]?.trim() ?? '';
const settingNames = (page: string): string[] =>
  settingsOf(Buffer.from(page)).map(({ name }) => name);

/** Is everything still there that the message did not speak of? */
export function isKept({ before, after }: Pages, keeps: readonly Kept[]): boolean {
  return keeps.every((kept) => {
    if (kept === 'title') return titleOf(before) === titleOf(after);
    const names = new Set(settingNames(after));
    return settingNames(before).every((name) => names.has(name));
  });
}

/** Has happened what was asked for, as far as the code tells? */
export function isChanged({ earlier, before, after }: Pages, { kind, what }: Change): boolean {
  if (kind === 'nothing') return before === after;
  if (kind === 'back') return earlier !== null && after === earlier;
  if (before === after) return false;
  const { added } = linesBetween(before, after);
  const words = new RegExp(kind === 'number' || kind === 'adds' ? what : '(?:)', 'i');
  switch (kind) {
    case 'any':
      return true;
    case 'title':
      return titleOf(after).includes(what);
    case 'colour':
      return added.some((line) => coloursIn(line).some((colour) => isCalled(colour, what)));
    case 'number':
      return added.some((line) => words.test(line) && /\d/.test(line));
    case 'adds': {
      const times = (page: string): number => page.match(new RegExp(what, 'gi'))?.length ?? 0;
      return times(after) > times(before);
    }
  }
}

type Colour = readonly [hue: number, saturation: number, lightness: number];

function colourOf(hex: string): Colour {
  const [r, g, b] = rgbOf(hex).map((channel) => channel / 255) as [number, number, number];
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const [span, lightness] = [high - low, (high + low) / 2];
  if (span === 0) return [0, 0, lightness];
  const sixth = high === r ? ((g - b) / span) % 6 : high === g ? (b - r) / span + 2 : 0;
  const hue = (high === b && high !== r && high !== g ? (r - g) / span + 4 : sixth) * 60;
  return [(hue + 360) % 360, span / (1 - Math.abs(2 * lightness - 1)), lightness];
}

const NAMED: readonly string[] = [
  ...['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'brown', 'white', 'black'],
];

/** The colours that a line of code writes down: as hex, hsl() or by name, as hue and so on. */
function coloursIn(line: string): (Colour | string)[] {
  const hex = [...line.matchAll(/(?:#|0x)([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])/gi)].map(
    ([, digits = '']) =>
      colourOf(`#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits.toLowerCase()}`),
  );
  const hsl = [...line.matchAll(/hsla?\(\s*([\d.]+)(?:deg)?[\s,]+([\d.]+)%[\s,]+([\d.]+)%/gi)].map(
    ([, hue, saturation, lightness]): Colour => [
      Number(hue) % 360,
      Number(saturation) / 100,
      Number(lightness) / 100,
    ],
  );
  const named = [...line.toLowerCase().matchAll(/['"]([a-z]+)['"]/g)].map(([, name = '']) => name);
  return [...hex, ...hsl, ...named.filter((name) => NAMED.includes(name))];
}

/** What people call so: degrees of hue, from and to; grey ones have no name of their own. */
const HUES: Readonly<Record<string, readonly [from: number, to: number]>> = {
  red: [340, 15],
  orange: [15, 45],
  brown: [10, 45],
  yellow: [42, 68],
  green: [75, 165],
  blue: [185, 260],
  purple: [250, 310],
  pink: [300, 350],
};

function isCalled(colour: Colour | string, name: string): boolean {
  if (typeof colour === 'string') return colour === name;
  const [hue, saturation, lightness] = colour;
  if (name === 'white') return lightness > 0.88;
  if (name === 'black') return lightness < 0.15;
  const [from, to] = HUES[name] ?? [0, 360];
  const isInside = from <= to ? hue >= from && hue <= to : hue >= from || hue <= to;
  const isDark = name === 'brown' ? lightness < 0.5 : true;
  return isInside && isDark && saturation > 0.2 && lightness > 0.06 && lightness < 0.96;
}
