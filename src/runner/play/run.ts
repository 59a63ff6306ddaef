import type { Looks, OtherScreen } from '../../domain/playing/playing-notes.js';
import type { Run } from '../../domain/playing/playing.js';
import type { TapeInput } from '../../contracts/game/tape.js';
import type { Suspect } from '../../domain/playing/suspects.js';
import { FRAME_MS } from '../../game-page/names.js';
import { stopIn } from '../box-watch.js';
import { goesOn } from './elsewhere.js';
import {
  EVERYWHERE,
  FIRST_KEY_BEAT,
  LOADED_MS,
  RESTARTS,
  SMALL_SCREEN,
  TURNED_SCREEN,
  type Beat,
  type Screen,
} from './gestures.js';
import { sightOf } from './page-values.js';
import type { PlayedPage } from './played-page.js';
import { RunRecord, type Recorded } from './run-record.js';
import { doByHand, TapeHand } from './tape-run.js';
import { emptyShareOf, inkOf, readShot } from './shots.js';

/** After its first touches a game is left alone until it is over, in the game's time. */
const IDLE_STEPS = 30;
const IDLE_STEP_MS = 500;
/** On another screen it is looked at when it has had so much of its time to fit itself in. */
const FIT_MS = 300;
/** What may be deaf is looked at so often, to be compared. */
const LOOK_MS: Readonly<Partial<Record<Suspect['why'], number>>> = {
  deaf: 2_000,
  deafUntilEnd: 500,
  deafSince: 2_000,
  backAtTitle: 1_000,
  unbegun: 2_000,
  fruitless: 500,
  twoFingers: 500,
};
/** A life is looked at again from then on, before its end. */
const WATCHED_MS = 4_000;
/** No finger that was down at the end is down when it is left. */
const LIFTED_MS = 2_000;
/** What moves by itself has moved by then. */
const RESTED: readonly Beat[] = Array.from({ length: 8 }, () => ({ inputs: [], forMs: 500 }));
/** Games ignore touches in the first moments after their end. */
const OVER_PAUSE_STEPS = 6;
const OVER_STEP_MS = 250;

export interface PlayedRun extends Run, Looks, Pick<Recorded, 'shots' | 'overs' | 'hurts'> {
  /** Its page is of no more use, although nothing has stopped the play. */
  readonly isSpoiled: boolean;
}

/** Plays one run of beats on a page that is not loaded yet. */
export class Runner {
  private readonly record: RunRecord;
  private keysFrom = { state: 0, image: 0 };
  private otherScreen: OtherScreen | null = null;
  private turned: OtherScreen | null = null;
  private frameCpuMs: Looks['frameCpuMs'] = null;
  private restart: Run['restart'] = 'notTried';
  private isSpoiled = false;

  constructor(
    private readonly page: PlayedPage,
    private readonly seenFrom: string | undefined,
  ) {
    this.record = new RunRecord(page, seenFrom);
  }

  /** `untilEnd`: afterwards the game is left alone until it is over, and then begun again. */
  async play(beats: readonly Beat[], { untilEnd }: { untilEnd: boolean }): Promise<PlayedRun> {
    const { record } = this;
    await record.during(async () => {
      await this.page.load();
      const usedMs = untilEnd ? await this.page.usedMs() : 0;
      for (const [at, beat] of beats.entries()) {
        await record.playBeat(beat);
        if (at < FIRST_KEY_BEAT)
          this.keysFrom = { state: record.states.length, image: record.images };
      }
      if (!untilEnd) return;
      const perFrame = ((await this.page.usedMs()) - usedMs) / (this.page.nowMs / FRAME_MS);
      this.frameCpuMs = Math.round(perFrame * 10) / 10;
      await this.playToTheEnd();
      // After all else: what is seen there is no part of the play.
      record.endThrown();
      const stop = await stopIn(async () => {
        this.otherScreen = await this.lookOn(SMALL_SCREEN);
        this.turned = await this.lookOn(TURNED_SCREEN);
      });
      this.isSpoiled = stop !== null;
    });
    return this.result();
  }

