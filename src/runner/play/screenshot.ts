import type Sharp from 'sharp';
import { MAX_SCREENSHOT_BYTES } from '../../contracts/game/play.js';
import { loadPackage } from '../packages.js';
import { smallEnough } from '../small-enough.js';
import { rawOf, type Shot } from './shots.js';

const FORMS = [
  { width: 360, quality: 80 },
  { width: 360, quality: 50 },
  { width: 240, quality: 40 },
  { width: 120, quality: 30 },
] as const;

/** A shot as a list shows it: WebP, base64; null when it cannot be made small enough. */
export async function screenshotOf(
  shot: Shot,
  seenFrom: string | undefined,
): Promise<string | null> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const { input, raw } = rawOf(shot);
  const bytes = await smallEnough(MAX_SCREENSHOT_BYTES, FORMS, ({ width, quality }) =>
    sharp(input, { raw }).resize({ width }).webp({ quality }).toBuffer(),
  );
  return bytes?.toString('base64') ?? null;
}
