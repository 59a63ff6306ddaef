import type * as Playwright from 'playwright-core';
import { DRAW_AT_ONCE } from '../../process/chromium.js';
import { launchBoxed, type BoxedBrowser } from '../boxed-browser.js';
import { chromiumPath } from '../game-page.js';
import { loadPackage } from '../packages.js';
import { CpuWatch } from './cpu-watch.js';

export const LANES = [0, 1] as const;

interface Opened {
  readonly boxed: BoxedBrowser;
  readonly watch: CpuWatch;
}

/** Scripts are compiled on each load: code from the cache has no coverage of its blocks. */
const COMPILES_AGAIN = '--js-flags=--no-compilation-cache';

/** A browser for one run after the other, opened when it is needed. */
export class Lane {
  private opening: Promise<Opened> | null = null;
  private isOver = false;

  constructor(private readonly seenFrom: string | undefined) {}

  /** `isSpoiled`: what stands still in this browser would be in the way of what comes next. */
  async use<T>(work: (opened: Opened) => Promise<{ result: T; isSpoiled: boolean }>): Promise<T> {
    const { result, isSpoiled } = await work(await this.open());
    if (isSpoiled) await this.close();
    return result;
  }

  /** The browser that is open and lives, or a new one. Throws after `end`. */
  open(): Promise<Opened> {
    return (this.opening = this.living(this.opening));
  }

  async close(): Promise<void> {
    const opened = this.opening?.catch(() => null);
    this.opening = null;
    await (await opened)?.boxed.close();
  }

  /** Ends what is under way; no browser is opened afterwards. */
  end(): Promise<void> {
    this.isOver = true;
    return this.close();
  }

  private async living(opening: Promise<Opened> | null): Promise<Opened> {
    if (this.isOver) throw new Error('the play is over');
    const opened = await opening?.catch(() => null);
    if (opened?.boxed.browser.isConnected()) return opened;
    const { chromium } = loadPackage<typeof Playwright>('playwright-core', this.seenFrom);
    const warn = (text: string): void => void process.stderr.write(`${text}\n`);
    const args = [...DRAW_AT_ONCE, COMPILES_AGAIN];
    const boxed = await launchBoxed(chromium, chromiumPath(), { env: process.env, warn, args });
    return { boxed, watch: await boxed.during(CpuWatch.over(boxed)) };
  }
}

/** Of one play: two that begin it, and one for what goes on beside them. */
export type Lanes = readonly [Lane, Lane, Lane];

export function lanesOf(seenFrom: string | undefined): Lanes {
  return [new Lane(seenFrom), new Lane(seenFrom), new Lane(seenFrom)];
}