  /**
   * Plays a life once more, by real touches, and begins the game again when it ends with that; one
   * that may be locked is touched everywhere, one that may be deaf is looked at now and then.
   */
  async playLife({ inputs, forMs, why, phase }: Suspect): Promise<PlayedRun> {
    const { record, page } = this;
    const lookMs = LOOK_MS[why];
    const passUntil = async (atMs: number): Promise<void> => {
      while (page.nowMs < atMs) {
        const nextMs = lookMs ? lookMs * (Math.floor(page.nowMs / lookMs) + 1) : Infinity;
        const untilMs = Math.min(page.nowMs + IDLE_STEP_MS, atMs, nextMs);
        const isLook = untilMs === nextMs;
        record.note(await page.pass(untilMs - page.nowMs), isLook);
        if (isLook) void record.takeShot(await page.shoot());
      }
    };
    await record.during(async () => {
      await page.load();
      if (why === 'stuck') await this.playToItsEnd(inputs, forMs);
      if (phase !== undefined) {
        await passUntil(LOADED_MS);
        await page.call('goTo', phase);
      }
      for (const input of why === 'stuck' ? [] : inputs) {
        await passUntil(input.atMs);
        await doByHand(page, input);
      }
      await passUntil(forMs);
      if (why === 'locked') this.restart = (await this.isLocked()) ? 'stuck' : 'restarted';
      else if (record.isEnded) await this.beginAgain();
      // Words about a win may be about something else: where anything goes on, they are.
      else if (why === 'stuck' && record.won.isOver)
        this.restart = (await this.isLocked()) ? 'stuck' : 'restarted';
    });
    return this.result();
  }

  /** By the page's own hands: that way is long, and it is the way back that real touches try. */
  private async playToItsEnd(inputs: Suspect['inputs'], forMs: number): Promise<void> {
    const { page, record } = this;
    const lifted = ([0, 1] as const).map((finger): TapeInput => {
      return { type: 'up', atMs: forMs - LIFTED_MS, finger };
    });
    const hand = new TapeHand(page, [...inputs, ...lifted]);
    await hand.actUntil(LOADED_MS);
    record.note(sightOf(await page.call('look')), false);
    await hand.actUntil(forMs - WATCHED_MS);
    while (page.nowMs < forMs) {
      record.note(sightOf(await page.call('look')), false);
      await hand.actUntil(Math.min(forMs, page.nowMs + IDLE_STEP_MS));
    }
  }

  /** Whether nothing moves any more, and nothing that is touched is answered. */
  private async isLocked(): Promise<boolean> {
    const first = await this.page.pass(FIT_MS);
    return !(await goesOn(this.page, this.record, { first, beats: [...RESTED, ...EVERYWHERE] }));
  }

  private async result(): Promise<PlayedRun> {
    const { restart, keysFrom, otherScreen, turned, frameCpuMs, isSpoiled } = this;
    const recorded = await this.record.result();
    const seen = { restart, keysFrom, otherScreen, turned, frameCpuMs, isSpoiled };
    // Of what was played to its end enough was seen.
    const emptyShare = otherScreen === null ? 0 : emptyShareOf(recorded.shots);
    return { ...recorded, ...seen, emptyShare };
  }

  private async lookOn(screen: Screen): Promise<OtherScreen> {
    const before = await this.page.layout();
    const { size } = this.page.thrown;
    await this.page.resize(screen);
    const fitted = await this.page.pass(FIT_MS);
    // That a canvas is empty then is no motion of a game that stands still since an exception.
    if (this.page.thrown.size > size) this.record.noteMotion(fitted);
    else this.record.noteStart(fitted);
    const { png, layout, sight } = await this.page.shoot();
    this.record.noteMotion(sight);
    return { before, after: layout, ink: inkOf(await readShot(png, this.seenFrom)) };
  }

  private async playToTheEnd(): Promise<void> {
    for (let step = 0; step < IDLE_STEPS; step += 1) {
      this.record.note(await this.page.pass(IDLE_STEP_MS), false);
      if (this.record.isEnded) return this.beginAgain();
      // Two images show whether it still moves, where no drawing does.
      const isLast = step === IDLE_STEPS - 2;
      if (isLast && this.page.thrown.size > 0) void this.record.takeShot(await this.page.shoot());
    }
    void this.record.takeShot(await this.page.shoot());
  }

  private async beginAgain(): Promise<void> {
    const { record } = this;
    for (let step = 0; step < OVER_PAUSE_STEPS; step += 1)
      record.note(await this.page.pass(OVER_STEP_MS), false);
    void record.takeShot(await this.page.shoot());
    const { reloads } = this.page;
    const isStuck = (): boolean => record.isEnded && this.page.reloads === reloads;
    for (const inputs of RESTARTS) {
      for (const input of inputs) {
        const seen = await this.page.do(input);
        if (seen !== null) record.note(seen, false);
        // What comes after it would end the next game.
        if (!isStuck()) break;
      }
      record.note(await this.page.pass(OVER_STEP_MS), false);
      this.restart = isStuck() ? 'stuck' : 'restarted';
      if (this.restart === 'restarted') return;
    }
  }
}
