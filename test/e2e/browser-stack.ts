import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { DRAW_AT_ONCE } from '../../src/process/chromium.js';
import { launchChromium, launchWholeChromium } from '../support/chromium.js';
import { startStack, type Stack, type StackOptions } from '../support/stack.js';

interface BrowserStackOptions extends StackOptions {
  /** With all that people's browsers have: for notices to people. */
  readonly isBrowserWhole?: boolean;
}

/** The whole running product and a browser for the tests of a file, ended behind them. */
export class BrowserStack {
  private opened: readonly [Stack, Browser] | null = null;

  constructor({ isBrowserWhole = false, ...options }: BrowserStackOptions = {}) {
    const launch = (): Promise<Browser> =>
      isBrowserWhole ? launchWholeChromium() : launchChromium(DRAW_AT_ONCE);
    beforeAll(async () => {
      this.opened = await Promise.all([startStack(options), launch()]);
    });
    afterAll(async () => {
      await this.opened?.[1].close();
      await this.opened?.[0].stop();
    });
  }

  get stack(): Stack {
    return this.parts()[0];
  }

  get browser(): Browser {
    return this.parts()[1];
  }

  private parts(): readonly [Stack, Browser] {
    if (!this.opened) throw new Error('the stack is there within tests and hooks alone');
    return this.opened;
  }
}
