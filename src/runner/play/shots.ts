import type Sharp from 'sharp';
import { loadPackage } from '../packages.js';

/** An image of the screen: red, green and blue of each point. */
export interface Shot {
  readonly rgb: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Channels that differ by less are the same to the eye. */
const SAME_CHANNEL = 16;
const BUCKET_BITS = 4;

export async function readShot(png: Buffer, seenFrom: string | undefined): Promise<Shot> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const { data, info } = await sharp(png)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: data, width: info.width, height: info.height };
}

/** Points that are not of the shot's most common colour. */
export function inkOf({ rgb, width, height }: Shot): number {
  const counts = new Uint32Array(2 ** (3 * BUCKET_BITS));
  for (let at = 0; at < rgb.length; at += 3) counts[bucketAt(rgb, at)]! += 1;
  return width * height - Math.max(...counts);
}

/** Of the height, or of the width, the largest part that is of one colour in all shots, 0 to 1. */
export function emptyShareOf(shots: readonly Shot[]): number {
  const [first] = shots;
  if (first === undefined) return 0;
  const { width, height } = first;
  const rows = new Uint8Array(height);
  const columns = new Uint8Array(width);
  for (const shot of shots.filter((each) => each.width === width && each.height === height))
    markInk(shot, rows, columns);
  return Math.max(longestGap(rows) / height, longestGap(columns) / width);
}

/** Marks rows and columns in which something differs from its neighbour. */
function markInk({ rgb, width, height }: Shot, rows: Uint8Array, columns: Uint8Array): void {
  for (let y = 1; y < height; y += 2)
    for (let x = 1; x < width; x += 2) {
      const at = 3 * (y * width + x);
      const isEdge = differ(rgb, at, rgb, at - 3) || differ(rgb, at, rgb, at - 3 * width);
      if (isEdge) rows[y] = rows[y - 1] = columns[x] = columns[x - 1] = 1;
    }
}

function longestGap(marks: Uint8Array): number {
  let [longest, gap] = [0, 0];
  for (const mark of marks) {
    gap = mark === 1 ? 0 : gap + 1;
    longest = Math.max(longest, gap);
  }
  return longest;
}

/** Points of two shots that differ. */
export function pointsApart(one: Shot, other: Shot): number {
  return rowsApart(one, other).reduce((sum, points) => sum + points, 0);
}

/** The same for each row of both. */
export function rowsApart({ rgb: one, width }: Shot, { rgb: other }: Shot): number[] {
  const [row, end] = [3 * width, Math.min(one.length, other.length)];
  const rows: number[] = [];
  for (let from = 0; from < end; from += row) {
    const to = Math.min(end, from + row);
    let apart = 0;
    // Most rows of two moments are equal, which is found out in no time.
    if (one.compare(other, from, to, from, to) !== 0)
      for (let at = from; at < to; at += 3) if (differ(one, at, other, at)) apart += 1;
    rows.push(apart);
  }
  return rows;
}

/** The same, smaller or larger. */
export async function resized(
  shot: Shot,
  { width, height }: Pick<Shot, 'width' | 'height'>,
  seenFrom: string | undefined,
): Promise<Shot> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const { input, raw } = rawOf(shot);
  const rgb = await sharp(input, { raw }).resize(width, height).raw().toBuffer();
  return { rgb, width, height };
}

/** As the library takes it. */
export const rawOf = ({ rgb, width, height }: Shot) => {
  return { input: rgb, raw: { width, height, channels: 3 as const } };
};

function bucketAt(rgb: Buffer, at: number): number {
  const shift = 8 - BUCKET_BITS;
  const red = rgb[at]! >> shift;
  const green = rgb[at + 1]! >> shift;
  return (red << (2 * BUCKET_BITS)) | (green << BUCKET_BITS) | (rgb[at + 2]! >> shift);
}

/** Whether two points differ to the eye, at these places of their bytes. */
function differ(one: Buffer, at: number, other: Buffer, to: number): boolean {
  return (
    Math.abs(one[at]! - other[to]!) >= SAME_CHANNEL ||
    Math.abs(one[at + 1]! - other[to + 1]!) >= SAME_CHANNEL ||
    Math.abs(one[at + 2]! - other[to + 2]!) >= SAME_CHANNEL
  );
}
