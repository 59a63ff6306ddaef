import type Sharp from 'sharp';
import { loadPackage } from '../packages.js';

/** One image in so long: each is an event of its job, and an object. */
const EVERY_MS = 2_000;
const FORM = { width: 180, quality: 60 } as const;

interface Shows {
  /** A small WebP, base64. */
  readonly show: (image: string) => void;
  readonly seenFrom: string | undefined;
  readonly nowMs?: () => number;
}

/** What those who wait for a game see of its play: some of the screens that are captured anyway. */
export class TrialImages {
  private shownMs = -Infinity;

  constructor(private readonly shows: Shows) {}

  /** A screen of the game, PNG. Nothing waits for it, and nothing depends on it. */
  see(png: Buffer): void {
    const { show, seenFrom, nowMs = () => performance.now() } = this.shows;
    if (nowMs() - this.shownMs < EVERY_MS) return;
    this.shownMs = nowMs();
    const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
    const { width, quality } = FORM;
    void sharp(png)
      .resize({ width })
      .webp({ quality })
      .toBuffer()
      .then(
        (bytes) => show(bytes.toString('base64')),
        () => undefined,
      );
  }
}
