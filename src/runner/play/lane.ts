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

  /** `isMeasured`: whether the coverage of its pages may be asked for. */
  constructor(
    private readonly seenFrom: string | undefined,
    private readonly isMeasured = false,
  ) {}

  /** `isSpoiled`: what stands still in this browser would be in the way of what comes next. */
  async use<T>(work: (opened: Opened) => Promise<{ result: T; isSpoiled: boolean }>): Promise<T> {
    const { result, isSpoiled } = await work(await this.open());
    if (isSpoiled) await this.close();
    return result;
  }

  /** The browser that is open, or a new one. Throws after `end`. */
  async open(): Promise<Opened> {
    if (this.isOver) throw new Error('the play is over');
    return (this.opening ??= this.launch());
  }

  async close(): Promise<void> {
    const opened = await this.opening?.catch(() => null);
    this.opening = null;
    await opened?.boxed.close();
  }

  /** Ends what is under way; no browser is opened afterwards. */
  end(): Promise<void> {
    this.isOver = true;
    return this.close();
  }

  private async launch(): Promise<Opened> {
    const { chromium } = loadPackage<typeof Playwright>('playwright-core', this.seenFrom);
    const warn = (text: string): void => void process.stderr.write(`${text}\n`);
    const boxed = await launchBoxed(chromium, chromiumPath(), {
      env: process.env,
      warn,
      args: [...DRAW_AT_ONCE, ...(this.isMeasured ? [COMPILES_AGAIN] : [])],
    });
    return { boxed, watch: await boxed.during(CpuWatch.over(boxed)) };
  }
}
