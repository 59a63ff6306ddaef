import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../src/config.js';
import { isFullRun } from '../scope.js';
import { patient } from '../support/patience.js';
import { SIZES, type Size } from './sizes.js';

const IMAGES = path.join(PROJECT_ROOT, 'test-results', 'e2e');

/** Somebody with a browser: signs in, chats, plays. Collects what the console complains about. */
export class Person {
  readonly complaints: string[] = [];
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    private readonly baseUrl: string,
    private readonly size: Size,
  ) {
    this.watch(page);
  }

  static async arrive(
    browser: Browser,
    baseUrl: string,
    size: Size,
    locale = 'ja-JP',
  ): Promise<Person> {
    const context = await browser.newContext({ ...SIZES[size], locale, permissions: [] });
    return new Person(await context.newPage(), context, baseUrl, size);
  }

  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error')
        this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Through the Google button and the local developer form, to the project list. */
  async signIn(
    name = 'テスト 太郎',
    email = `${crypto.randomUUID().slice(0, 8)}@example.test`,
  ): Promise<void> {
    await this.page.goto(`${this.baseUrl}/signin`);
    await this.page.locator('#googleSignInButton:enabled').click();
    await this.page.fill('input[name=name]', name);
    await this.page.fill('input[name=email]', email);
    await this.page.click('button[type=submit]');
    await this.page.waitForURL(/\/create/);
    await this.page.locator('#createProjectButton:enabled').waitFor();
  }

  async newProject(): Promise<void> {
    await this.page.click('#createProjectButton');
    await this.page.waitForURL(/\/project\/[0-9a-f-]{36}/);
    await this.page.locator('#chatInput:enabled').waitFor();
  }

  async say(text: string): Promise<void> {
    await this.page.fill('#chatInput', text);
    await this.page.click('#sendButton');
  }

  /** A first wish, watched in the chat: on a phone its sketch comes to the front by itself. */
  async wish(text: string): Promise<void> {
    await this.say(text);
    await this.showChat();
  }

  /** Waits until the running job has ended well: a new answer, and the button says send again. */
  async untilAnswered(answers: number): Promise<void> {
    await this.page
      .locator('.message.assistant .play-game-btn')
      .nth(answers - 1)
      .waitFor({ state: 'attached', timeout: patient(60_000) });
    await this.page.locator('#stopButton').waitFor({ state: 'hidden' });
    // On a phone the game has come to the front.
    if (await this.page.isVisible('#backToChatButton')) await this.showChat();
  }

  /** Makes a game from the first wish to the answer. */
  async makeGame(wish = '2Dのシューティングゲームを作って'): Promise<void> {
    await this.wish(wish);
    await this.untilAnswered(1);
  }

  /** Brings the game to the front (a phone shows one pane at a time). */
  async showGame(): Promise<void> {
    if (this.size === 'phone') await this.page.click('#playGameButton');
    await this.page.locator('#gamePreview').waitFor();
  }

  async showChat(): Promise<void> {
    if (this.size === 'phone') await this.page.click('#backToChatButton');
  }

  async gameFrame(): Promise<Frame> {
    const handle = await this.page.locator('#gamePreview').elementHandle();
    const frame = await handle?.contentFrame();
    if (!frame) throw new Error('there is no game in the preview');
    await frame.waitForLoadState();
    return frame;
  }

  /** What the game tells of itself on its root element. */
  async gameState(): Promise<Record<string, string>> {
    return (await this.gameFrame()).evaluate<Record<string, string>>(
      '({ ...document.documentElement.dataset })',
    );
  }

  /** Keeps what the page, or another one of this person's, shows; full runs alone do. */
  async image(name: string, page = this.page): Promise<void> {
    if (!isFullRun) return;
    await mkdir(IMAGES, { recursive: true });
    await page.screenshot({ path: path.join(IMAGES, `${name}-${this.size}.png`) });
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}
