import { Easing, interpolate } from 'remotion';

/** Where the four parts of a film begin and end, as shares of its length. */
export const PARTS = { intro: [0, 0.24], play: [0.24, 0.5], climax: [0.5, 0.78], finish: [0.78, 1] } as const;
export type Part = keyof typeof PARTS;

const clamp = { extrapolateLeft: 'clamp', extrapolateRight: 'clamp' } as const;

/** How far a part is in at `time` (0 to 1): 0 before it, 1 while it lasts, 0 after it, soft at both ends. */
export function presence(time: number, part: Part, soft = 0.035): number {
  const [from, to] = PARTS[part];
  const into = from === 0 ? 1 : interpolate(time, [from, from + soft], [0, 1], clamp);
  const out = to === 1 ? 1 : interpolate(time, [to - soft, to], [1, 0], clamp);
  return Math.min(into, out);
}

/** A value that swings from `from` to `to` while `time` goes from `start` to `end`, and stays there. */
export function ease(time: number, [start, end]: readonly [number, number], [from, to]: readonly [number, number]): number {
  return interpolate(time, [start, end], [from, to], { ...clamp, easing: Easing.bezier(0.16, 1, 0.3, 1) });
}

/** The camera on the game: away, near, very near, away again. */
export function zoomAt(time: number): number {
  return interpolate(time, [0, PARTS.intro[1], PARTS.intro[1] + 0.05, PARTS.climax[0], PARTS.climax[0] + 0.06, PARTS.climax[1], PARTS.finish[0] + 0.07, 1],
    [0.86, 0.9, 1, 1.03, 1.24, 1.34, 0.84, 0.87], { ...clamp, easing: Easing.inOut((at) => Easing.ease(at)) });
}

/** Lines are not broken within these: words in katakana or in Latin letters. */
const UNBROKEN = /[ァ-ヺー]+|[!-~]+/g;

/** Letters' widths, in heights. */
const widthOf = (text: string): number => Array.from(text).reduce((sum, char) => sum + (/[\u0020-\u007e\uff61-\uff9f]/.test(char) ? 0.6 : 1), 0);

/** Size of letters with which a text fills `width` pixels on at most `lines` lines; at most `largest`. */
export function letterSize(text: string, width: number, largest: number, lines: number): number {
  // Lines break between words, and some room at their ends stays empty; a long word stays on one line.
  const longest = Math.max(...(text.match(UNBROKEN) ?? []).map((word) => widthOf(word)));
  const perLine = lines === 1 ? widthOf(text) : Math.max(widthOf(text) / lines * 1.25, longest, 4);
  return Math.min(largest, Math.floor(width / Math.min(perLine, widthOf(text))));
}
