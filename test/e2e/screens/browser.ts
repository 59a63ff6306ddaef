import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DRAW_AT_ONCE } from '../../../src/process/chromium.js';
import { startFakeApi, type FakeApi } from '../../fakes/fake-api.js';
import { launchChromium } from '../../support/chromium.js';
import { patient } from '../../support/patience.js';
import { SIZES, type Size } from '../sizes.js';

type PageOptions = Pick<BrowserContextOptions, 'locale' | 'reducedMotion'>;

/** A browser and a fake server; pages are watched for errors. */
export class BrowserSession {
  private readonly contexts: BrowserContext[] = [];
  /**
   * Browsers that are signed in, so that not every test signs in by hand. Tests get a fresh tab in
   * them.
   */
  private readonly signedInContexts = new Map<Size, BrowserContext>();
  /** What browsers complained about, unless a test expects it. */
  readonly complaints: string[] = [];

  private constructor(
    readonly api: FakeApi,
    private readonly browser: Browser,
    private readonly locale: string,
  ) {}

  static async open(locale = 'ja-JP'): Promise<BrowserSession> {
    const browser = await launchChromium(DRAW_AT_ONCE);
    return new BrowserSession(await startFakeApi(), browser, locale);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.api.close();
  }

  /** Forgets everything between two tests. */
  async clear(): Promise<void> {
    const tabs = [...this.signedInContexts.values()].flatMap((context) => context.pages());
    await Promise.all([
      ...this.contexts.splice(0).map((context) => context.close()),
      ...tabs.map((tab) => tab.close()),
    ]);
    const { api } = this;
    api.store.projects.clear();
    api.store.games.length = 0;
    api.isBroken = false;
    api.guests = false;
    api.isAccountKnown = false;
    api.failures.clear();
    api.sockets.reset();
    api.publishing.reset();
    api.assets.reset();
    api.ops.reset();
    api.refusedTokens.clear();
    api.requests.length = 0;
    api.images.length = 0;
    this.complaints.length = 0;
  }

  /** A browser that has never been here. */
  async page(size: Size, options: PageOptions = {}): Promise<Page> {
    const context = await this.newContext(size, options);
    this.contexts.push(context);
    return this.tab(context);
  }

  private newContext(size: Size, options: PageOptions = {}): Promise<BrowserContext> {
    return this.browser.newContext({
      ...SIZES[size],
      locale: this.locale,
      reducedMotion: 'reduce',
      ...options,
    });
  }

  private async tab(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(patient(6_000));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    return page;
  }

  /** Signs in by the button; ends on the project list. */
  async signIn(page: Page): Promise<void> {
    await page.goto(`${this.api.url}/signin`);
    await page.click('#googleSignInButton:enabled');
    await page.waitForURL('**/create.html');
    await page.waitForSelector('#projectGrid[aria-busy="false"]');
  }

  /** A page with a session, on the project list. */
  async signedIn(size: Size): Promise<Page> {
    const page = await this.pageWithSession(size);
    await page.goto(`${this.api.url}/create.html`);
    await page.waitForSelector('#projectGrid[aria-busy="false"]');
    return page;
  }

  /** A page with a session at this address; the test waits for what it needs. */
  async at(size: Size, address: string): Promise<Page> {
    const page = await this.pageWithSession(size);
    await page.goto(`${this.api.url}${address}`);
    return page;
  }

  /** A page with this project open and its chat drawn. */
  async editor(size: Size, projectId: string): Promise<Page> {
    const page = await this.pageWithSession(size);
    await this.reopen(page, projectId);
    return page;
  }

  private async pageWithSession(size: Size): Promise<Page> {
    const known = this.signedInContexts.get(size);
    if (known) return this.tab(known);
    const context = await this.newContext(size);
    this.signedInContexts.set(size, context);
    const page = await this.tab(context);
    await this.signIn(page);
    return page;
  }

  async reopen(page: Page, projectId: string): Promise<void> {
    await page.goto(`${this.api.url}/project/${projectId}`);
    await page.waitForSelector('#chatInput:enabled');
  }
}

/** Types a message and sends it. */
export async function say(page: Page, content: string): Promise<void> {
  await page.fill('#chatInput', content);
  await page.click('#sendButton');
}

/**
 * Waits until this expression is true in the page. (Playwright's own waiting evaluates strings,
 * which the pages' policy forbids.)
 */
export async function until(page: Page, expression: string): Promise<void> {
  await expect
    .poll(() => page.evaluate<boolean>(expression), {
      message: expression,
      timeout: patient(6_000),
      interval: 40,
    })
    .toBe(true);
}

export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).allInnerTexts();
