import type Sharp from 'sharp';
import { MAX_SCREENSHOT_BYTES } from '../../contracts/game/play.js';
import { loadPackage } from '../packages.js';
import { smallEnough } from '../small-enough.js';
import { cardTop } from './card-crop.js';
import { rawOf, type Shot } from './shots.js';

type Image = ReturnType<typeof Sharp>;

const FORMS = [
  { width: 360, quality: 80 },
  { width: 360, quality: 50 },
  { width: 240, quality: 40 },
  { width: 120, quality: 30 },
] as const;

/** A shot as WebP, base64: whole, and the square of it that a card shows; null = too large. */
export async function screenshotsOf(
  shot: Shot,
  before: Shot | null,
  seenFrom: string | undefined,
): Promise<{ screen: string | null; card: string | null }> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const { input, raw } = rawOf(shot);
  const { width, height } = shot;
  const small = async (image: Image): Promise<string | null> => {
    const bytes = await smallEnough(MAX_SCREENSHOT_BYTES, FORMS, (form) =>
      image.clone().resize({ width: form.width }).webp({ quality: form.quality }).toBuffer(),
    );
    return bytes?.toString('base64') ?? null;
  };
  const square = { left: 0, top: cardTop(shot, before), width, height: Math.min(width, height) };
  const [screen, card] = await Promise.all([
    small(sharp(input, { raw })),
    small(sharp(input, { raw }).extract(square)),
  ]);
  return { screen, card };
}
