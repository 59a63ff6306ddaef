import { isTitle, OverWatch, stateText } from '../../domain/playing/playing-state.js';
import type { Layout } from '../../domain/playing/playing-notes.js';
import { SAME_POINTS, type SeenRun } from '../../domain/playing/playing.js';
import { isHurtAt, LossWatch } from '../../domain/playing/losses.js';
import { stopIn } from '../box-watch.js';
import { lastsMs, LOADED_MS, type Beat } from './gestures.js';
import type { Sight } from './page-values.js';
import type { PlayedPage } from './played-page.js';
import { inkOf, pointsApart, type Shot, readShot } from './shots.js';

/** What is known of every run. */
export interface Recorded extends SeenRun {
  readonly states: readonly string[];
  readonly layouts: readonly Layout[];
  readonly shots: readonly Shot[];
  /** Of each of them, whether the game was over. */
  readonly overs: readonly boolean[];
  /** Of each of them, whether a life was lost, or the game, just before it. */
  readonly hurts: readonly boolean[];
}

interface Taken {
  readonly shot: Promise<Shot>;
  readonly atMs: number;
  /** Of the game's canvas; null = it is not played on one. */
  readonly ink: number | null;
}

/** A drawing that has changed so often shows by itself whether a game goes on. */
const OFTEN = 10;

/** Plays beats on a page, and gathers what is seen there. */
export class RunRecord {
  readonly states: string[] = [];
  readonly over = new OverWatch();
  readonly won = new OverWatch('won');
  /** Read while the play goes on. */
  private readonly taken: Taken[] = [];
  private readonly losses = new LossWatch();
  private readonly layouts: Layout[] = [];
  private readonly overs: boolean[] = [];
  private readonly violations: SeenRun['violations'][number][] = [];
  private scrolled = 0;
  private lastSeen = '';
  private movedUntilMs = 0;
  private notedAtMs = 0;
  private drawing = 0;
  private drawings = 0;
  private waitedUntilMs: number | null = null;
  private stopped: SeenRun['stopped'] = null;
  private thrown: SeenRun['thrown'] | null = null;

  constructor(
    private readonly page: PlayedPage,
    private readonly seenFrom: string | undefined,
  ) {}

  /** It is lost, or declares that it is won. */
  get isEnded(): boolean {
    return this.over.isOver || this.won.isDeclared;
  }

  /** What is thrown from now on is no part of the play: on another screen (P1). */
  endThrown(): void {
    this.thrown = [...this.page.thrown.values()];
  }

  get images(): number {
    return this.taken.length;
  }

  /** `work` may end with what ends a play: that is part of the record. */
  async during(work: () => Promise<void>): Promise<void> {
    const stop = await stopIn(work);
    if (stop) this.stopped = { code: stop.code, when: this.page.phase(), what: stop.message };
  }

  async playBeat({ inputs, forMs, look }: Beat): Promise<Sight> {
    let leftMs = forMs;
    for (const input of inputs) {
      const seen = await this.page.do(input);
      if (seen !== null) this.note(seen, false);
      leftMs -= lastsMs(input);
    }
    const sight = await this.page.pass(Math.max(1, leftMs));
    this.note(sight);
    if (!this.page.isTouched && this.page.nowMs <= LOADED_MS)
      this.waitedUntilMs = isTitle(sight) ? this.page.nowMs : null;
    if (look) void this.takeShot(await this.page.shoot());
    return sight;
  }

  takeShot({ png, layout, sight, ink }: Awaited<ReturnType<PlayedPage['shoot']>>): Promise<Shot> {
    const shot = readShot(png, this.seenFrom);
    shot.catch(() => undefined);
    this.taken.push({ shot, ink, atMs: this.page.nowMs });
    this.layouts.push(layout);
    this.note(sight);
    this.overs.push(this.over.isOver);
    return shot;
  }

  /** `isCompared`: as one of the states that other runs have, too. */
  note(sight: Sight, isCompared = true): void {
    if (isCompared) this.states.push(stateText(sight));
    this.noteMotion(sight);
    this.scrolled = Math.max(this.scrolled, sight.scrolled);
    for (const [directive, blocked] of sight.violations)
      this.violations.push({ when: this.page.phase(), directive, blocked });
    this.losses.see(sight, this.page.nowMs);
    for (const watch of [this.over, this.won]) watch.see({ ...sight, atMs: this.page.nowMs });
  }

  /** Of what is no part of the play this is noted alone. */
  noteMotion(sight: Sight): void {
    const { lastSeen: before, notedAtMs } = this;
    this.noteStart(sight);
    if (before !== '' && before !== this.lastSeen) this.movedUntilMs = notedAtMs;
  }

  /** What motion from now on is held against. */
  noteStart(sight: Sight): void {
    this.lastSeen = `${stateText(sight)} ${sight.drawing}`;
    if (sight.drawing !== this.drawing) this.drawings += 1;
    this.drawing = sight.drawing;
    this.notedAtMs = this.page.nowMs;
  }

  async result(): Promise<Recorded> {
    const shots = await Promise.all(this.taken.map(({ shot }) => shot));
    const lossesMs = [...this.losses.lossesMs, this.over.overAtMs ?? Infinity];
    return {
      thrown: this.thrown ?? [...this.page.thrown.values()],
      violations: this.violations,
      missing: [...this.page.asked.missing],
      stopped: this.stopped,
      states: this.states,
      inks: shots.map((shot, at) => this.taken[at]?.ink ?? inkOf(shot)),
      stageInks: this.taken.flatMap(({ ink }) => ink ?? []),
      scrolled: this.scrolled,
      overAtMs: this.over.overAtMs,
      endedAtMs: this.page.nowMs,
      waitedUntilMs: this.waitedUntilMs,
      movedUntilMs: Math.max(
        this.movedUntilMs,
        this.drawings < OFTEN ? this.imagesMovedUntilMs(shots) : 0,
      ),
      layouts: this.layouts,
      shots,
      overs: this.overs,
      hurts: this.taken.map(({ atMs }) => isHurtAt(lossesMs, atMs)),
    };
  }

  private imagesMovedUntilMs(shots: readonly Shot[]): number {
    const moved = shots.findLastIndex(
      (shot, at) => at > 0 && pointsApart(shot, shots[at - 1] ?? shot) >= SAME_POINTS,
    );
    return this.taken[moved - 1]?.atMs ?? 0;
  }
}
