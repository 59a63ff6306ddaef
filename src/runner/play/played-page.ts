import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import type { Thrown } from '../../domain/playing/harmless.js';
import type { PlayPhase } from '../../contracts/game/play.js';
import { FRAME_MS, PLAYED, type PlayedPage as PageCalls } from '../../game-page/names.js';
import { pageProgram } from '../../game-page/programs.js';
import type { GameRequest } from '../game-files.js';
import type { CpuWatch } from './cpu-watch.js';
import {
  lastsMs,
  LOADED_MS,
  MIDDLE,
  placeOn,
  PRESS_MS,
  type Input,
  type Place,
  type Screen,
  type Target,
} from './gestures.js';
import { layoutOf, sightOf, targetsOf, Read, type Layout, type Sight } from './page-values.js';
import { GAME_ADDRESS, serveGame, type Asked } from './served-game.js';

/** When every play begins, by the game's clock. */
const STARTS_AT = Date.parse('2026-01-05T03:00:00Z');
/** What is asked for and decoded by itself gets so much real time. */
const SETTLE_MS = 80;
/** A finger that rests so long before it is lifted throws nothing: no fling swallows a tap. */
const REST_MS = 60;

/** A moment of a page: its image (PNG), its layout, and its declared state. */
export interface Shown {
  readonly png: Buffer;
  /** Of the canvas that the game is played on; null = it has none. */
  readonly ink: number | null;
  readonly layout: Layout;
  readonly sight: Sight;
}

/** How a page is played: `seed` is its chance, `density` its `devicePixelRatio` (1). */
export interface PlayedOn {
  readonly seed: number;
  readonly screen: Screen;
  readonly density?: number;
}

/** A game that is being played: its time advances only by `pass`. */
export class PlayedPage {
  /** Uncaught exceptions of the page. */
  readonly thrown = new Map<number, Thrown>();
  /** Milliseconds of the game's own time. */
  nowMs = 0;
  isTouched = false;
  /** The page has loaded itself anew. */
  reloads = 0;
  private readonly fingers = new Map<number, Place>();
  private hasMoved = false;
  private readonly openedAtMs = Date.now();
  /** The browser delivers a move, and the click of a tap, with its next frame. */
  private awaitsFrame = false;

  private constructor(
    private readonly watch: CpuWatch,
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly session: CDPSession,
    private readonly on: PlayedOn,
    readonly asked: Asked,
  ) {}

  /** A page that has nothing in it yet, in a browser profile of its own. */
  static async open(
    browser: Browser,
    watch: CpuWatch,
    request: GameRequest,
    on: PlayedOn,
  ): Promise<PlayedPage> {
    const { seed, screen, density = 1 } = on;
    const context = await browser.newContext({
      viewport: screen,
      deviceScaleFactor: density,
      hasTouch: true,
      isMobile: true,
      serviceWorkers: 'block',
      acceptDownloads: false,
      locale: 'ja-JP',
      timezoneId: 'Asia/Tokyo',
    });
    const asked = await serveGame(context, request);
    await context.addInitScript(pageProgram('giveWay'));
    await context.clock.install({ time: STARTS_AT });
    await context.clock.pauseAt(STARTS_AT + 1);
    await context.addInitScript(`((SEED) => {${pageProgram('play')}})(${seed})`);
    const page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
    const session = await context.newCDPSession(page);
    const played = new PlayedPage(watch, context, page, session, on, asked);
    await played.listen();
    return played;
  }

  /** Loads the game. Throws `GameStopped`. */
  async load(): Promise<void> {
    // No clock of the wall says that it takes too long: the watch does.
    await this.watch.during(this.page.goto(GAME_ADDRESS, { waitUntil: 'load', timeout: 0 }));
    this.page.on('framenavigated', (frame) => {
      if (frame === this.page.mainFrame()) this.reloads += 1;
    });
    await this.settle();
  }

  /** Advances the game's time, and returns what is on the screen then. */
  async pass(ms: number): Promise<Sight> {
    // Every touch is delivered before time advances: otherwise two plays differ.
    const seen = await this.go(this.awaitsFrame ? 'passAfterFrame' : 'pass', ms);
    this.awaitsFrame = false;
    if (this.asked.pending === 0) return sightOf(seen);
    await this.settle();
    return sightOf(await this.call('look'));
  }

  /** The same, but the page is hidden meanwhile and shown again then. */
  async passHidden(ms: number): Promise<Sight> {
    return sightOf(await this.go('passHidden', ms));
  }

  async layout(): Promise<Layout> {
    return layoutOf(await this.call('layout'));
  }

  /** Goes on on a screen of another size, as a phone that is turned. */
  async resize(screen: Screen): Promise<void> {
    await this.watch.during(this.page.setViewportSize(screen));
    await this.evaluate(`dispatchEvent(new Event('resize'))`);
  }

