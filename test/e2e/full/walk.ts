import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { PROJECT_ROOT } from '../../../src/config.js';

/** Images of a walk; `WALK_IMAGES=docs/images` makes those of the document anew. */
const IMAGES = path.resolve(
  PROJECT_ROOT,
  process.env['WALK_IMAGES'] ?? path.join('test-results', 'walks'),
);
const MAX_IMAGE_BYTES = 60_000;
const QUALITIES = [82, 70, 55, 40];

/** A question that somebody answers step by step, by the clock. */
export class Walk {
  private readonly steps: string[] = [];
  private seconds = 0;

  constructor(private readonly question: string) {}

  /** What an operator does next; its time counts. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    const took = (performance.now() - startedAt) / 1000;
    this.seconds += took;
    this.steps.push(`  ${took.toFixed(1).padStart(5)} s  ${what}`);
    return result;
  }

  /** How long all of it took, after it was written down. */
  end(): number {
    const lines = [`${this.question}: ${this.seconds.toFixed(1)} s`, ...this.steps];
    process.stdout.write(`${lines.join('\n')}\n`);
    return this.seconds;
  }
}

/** Keeps what a page shows as a small image. Throws when it cannot be small enough. */
export async function keepImage(page: Page, name: string): Promise<void> {
  const seen = await page.screenshot({ animations: 'disabled' });
  await mkdir(IMAGES, { recursive: true });
  for (const quality of QUALITIES) {
    const image = await sharp(seen).webp({ quality, effort: 6 }).toBuffer();
    if (image.length > MAX_IMAGE_BYTES) continue;
    return writeFile(path.join(IMAGES, `${name}.webp`), image);
  }
  throw new Error(`${name} has more than ${MAX_IMAGE_BYTES} bytes`);
}
