import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import type { Thrown } from '../../domain/playing/harmless.js';
import type { PlayPhase } from '../../contracts/game/play.js';
import { MOMENT_MS, TAPE_LIMITS, type TapeInput } from '../../contracts/game/tape.js';
import type { SeenMoments } from '../../domain/playing/tape-facts.js';
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
import {
  actedOf,
  layoutOf,
  nameOf,
  Read,
  sightOf,
  targetsOf,
  thrownOf,
  viewOf,
  type Layout,
  type PageView,
  type Sight,
  type Viewed,
} from './page-values.js';
import { MomentsRecord } from './moments-record.js';
import { GAME_ADDRESS, serveGame, type Asked } from './served-game.js';

/** When every play begins, by the game's clock. */
const STARTS_AT = Date.parse('2026-01-05T03:00:00Z');
/** What is asked for and decoded by itself gets so much real time. */
const SETTLE_MS = 80;
/** Longest time that passes in one call: a page that stands still differs from a slow one (P0). */
const ACT_MS = 2_000;
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

/** `seed` is its chance, `density` its `devicePixelRatio` (1), `onScreen` sees captures (PNG). */
export interface PlayedOn {
  readonly seed: number;
  readonly screen: Screen;
  readonly density?: number;
  /** Whether it is remembered what each moment shows, and no scene is drawn; left out: no. */
  readonly isFollowed?: boolean;
  /** Whether flat canvases are left empty, which no image is taken of; left out: no. */
  readonly isUnpainted?: boolean;
  readonly onScreen?: ((png: Buffer) => void) | undefined;
}

/** A finger that comes down, and the name of what it is meant for. */
interface Touch extends Place {
  readonly on?: string | undefined;
}

