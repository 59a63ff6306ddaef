import { describe, expect, it, vi } from 'vitest';
import { keyOutMagenta, type Pixels } from './key-out.js';

type Rgb = readonly [number, number, number];
const SIZE = 96;
const MAGENTA: Rgb = [255, 0, 255];
const SAMPLES = 4;

/**
 * An image by a function of the place, with mixed edges as a real one has, and noise as a
 * compressed one has.
 */
function paint(colourAt: (x: number, y: number) => Rgb, noise = 0): Pixels {
  const data = new Uint8Array(SIZE * SIZE * 4);
  let seed = 7;
  const random = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed / 2_147_483_647 - 0.5) * 2 * noise;
  };
  for (let at = 0; at < SIZE * SIZE; at += 1) {
    const sum = [0, 0, 0];
    for (let s = 0; s < SAMPLES * SAMPLES; s += 1) {
      colourAt(
        (at % SIZE) + ((s % SAMPLES) + 0.5) / SAMPLES,
        Math.floor(at / SIZE) + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES,
      ).forEach((value, i) => {
        sum[i]! += value;
      });
    }
    data.set(
      [...sum.map((value) => Math.min(255, Math.max(0, value / SAMPLES ** 2 + random()))), 255],
      at * 4,
    );
  }
  return { data, width: SIZE, height: SIZE };
}

const isInDisc = (x: number, y: number, radius: number): boolean =>
  Math.hypot(x - SIZE / 2, y - SIZE / 2) < radius;
const pixel = ({ data }: Pixels, x: number, y: number): number[] => [
  ...data.subarray((y * SIZE + x) * 4, (y * SIZE + x) * 4 + 4),
];
const visible = ({ data }: Pixels): number[][] =>
  Array.from({ length: SIZE * SIZE }, (_, at) => [...data.subarray(at * 4, at * 4 + 4)]).filter(
    (each) => each[3]! > 0,
  );

describe('cutting a sprite out of magenta', () => {
  it.each<[string, Rgb, number]>([
    ['yellow', [255, 196, 61], 0],
    ['white', [250, 250, 250], 0],
    ['black', [20, 18, 25], 0],
    ['blue', [60, 90, 220], 0],
    ['green, noisy', [70, 190, 120], 10],
  ])('a %s disc is whole, and its edge has its own colour', (_name, colour, noise) => {
    const pixels = paint((x, y) => (isInDisc(x, y, 30) ? colour : MAGENTA), noise);
    const box = keyOutMagenta(pixels);
    expect(box?.width).toBeGreaterThanOrEqual(59);
    expect(box?.width).toBeLessThanOrEqual(62);
    expect(pixel(pixels, 3, 3)).toEqual([0, 0, 0, 0]);
    expect(pixel(pixels, 48, 48)[3]).toBe(255);
    for (const [red, green, blue] of visible(pixels)) {
      expect(
        Math.hypot(red! - colour[0], green! - colour[1], blue! - colour[2]),
        `${red},${green},${blue}`,
      ).toBeLessThan(30 + noise * 2);
    }
    const area = visible(pixels).reduce((sum, [, , , alpha]) => sum + alpha! / 255, 0);
    expect(area / (Math.PI * 30 * 30)).toBeCloseTo(1, 1);
  });

  it('a magenta part inside the sprite stays', () => {
    const gem: Rgb = [225, 30, 190];
    const pixels = paint((x, y) =>
      isInDisc(x, y, 12) ? gem : isInDisc(x, y, 30) ? [70, 190, 120] : MAGENTA,
    );
    expect(keyOutMagenta(pixels)).not.toBeNull();
    expect(pixel(pixels, 48, 48)).toEqual([...gem, 255]);
    expect(pixel(pixels, 48, 32)).toEqual([70, 190, 120, 255]);
  });

  it('a hole through the sprite shows the ground, and is transparent without a fringe', () => {
    const pixels = paint((x, y) =>
      isInDisc(x, y, 12) || !isInDisc(x, y, 30) ? MAGENTA : [70, 190, 120],
    );
    keyOutMagenta(pixels);
    expect(pixel(pixels, 48, 48)[3]).toBe(0);
    for (const [red, green] of visible(pixels)) expect(red! - green!).toBeLessThan(20);
  });

  it('a sieve costs no copy of the image for each of its holes', () => {
    const isHole = (at: number): boolean => at > 6 && at < SIZE - 6 && at % 6 < 4;
    const isFrame = (at: number): boolean => at < 2 || at > SIZE - 2;
    const pixels = paint((x, y) =>
      isFrame(x) || isFrame(y) || (isHole(x) && isHole(y)) ? MAGENTA : [70, 190, 120],
    );
    const copy = vi.spyOn(Uint8Array.prototype, 'slice');
    expect(keyOutMagenta(pixels)).not.toBeNull();
    expect(copy.mock.calls.length).toBeLessThan(5);
    copy.mockRestore();
    for (const at of [8, 44, 86]) expect(pixel(pixels, at, at)).toEqual([0, 0, 0, 0]);
  });

  it('a thin line survives, in its own colour', () => {
    const pixels = paint((_x, y) => (y > 40 && y < 43 ? [20, 20, 20] : MAGENTA));
    // The line must not touch the border, or the border would not be plain.
    for (let y = 0; y < SIZE; y += 1)
      for (const x of [0, 1, 94, 95]) pixels.data.set([...MAGENTA, 255], (y * SIZE + x) * 4);
    keyOutMagenta(pixels);
    const [red, green, , alpha] = pixel(pixels, 48, 41);
    expect(alpha).toBeGreaterThan(200);
    expect(red! - green!).toBeLessThan(40);
  });

  it('an image without a magenta ground is refused and left as it was', () => {
    const pixels = paint((x, y) => (isInDisc(x, y, 30) ? MAGENTA : [90, 160, 240]));
    const before = pixels.data.slice();
    expect(keyOutMagenta(pixels)).toBeNull();
    expect(pixels.data).toEqual(before);
  });

  it('nothing but magenta is refused, too', () => {
    const pixels = paint(() => MAGENTA);
    expect(keyOutMagenta(pixels)).toBeNull();
    expect(pixel(pixels, 0, 0)).toEqual([...MAGENTA, 255]);
  });
});
