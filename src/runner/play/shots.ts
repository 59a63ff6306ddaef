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
const FRAME = { width: 195, height: 422, gap: 6, perRow: 4 };

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

/** Points of two shots that differ. */
export function pointsApart(one: Shot, other: Shot): number {
  if (one.rgb.equals(other.rgb)) return 0;
  let apart = 0;
  for (let at = 0; at < Math.min(one.rgb.length, other.rgb.length); at += 3)
    if (channelsApart(one.rgb, other.rgb, at) >= SAME_CHANNEL) apart += 1;
  return apart;
}

/** The shots beside each other as one image: PNG, base64. Null when there is none. */
export async function contactSheet(
  shots: readonly Shot[],
  seenFrom: string | undefined,
): Promise<string | null> {
  if (shots.length === 0) return null;
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const { width, height, gap, perRow } = FRAME;
  const small = await Promise.all(
    shots.map((shot) =>
      sharp(shot.rgb, { raw: { width: shot.width, height: shot.height, channels: 3 } })
        .resize(width, height)
        .raw()
        .toBuffer(),
    ),
  );
  const columns = Math.min(perRow, small.length);
  const sheet = sharp({
    create: {
      width: columns * (width + gap) - gap,
      height: Math.ceil(small.length / perRow) * (height + gap) - gap,
      channels: 3,
      background: '#808080',
    },
  }).composite(
    small.map((input, at) => ({
      input,
      raw: { width, height, channels: 3 as const },
      left: (at % perRow) * (width + gap),
      top: Math.floor(at / perRow) * (height + gap),
    })),
  );
  // In fewer colours: the model program would make a JPEG of half a megabyte.
  return (await sheet.png({ palette: true, effort: 1 }).toBuffer()).toString('base64');
}

function bucketAt(rgb: Buffer, at: number): number {
  const shift = 8 - BUCKET_BITS;
  const [red = 0, green = 0, blue = 0] = [rgb[at], rgb[at + 1], rgb[at + 2]];
  return (
    ((red >> shift) << (2 * BUCKET_BITS)) | ((green >> shift) << BUCKET_BITS) | (blue >> shift)
  );
}

function channelsApart(one: Buffer, other: Buffer, at: number): number {
  return Math.max(
    Math.abs(one[at]! - other[at]!),
    Math.abs(one[at + 1]! - other[at + 1]!),
    Math.abs(one[at + 2]! - other[at + 2]!),
  );
}