  /** What the page's own thread has used of the processor so far, milliseconds. */
  async usedMs(): Promise<number> {
    const { metrics } = await this.watch.during(this.session.send('Performance.getMetrics'));
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1_000;
  }

  /**
   * What the screen shows, a frame later, and what is to be read there: what a touch has moved is
   * in its place once it was drawn.
   */
  async shoot(): Promise<Shown> {
    // Frames that are not captured are not drawn.
    await this.go('show', FRAME_MS);
    if (this.asked.pending > 0) await this.settle();
    const { data } = await this.watch.during(
      this.session.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true }),
    );
    const read = Read.safeParse(await this.call('hide')).data;
    return {
      png: Buffer.from(data, 'base64'),
      ink: read?.ink ?? null,
      layout: layoutOf(read?.layout),
      sight: sightOf(read?.sight),
    };
  }

  /** Does it as a hand does, for `lastsMs` of the game's time; returns what was seen meanwhile. */
  async do(input: Input): Promise<Sight | null> {
    this.isTouched = true;
    switch (input.type) {
      case 'tap':
        return this.tap(input.at, lastsMs(input));
      case 'down':
      case 'move': {
        this.fingers.set(input.finger ?? 0, this.here(input.at));
        await this.touch(input.type === 'down' ? 'touchStart' : 'touchMove');
        return input.type === 'down' ? null : this.pass(lastsMs(input));
      }
      case 'up':
        await this.lift();
        return null;
      case 'key': {
        await this.watch.during(this.page.keyboard.down(input.key));
        const seen = await this.pass(PRESS_MS);
        await this.watch.during(this.page.keyboard.up(input.key));
        return seen;
      }
    }
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private async tap(at: Place | Target, forMs: number): Promise<Sight | null> {
    this.fingers.set(0, 'target' in at ? await this.target(at.target) : this.here(at));
    // The end waits for the beginning in the browser.
    const began = this.touch('touchStart');
    if (forMs > 0) await began;
    const seen = forMs > 0 ? await this.pass(forMs) : null;
    await Promise.all([began, this.lift()]);
    return seen;
  }

  private async target(index: number): Promise<Place> {
    const data = targetsOf(await this.call('targets'));
    const appeared = data.some(({ isNew }) => !isNew) ? data.find(({ isNew }) => isNew) : undefined;
    return appeared ?? data[index] ?? this.here(MIDDLE);
  }

  private here(at: Place): Place {
    return placeOn(this.on.screen, at);
  }

  private lift(): Promise<void> {
    this.fingers.clear();
    return this.touch('touchEnd');
  }

  /** Sends where all fingers are. */
  private async touch(type: 'touchStart' | 'touchMove' | 'touchEnd'): Promise<void> {
    const touchPoints = [...this.fingers].map(([id, { x, y }]) => ({ id, x, y }));
    this.awaitsFrame ||= type !== 'touchStart';
    // Of the game's clock: what is a double tap or a fling is none of the machine's.
    const restMs = type === 'touchEnd' && this.hasMoved ? REST_MS : 0;
    this.hasMoved = type === 'touchMove';
    const timestamp = (this.openedAtMs + this.nowMs + restMs) / 1_000;
    const given = { type, touchPoints, timestamp };
    await this.watch.during(this.session.send('Input.dispatchTouchEvent', given));
  }

  /** Lets so much of the game's time pass in one of the ways of the page script. */
  private async go(
    way: 'pass' | 'passAfterFrame' | 'passHidden' | 'show',
    ms: number,
  ): Promise<unknown> {
    const seen = await this.call(way, ms);
    this.nowMs += ms;
    return seen;
  }

  private call(name: keyof PageCalls, ...given: number[]): Promise<unknown> {
    return this.evaluate(`window.${PLAYED}?.${name}(${given.join()})`);
  }

  /** Null when the page was on its way to another one. */
  private evaluate(expression: string): Promise<unknown> {
    const asked = this.session
      .send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      .then(({ result }) => result.value as unknown)
      .catch(() => null);
    return this.watch.during(asked);
  }

  phase(): PlayPhase {
    if (this.isTouched) return 'touched';
    return this.nowMs < LOADED_MS ? 'loading' : 'untouched';
  }

  private async listen(): Promise<void> {
    this.session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      const { exceptionId, exception, text: head } = exceptionDetails;
      if (this.thrown.size >= 20) return;
      const told = exception?.description ?? String(exception?.value ?? head);
      this.thrown.set(exceptionId, {
        when: this.phase(),
        atMs: this.nowMs,
        text: told.split('\n').slice(0, 2).join('\n').slice(0, 300),
        isRejection: head.includes('(in promise)'),
      });
    });
    this.session.on('Runtime.exceptionRevoked', ({ exceptionId }) => {
      this.thrown.delete(exceptionId);
    });
    await this.session.send('Runtime.enable');
    await this.session.send('Performance.enable');
  }

  private async settle(): Promise<void> {
    do await sleep(SETTLE_MS);
    while (this.asked.pending > 0);
  }
}
