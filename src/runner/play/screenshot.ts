import type Sharp from 'sharp';
import { MAX_SCREENSHOT_BYTES } from '../../contracts/game/play.js';
import { BLANK_POINTS } from '../../domain/playing/playing.js';
import { loadPackage } from '../packages.js';
import { inkOf, type Shot } from './shots.js';

/** Of the images of a touched run: after its first touch, and before all fields were tried. */
const IN_PLAY = { from: 2, to: 5 } as const;
/** Tried in turn until one is small enough. */
const FORMS = [
  { width: 360, quality: 80 },
  { width: 360, quality: 50 },
  { width: 240, quality: 40 },
  { width: 120, quality: 30 },
] as const;

/**
 * The image that shows most of a game, the earliest of equals, while it is played if there is one;
 * null when none shows anything.
 */
export function shotToShow(untouched: readonly Shot[], touched: readonly Shot[]): Shot | null {
  const inPlay = touched.slice(IN_PLAY.from, IN_PLAY.to);
  return mostDrawn(inPlay) ?? mostDrawn([...untouched, ...touched]);
}

function mostDrawn(shots: readonly Shot[]): Shot | null {
  let most: Shot | null = null;
  let mostInk = BLANK_POINTS - 1;
  for (const shot of shots) {
    const ink = inkOf(shot);
    if (ink > mostInk) [most, mostInk] = [shot, ink];
  }
  return most;
}

/** A shot as a list shows it: WebP, base64; null when it cannot be made small enough. */
export async function screenshotOf(
  { rgb, width, height }: Shot,
  seenFrom: string | undefined,
): Promise<string | null> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const raw = { width, height, channels: 3 as const };
  for (const form of FORMS) {
    const bytes = await sharp(rgb, { raw })
      .resize({ width: form.width })
      .webp({ quality: form.quality })
      .toBuffer();
    if (bytes.length <= MAX_SCREENSHOT_BYTES) return bytes.toString('base64');
  }
  return null;
}
