import { isOver, isTitle, stateText } from '../../domain/playing/playing-state.js';
import type { Layout, Looks } from '../../domain/playing/playing-notes.js';
import type { Run } from '../../domain/playing/playing.js';
import { GameStopped } from '../box-watch.js';
import { FIRST_KEY_BEAT, LOADED_MS, RESTARTS, SMALL_SCREEN, type Beat } from './gestures.js';
import { FRAME_MS } from '../../game-page/names.js';
import { inkOf, type Shot, readShot } from './shots.js';
import type { PlayedPage, Sight } from './played-page.js';

/** After its first touches a game is left alone until it is over, in the game's time. */
const IDLE_STEPS = 30;
const IDLE_STEP_MS = 500;
/** Of the page's processor time, whatever else the machine does: then it is taken to go on. */
const IDLE_LIMIT_CPU_MS = 6_000;
const STEPS_PER_CPU_LOOK = 2;
/** On the other screen it is looked at when it has had so much of its time to fit itself in. */
const FIT_MS = 300;
/** Games ignore touches in the first moments after their end. */
const OVER_PAUSE_STEPS = 6;
const OVER_STEP_MS = 250;

export interface PlayedRun extends Run, Looks {
  readonly shots: readonly Shot[];
}

/** Plays one run of beats on a page that is not loaded yet. */
export class Runner {
  private readonly states: string[] = [];
  /** Read while the play goes on. */
  private readonly shots: Promise<Shot>[] = [];
  private readonly violations: Run['violations'][number][] = [];
  private scrolled = 0;
  private overAtMs: number | null = null;
  private waitedUntilMs: number | null = null;
  private keysFrom = { state: 0, image: 0 };
  private readonly layouts: Layout[] = [];
  private otherScreen: Looks['otherScreen'] = null;
  private frameCpuMs: Looks['frameCpuMs'] = null;
  private restart: Run['restart'] = 'notTried';
  private stopped: Run['stopped'] = null;

  constructor(
    private readonly page: PlayedPage,
    private readonly seenFrom: string | undefined,
  ) {}

  /** `untilEnd`: afterwards the game is left alone until it is over, and then begun again. */
  async play(beats: readonly Beat[], { untilEnd }: { untilEnd: boolean }): Promise<PlayedRun> {
    try {
      await this.page.load();
      const usedMs = untilEnd ? await this.page.usedMs() : 0;
      for (const [at, beat] of beats.entries()) {
        await this.playBeat(beat);
        if (at < FIRST_KEY_BEAT)
          this.keysFrom = { state: this.states.length, image: this.shots.length };
      }
      if (!untilEnd) return await this.result();
      const perFrame = ((await this.page.usedMs()) - usedMs) / (this.page.nowMs / FRAME_MS);
      this.frameCpuMs = Math.round(perFrame * 10) / 10;
      await this.playToTheEnd();
      await this.lookOnOtherScreen();
    } catch (error) {
      if (!(error instanceof GameStopped)) throw error;
      this.stopped = { code: error.code, when: this.when(), what: error.message };
    }
    return await this.result();
  }

  private async result(): Promise<PlayedRun> {
    const shots = await Promise.all(this.shots);
    return {
      thrown: [...this.page.thrown.values()],
      violations: this.violations,
      missing: [...this.page.asked.missing],
      stopped: this.stopped,
      states: this.states,
      inks: shots.map(inkOf),
      scrolled: this.scrolled,
      overAtMs: this.overAtMs,
      endedAtMs: this.page.nowMs,
      waitedUntilMs: this.waitedUntilMs,
      restart: this.restart,
      keysFrom: this.keysFrom,
      layouts: this.layouts,
      otherScreen: this.otherScreen,
      frameCpuMs: this.frameCpuMs,
      shots,
    };
  }

  private async playBeat({ inputs, forMs, look }: Beat): Promise<void> {
    for (const input of inputs) await this.page.do(input);
    const sight = await this.page.pass(forMs);
    this.note(sight);
    if (!this.page.isTouched && this.page.nowMs <= LOADED_MS)
      this.waitedUntilMs = isTitle(sight) ? this.page.nowMs : null;
    if (look) await this.takeShot();
  }

  private async takeShot(): Promise<void> {
    const { png, layout, sight } = await this.page.shoot();
    const reading = readShot(png, this.seenFrom);
    reading.catch(() => undefined);
    this.shots.push(reading);
    this.layouts.push(layout);
    this.note(sight);
  }

  /** After all else: what happens there is no part of the play. */
  private async lookOnOtherScreen(): Promise<void> {
    const before = await this.page.layout();
    await this.page.resize(SMALL_SCREEN);
    await this.page.pass(FIT_MS);
    const { png, layout } = await this.page.shoot();
    this.otherScreen = { before, after: layout, ink: inkOf(await readShot(png, this.seenFrom)) };
  }

  private async playToTheEnd(): Promise<void> {
    const limitMs = (await this.page.usedMs()) + IDLE_LIMIT_CPU_MS;
    for (let step = 0; step < IDLE_STEPS; step += 1) {
      if (step % STEPS_PER_CPU_LOOK === 0 && (await this.page.usedMs()) >= limitMs) break;
      const sight = await this.page.pass(IDLE_STEP_MS);
      this.note(sight, false);
      if (isOver(sight)) return this.beginAgain();
    }
    await this.takeShot();
  }

  private async beginAgain(): Promise<void> {
    for (let step = 0; step < OVER_PAUSE_STEPS; step += 1)
      this.note(await this.page.pass(OVER_STEP_MS), false);
    await this.takeShot();
    const { reloads } = this.page;
    for (const input of RESTARTS) {
      await this.page.do(input);
      const sight = await this.page.pass(OVER_STEP_MS);
      this.note(sight, false);
      this.restart = isOver(sight) && this.page.reloads === reloads ? 'stuck' : 'restarted';
      if (this.restart === 'restarted') return;
    }
  }

  private note(sight: Sight, isCompared = true): void {
    if (isCompared) this.states.push(stateText(sight));
    this.scrolled = Math.max(this.scrolled, sight.scrolled);
    for (const [directive, blocked] of sight.violations)
      this.violations.push({ when: this.when(), directive, blocked });
    if (this.overAtMs === null && isOver(sight)) this.overAtMs = this.page.nowMs;
  }

  private when(): 'loading' | 'untouched' | 'touched' {
    return this.page.phase();
  }
}
