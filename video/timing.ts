import { Easing, interpolate } from 'remotion';

/** Where the four parts of a video begin and end, as shares of its length. */
export const PARTS = {
  intro: [0, 0.24],
  play: [0.24, 0.5],
  climax: [0.5, 0.78],
  finish: [0.78, 1],
} as const;
export type Part = keyof typeof PARTS;

const clamp = { extrapolateLeft: 'clamp', extrapolateRight: 'clamp' } as const;

/**
 * How far a part is in at `time` (0 to 1): 0 before it, 1 while it lasts, 0 after it, soft at both
 * ends.
 */
export function presence(time: number, part: Part, soft = 0.035): number {
  const [from, to] = PARTS[part];
  const into = from === 0 ? 1 : interpolate(time, [from, from + soft], [0, 1], clamp);
  const out = to === 1 ? 1 : interpolate(time, [to - soft, to], [1, 0], clamp);
  return Math.min(into, out);
}

/**
 * A value that swings from `from` to `to` while `time` goes from `start` to `end`, and stays there.
 */
export function ease(
  time: number,
  [start, end]: readonly [number, number],
  [from, to]: readonly [number, number],
): number {
  return interpolate(time, [start, end], [from, to], {
    ...clamp,
    easing: Easing.bezier(0.16, 1, 0.3, 1),
  });
}

/** The camera on the game: away, near, very near, away again. */
export function zoomAt(time: number): number {
  return interpolate(
    time,
    [
      0,
      PARTS.intro[1],
      PARTS.intro[1] + 0.05,
      PARTS.climax[0],
      PARTS.climax[0] + 0.06,
      PARTS.climax[1],
      PARTS.finish[0] + 0.07,
      1,
    ],
    [0.86, 0.9, 1, 1.03, 1.24, 1.34, 0.84, 0.87],
    { ...clamp, easing: Easing.inOut((at) => Easing.ease(at)) },
  );
}

/** Letters' widths, in heights. */
const widthOf = (text: string): number =>
  Array.from(text).reduce(
    (sum, char) => sum + (/[\u0020-\u007e\uff61-\uff9f]/.test(char) ? 0.6 : 1),
    0,
  );

/** Up to this width, in letters, a title stays on one line. */
const ONE_LINE = 7;
/** Two lines of which one has more than this share look worse than one. */
const LONGEST_SHARE = 0.8;
const SCRIPTS = [/[ァ-ヺー]/, /[ぁ-ゖ]/, /[\p{Script=Han}々]/u, /[!-~]/];
const scriptOf = (char: string): number => SCRIPTS.findIndex((script) => script.test(char));

/**
 * May a line end between these? Where words seem to begin: never before hiragana, which may belong
 * to the word in front.
 */
function isBreak(before: string, after: string): boolean {
  return (
    /[\s・の！!]/.test(before) ||
    (scriptOf(before) !== scriptOf(after) &&
      SCRIPTS[1]?.test(after) === false &&
      !/[ー、。！？!?]/.test(after))
  );
}

/** A title on one line, or on two that are as equal as its words allow. */
export function linesOf(title: string): string[] {
  const chars = Array.from(title);
  const total = widthOf(title);
  const halves = chars
    .map((_char, at) => [chars.slice(0, at).join(''), chars.slice(at).join('')] as const)
    .filter((_half, at) => at > 0 && isBreak(chars[at - 1] ?? '', chars[at] ?? ''))
    .sort(([a], [b]) => Math.abs(widthOf(a) - total / 2) - Math.abs(widthOf(b) - total / 2));
  const [best] = halves;
  if (
    total <= ONE_LINE ||
    !best ||
    Math.max(...best.map((half) => widthOf(half))) > total * LONGEST_SHARE
  )
    return [title];
  return best.map((half) => half.trim());
}

/** Size of letters with which the widest of the lines fills `width` pixels; at most `largest`. */
export function letterSize(lines: readonly string[], width: number, largest: number): number {
  return Math.min(largest, Math.floor(width / Math.max(...lines.map((line) => widthOf(line)))));
}
