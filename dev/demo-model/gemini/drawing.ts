import { createHash } from 'node:crypto';
import { encodePng } from './png.js';

/**
 * What the demo draws: a figure on magenta where a sprite was asked for, else one under a sky. A
 * creature, or for a game what its part is: a spiky foe, a star.
 */
export interface Drawing {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly isSprite: boolean;
}

type Rgb = readonly [number, number, number];

const MAGENTA: Rgb = [255, 0, 255];
const INK: Rgb = [34, 30, 46];
const PALETTE: readonly Rgb[] = [
  [255, 196, 61],
  [69, 190, 128],
  [64, 156, 255],
  [240, 98, 72],
  [240, 240, 245],
];
/** Samples a side of a pixel, so that edges are mixtures as in a real image. */
const SAMPLES = 3;
/** DEMO in dots, a row of all four letters each. */
const LETTERS = [
  '11..111.1.1.111',
  '1.1.1...111.1.1',
  '1.1.11..111.1.1',
  '1.1.1...1.1.1.1',
  '11..111.1.1.111',
];

/** The image as PNG; the same for the same prompt. */
export function drawImage({ prompt, width, height, isSprite }: Drawing): Buffer {
  const seed = createHash('sha256').update(prompt).digest();
  const figure = figureIn(prompt, PALETTE[seed[0]! % PALETTE.length]!);
  const ears = 0.6 + (seed[1]! / 255) * 0.5;
  const colourAt = (x: number, y: number): Rgb =>
    FIGURES[figure.kind](x, y, figure.body, ears) ??
    (isSprite ? MAGENTA : scene(y, height / width));
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0, at = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1, at += 3)
      setMean(pixels, at, column - width / 2, row - height / 2, width, colourAt);
  return encodePng(pixels, width, height);
}

/**
 * Writes the mixture of a pixel's samples. Places are fractions of the width from the middle of the
 * image. It runs for every pixel: nothing is made in it.
 */
function setMean(
  pixels: Uint8Array,
  at: number,
  left: number,
  top: number,
  width: number,
  colourAt: (x: number, y: number) => Rgb,
): void {
  let [red, green, blue] = [0, 0, 0];
  for (let down = 0; down < SAMPLES; down += 1) {
    const y = (top + (down + 0.5) / SAMPLES) / width;
    for (let right = 0; right < SAMPLES; right += 1) {
      const colour = colourAt((left + (right + 0.5) / SAMPLES) / width, y);
      red += colour[0];
      green += colour[1];
      blue += colour[2];
    }
  }
  const count = SAMPLES * SAMPLES;
  pixels[at] = Math.round(red / count);
  pixels[at + 1] = Math.round(green / count);
  pixels[at + 2] = Math.round(blue / count);
}

type Kind = 'creature' | 'foe' | 'star';
/** The prompt names the figure's part (demo model) and the game's colours (product). */
const PARTS: readonly (readonly [words: RegExp, kind: Kind, role: string])[] = [
  [/^敵: /m, 'foe', 'danger'],
  [/^アイテム: /m, 'star', 'reward'],
  [/^主人公: /m, 'creature', 'player'],
];

function figureIn(prompt: string, otherwise: Rgb): { kind: Kind; body: Rgb } {
  const part = PARTS.find(([words]) => words.test(prompt));
  if (!part) return { kind: 'creature', body: otherwise };
  const hex = new RegExp(`\\b${part[2]} #([0-9a-f]{6})`).exec(prompt)?.[1];
  return { kind: part[1], body: hex ? rgbOf(hex) : otherwise };
}

const rgbOf = (hex: string): Rgb => {
  const [red = 0, green = 0, blue = 0] = Buffer.from(hex, 'hex');
  return [red, green, blue];
};

const FIGURES: Readonly<Record<Kind, typeof creature>> = { creature, foe, star };

/** Spikes around, a frown. */
function foe(x: number, y: number, body: Rgb): Rgb | null {
  const isFrown = Math.abs(Math.abs(x) - 0.1) < 0.06 && isNear(y, -0.1 - Math.abs(x) * 0.35, 0.018);
  const isMouth = Math.abs(x) < 0.1 && isNear(y, 0.085 - 0.6 * x * x, 0.016);
  if (isFrown || isMouth || isLetter(x, y - 0.06)) return INK;
  if (isIn(x + 0.1, y, 0.035) || isIn(x - 0.1, y, 0.035)) return INK;
  const reach = 0.26 + 0.07 * Math.abs(Math.sin(Math.atan2(y, x) * 5.5));
  if (isIn(x, y, reach)) return body;
  return isIn(x, y, reach + 0.02) ? INK : null;
}

/** Five points and a glint. */
function star(x: number, y: number, body: Rgb): Rgb | null {
  const turn = Math.atan2(x, -y);
  const step = (Math.PI * 2) / 5;
  const within = Math.abs(((turn % step) + step * 1.5) % step) - step / 2;
  const reach = 0.32 - Math.abs(within) * 0.26;
  if (isLetter(x, y)) return INK;
  if (isIn(x + 0.06, y + 0.08, 0.03)) return [255, 255, 255];
  if (isIn(x, y, reach)) return body;
  return isIn(x, y, reach + 0.02) ? INK : null;
}

const isNear = (value: number, place: number, by: number): boolean => Math.abs(value - place) < by;

function creature(x: number, y: number, body: Rgb, ears: number): Rgb | null {
  if (isLetter(x, y)) return INK;
  if (isIn(x + 0.1, y + 0.06, 0.035) || isIn(x - 0.1, y + 0.06, 0.035)) return INK;
  if (isIn(x, y, 0.26)) return body;
  if (isIn(x, y, 0.28)) return INK;
  const earY = y + 0.2 * ears + 0.06;
  return isIn(x + 0.2, earY, 0.09) || isIn(x - 0.2, earY, 0.09) ? body : null;
}

function isIn(x: number, y: number, radius: number): boolean {
  return x * x + y * y < radius * radius;
}

function isLetter(x: number, y: number): boolean {
  const [column, row] = [Math.floor((x + 0.135) / 0.018), Math.floor((y - 0.06) / 0.018)];
  return LETTERS[row]?.[column] === '1';
}

function scene(y: number, ratio: number): Rgb {
  const depth = y / ratio + 0.5;
  return depth > 0.75 ? [60, 120, 70] : [40 + 120 * depth, 90 + 120 * depth, 190 + 50 * depth];
}