/** A game that is being played: its time advances only by `pass`. */
export class PlayedPage {
  /** Uncaught exceptions of the page. */
  readonly thrown = new Map<number, Thrown>();
  /** Milliseconds of the game's own time. */
  nowMs = 0;
  isTouched = false;
  /** What was done so far, at its places and times. */
  readonly inputs: TapeInput[] = [];
  /** The page has loaded itself anew. */
  reloads = 0;
  private readonly fingers = new Map<0 | 1, Place>();
  private hasMoved = false;
  private readonly openedAtMs = Date.now();
  /** The browser delivers a move, and the click of a tap, with its next frame. */
  private awaitsFrame = false;
  private readonly seen = new MomentsRecord();
  /** Called before the game is loaded anew: what the page knows of the last time is lost then. */
  onLeave: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly watch: CpuWatch,
    private readonly context: BrowserContext,
    private readonly page: Page,
    readonly session: CDPSession,
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
    const { seed, screen, density = 1, isFollowed = false, isUnpainted = false } = on;
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
    const given = [seed, isFollowed ? MOMENT_MS : 0, isUnpainted].join();
    await context.addInitScript(
      `((SEED, MOMENT_MS, IS_UNPAINTED) => {${pageProgram('play')}})(${given})`,
    );
    const page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
    const session = await context.newCDPSession(page);
    const played = new PlayedPage(watch, context, page, session, on, asked);
    await played.listen();
    return played;
  }

  /** Loads the game, from its beginning. Throws `GameStopped`. */
  async load(): Promise<void> {
    await this.onLeave();
    this.begin();
    // No clock of the wall decides that it takes too long: the watch does.
    await this.watch.during(this.page.goto(GAME_ADDRESS, { waitUntil: 'load', timeout: 0 }));
    this.reloads = 0;
    await this.settle();
  }

  /** Advances the game's time, and returns what is on the screen then. */
  async pass(ms: number): Promise<Sight> {
    // Every touch is delivered before time advances: otherwise two plays differ.
    const seen = await this.go(this.awaitsFrame ? 'passAfterFrame' : 'pass', ms);
    this.awaitsFrame = false;
    if (this.asked.pending === 0) return seen;
    await this.settle();
    const sight = sightOf(await this.call('look'));
    this.seen.add(sight.seen, this.nowMs);
    return sight;
  }

  /** Hides the page, as behind another app, or shows it again; returns what it shows then. */
  async setHidden(isHidden: boolean): Promise<Sight> {
    return this.call('setHidden', isHidden).then(async () => sightOf(await this.call('look')));
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
    const { ink = null, layout, sight } = Read.safeParse(await this.call('hide')).data ?? {};
    const png = Buffer.from(data, 'base64');
    this.on.onScreen?.(png);
    return { png, ink, layout: layoutOf(layout), sight: sightOf(sight) };
  }

  /** Does it as a hand does, for `lastsMs` of the game's time; returns what was seen meanwhile. */
  async do(input: Input): Promise<Sight | null> {
    switch (input.type) {
      case 'tap':
        return this.tap(input.at, lastsMs(input));
      case 'down':
        await this.down(input.finger ?? 0, await this.named(input.at));
        return null;
      case 'move':
        await this.move(input.finger ?? 0, this.here(input.at));
        return this.pass(lastsMs(input));
      case 'up':
        await this.lift();
        return null;
      case 'key': {
        await this.key('keyDown', input.key);
        const seen = await this.pass(PRESS_MS);
        await this.key('keyUp', input.key);
        return seen;
      }
    }
  }

  /**
   * By hands of the page's own: fast, and no source of a hard finding. `isViewed`: returns the view
   * of the end; null = it has to be asked for.
   */
  async act(inputs: readonly TapeInput[], endMs: number, isViewed = false): Promise<Viewed> {
    let viewed: Viewed = null;
    const left = [...inputs];
    for (const input of inputs) this.record(input);
    do {
      const fromMs = this.nowMs;
      const toMs = Math.min(endMs, fromMs + ACT_MS);
      const count = left.findIndex(({ atMs }) => atMs > toMs);
      const now = left
        .splice(0, count < 0 ? left.length : count)
        .map(({ atMs, ...input }) => Object.assign(input, { afterMs: Math.max(0, atMs - fromMs) }));
      const given = [JSON.stringify(now), toMs - fromMs, isViewed && toMs >= endMs].join();
      const [seen, view] = actedOf(await this.evaluate(`window.${PLAYED}?.act(${given})`));
      this.nowMs = toMs;
      this.seen.add(seen, toMs);
      viewed = this.asked.pending > 0 ? await this.settle() : view;
    } while (this.nowMs < endMs);
    return viewed;
  }

  /** What was seen of the moments since the last call, numbered by the game's time. */
  moments(): SeenMoments {
    return this.seen.take();
  }

  /** What there is to be touched now. */
  async view(): Promise<PageView> {
    return viewOf(await this.call('view'));
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private async tap(at: Place | Target, forMs: number): Promise<Sight | null> {
    const place = 'target' in at ? await this.target(at.target) : await this.named(at);
    // The end waits for the beginning in the browser.
    const began = this.down(0, place);
    if (forMs > 0) await began;
    const seen = forMs > 0 ? await this.pass(forMs) : null;
    await Promise.all([began, this.lift()]);
    return seen;
  }

  private async target(index: number): Promise<Touch> {
    const data = targetsOf(await this.call('targets'));
    const appeared = data.some(({ isNew }) => !isNew) ? data.find(({ isNew }) => isNew) : undefined;
    const { x, y, name } = appeared ?? data[index] ?? { ...this.here(MIDDLE), name: undefined };
    return { x, y, on: name };
  }

  private here(at: Place): Place {
    return placeOn(this.on.screen, at);
  }

  /** A name is worth its time in a run that becomes a tape. */
  private async named(at: Place): Promise<Touch> {
    const { x, y } = this.here(at);
    return { x, y, on: this.on.isFollowed ? nameOf(await this.call('nameAt', x, y)) : undefined };
  }

  down(finger: 0 | 1, { x, y, on }: Touch): Promise<void> {
    if (this.fingers.has(finger)) return this.move(finger, { x, y });
    this.fingers.set(finger, { x, y });
    this.record({ type: 'down', atMs: this.nowMs, finger, x, y, ...(on !== undefined && { on }) });
    return this.touch('touchStart');
  }

  async move(finger: 0 | 1, { x, y }: Place): Promise<void> {
    if (!this.fingers.has(finger)) return;
    this.fingers.set(finger, { x, y });
    this.record({ type: 'move', atMs: this.nowMs, finger, x, y });
    await this.touch('touchMove');
  }

  async up(finger: 0 | 1): Promise<void> {
    if (!this.fingers.delete(finger)) return;
    this.record({ type: 'up', atMs: this.nowMs, finger });
    // A finger that is missing in a move was lifted.
    await this.touch(this.fingers.size > 0 ? 'touchMove' : 'touchEnd');
  }

  private async lift(): Promise<void> {
    for (const finger of [...this.fingers.keys()]) await this.up(finger);
  }

  async key(type: 'keyDown' | 'keyUp', key: string): Promise<void> {
    this.record({ type, atMs: this.nowMs, key });
    const { keyboard } = this.page;
    await this.watch.during(type === 'keyDown' ? keyboard.down(key) : keyboard.up(key));
  }

  private record(input: TapeInput): void {
    this.isTouched = true;
    if (this.inputs.length < TAPE_LIMITS.inputs && input.atMs <= TAPE_LIMITS.ms)
      this.inputs.push(input);
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
  private async go(way: 'pass' | 'passAfterFrame' | 'show', ms: number): Promise<Sight> {
    const seen = sightOf(await this.call(way, ms));
    this.nowMs += ms;
    this.seen.add(seen.seen, this.nowMs);
    return seen;
  }

  call(name: keyof PageCalls, ...given: (number | string | boolean)[]): Promise<unknown> {
    const values = given.map((each) => JSON.stringify(each)).join();
    return this.evaluate(`window.${PLAYED}?.${name}(${values})`);
  }

  /** Null when the page was on its way to another one. */
  private evaluate(expression: string): Promise<unknown> {
    const asked = this.session
      .send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      .then(({ result }) => result.value as unknown)
      .catch(() => null);
    return this.watch.during(asked);
  }

  /** A page that was played before has nothing of that in it. */
  private begin(): void {
    this.nowMs = 0;
    this.isTouched = false;
    this.inputs.length = 0;
    this.thrown.clear();
    this.fingers.clear();
    this.hasMoved = false;
    this.awaitsFrame = false;
    this.seen.take();
  }

  phase(): PlayPhase {
    if (this.isTouched) return 'touched';
    return this.nowMs < LOADED_MS ? 'loading' : 'untouched';
  }

  private async listen(): Promise<void> {
    this.session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      const { exceptionId, exception, text } = exceptionDetails;
      const told = thrownOf(exception?.description ?? String(exception?.value ?? text), text);
      if (told === null || this.thrown.size >= 20) return;
      this.thrown.set(exceptionId, { when: this.phase(), atMs: this.nowMs, ...told });
    });
    this.session.on('Runtime.exceptionRevoked', ({ exceptionId }) => {
      this.thrown.delete(exceptionId);
    });
    this.page.on('framenavigated', (frame) => {
      if (frame === this.page.mainFrame()) this.reloads += 1;
    });
    await this.session.send('Runtime.enable');
    await this.session.send('Performance.enable');
    // Animations go by the game's clock alone.
    await this.session.send('Animation.enable');
    await this.session.send('Animation.setPlaybackRate', { playbackRate: 0 });
  }

  /** Resolves with null: what was seen before is of no use. */
  private async settle(): Promise<null> {
    do await sleep(SETTLE_MS);
    while (this.asked.pending > 0);
    return null;
  }
}
