import { AppError } from '../../contracts/base/errors.js';
import type { PlayInput, PlayResult } from '../../contracts/game/play.js';
import { softFindings } from '../../domain/playing/playing-notes.js';
import {
  foundTwice,
  isSameFinding,
  judgePlay,
  playOf,
  reportOf,
  seedOf,
  seenIn,
  type Elsewhere,
  type Judgement,
  type SeenRun,
} from '../../domain/playing/playing.js';
import { stateLog } from '../../domain/game/state-log.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import { openParcelFile } from '../../versions/format/parcel.js';
import { PlayEnded } from './cpu-watch.js';
import { playElsewhere, playShort } from './elsewhere.js';
import { FIRST_PLAY, NO_PLAY, PLAY_SCREEN, SEARCHING_PLAY, type Screen } from './gestures.js';
import { Lane } from './lane.js';
import { imagesOf, type Moment } from './images.js';
import { pointsApart } from './shots.js';
import { PlayedPage } from './played-page.js';
import { Runner, type PlayedRun } from './run.js';

const PLAYS = { untouched: NO_PLAY, touched: FIRST_PLAY, searching: SEARCHING_PLAY } as const;

const NOWHERE: Elsewhere = { runs: [], deaf: [] };

export interface PlayAccess {
  readonly seenFrom?: string | undefined;
  /** Something has happened: the play goes on. */
  readonly onAlive: () => void;
  /** Left out: the phone that verdicts are about (J4). */
  readonly screen?: Screen;
  /** Left out: the game's own (P0). */
  readonly seed?: number;
}

/**
 * Plays the game of a version (J2, J4): twice without a touch, once with, and once more when
 * something is wrong, and for short on a dense screen. It is `unplayed` when it comes to no end.
 * Throws an AppError when it cannot be played, or the reason of `signal`.
 */
export async function playGame(
  input: PlayInput,
  access: PlayAccess,
  signal: AbortSignal,
): Promise<PlayResult> {
  const startedMs = performance.now();
  const wall = AbortSignal.timeout(input.wallMs);
  const player = new Player(input, access, AbortSignal.any([signal, wall]));
  const tookMs = (): number => Math.round(performance.now() - startedMs);
  const gameTree = await gameTreeIn(input).catch((error) => Promise.reject(crashOf(error)));
  try {
    await player.open();
    return { ...(await player.play(gameTree)), tookMs: tookMs() };
  } catch (error) {
    signal.throwIfAborted();
    if (wall.aborted) return unplayed(gameTree, `no end in ${input.wallMs} ms`, tookMs());
    if (error instanceof PlayEnded) return unplayed(gameTree, error.message, tookMs());
    throw crashOf(error);
  } finally {
    await player.close();
  }
}

function crashOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const [why = ''] = (error as Error).message.split('\n');
  return new AppError('RunCrashed', `the game could not be played: ${why}`);
}

/** Of a play that has come to no end nothing counts. */
function unplayed(gameTree: string, reason: string, tookMs: number): PlayResult {
  const base = { ...playOf(gameTree), findings: [], notes: [], states: [] };
  const unseen = { sheet: null, screen: null, loop: null, tapes: null };
  return { ...base, ...unseen, verdict: 'unplayed', reason, tookMs };
}

/** Rejects for a missing version, whose error page must not be played. */
async function gameTreeIn({ parcelFile }: PlayInput): Promise<string> {
  const { manifest } = await openParcelFile(parcelFile);
  return gameTreeOf(manifest.files);
}

class Player {
  private readonly needs = new Set<string>();
  private seed = 0;
  /** Two browsers: what one run costs or breaks is nothing to the other's. */
  private readonly lanes: readonly [Lane, Lane];

  constructor(
    private readonly input: PlayInput,
    private readonly access: PlayAccess,
    signal: AbortSignal,
  ) {
    this.lanes = [new Lane(access.seenFrom, signal), new Lane(access.seenFrom, signal)];
  }

  async open(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.open()));
  }

  async play(gameTree: string): Promise<Omit<PlayResult, 'tookMs'>> {
    this.seed = this.access.seed ?? seedOf(gameTree);
    const [[first, second, elsewhere], touched] = await Promise.all([
      this.untouched(),
      this.run(1, 'touched'),
    ]);
    const { hard, notes } = judge(first, second, touched, elsewhere);
    // The two untouched runs are each other's second play. A board may have few fields to tap.
    const isDeaf = hard.some(({ code, evidence }) => code === 'deaf' && evidence === '');
    // What the short runs have found alone they have to find again.
    const plain = judge(first, second, touched, NOWHERE).hard;
    const isPlain = hard.every((finding) => plain.some((each) => isSameFinding(each, finding)));
    const again = hard.length > 0 ? await this.again([second, first], { isDeaf, isPlain }) : null;
    // Soft findings matter only for a game that plays.
    const soft = hard.length === 0 ? softFindings(touched) : [];
    const confirmed = again === null ? [] : foundTwice(hard, again.hard);
    const moments = [...momentsOf(first, 'IDLE'), ...momentsOf(touched, 'PLAY')];
    const needs = [...this.needs].slice(0, 5);
    const { frameCpuMs } = touched;
    const seen = { ...seenIn(touched), ...(frameCpuMs !== null && { frameCpuMs }) };
    const [images] = await Promise.all([imagesOf({ moments }, this.access.seenFrom), this.close()]);
    return {
      ...reportOf(confirmed, [...notes, ...soft], { needs, gameTree, seen }),
      ...images,
      loop: null,
      tapes: null,
      states: stateLog(first, touched),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }

  private async untouched(): Promise<[PlayedRun, PlayedRun, Elsewhere]> {
    const first = await this.run(0, 'untouched');
    const second = await this.run(0, 'untouched');
    return [first, second, await this.elsewhere()];
  }

  private async again(
    [first, second]: readonly [PlayedRun, PlayedRun],
    { isDeaf, isPlain }: { isDeaf: boolean; isPlain: boolean },
  ): Promise<Judgement> {
    const [touched, elsewhere] = await Promise.all([
      this.run(1, isDeaf ? 'searching' : 'touched'),
      isPlain ? NOWHERE : this.elsewhere(),
    ]);
    return judge(first, second, touched, elsewhere);
  }

  private elsewhere(): Promise<Elsewhere> {
    const { seenFrom } = this.access;
    return playElsewhere((play) =>
      this.use(0, play.density, (page) => playShort(page, play, seenFrom)),
    );
  }

  private run(lane: 0 | 1, kind: keyof typeof PLAYS): Promise<PlayedRun> {
    return this.use(lane, 1, (page) =>
      new Runner(page, this.access.seenFrom).play(PLAYS[kind], { untilEnd: kind !== 'untouched' }),
    );
  }

  /** One run on a page of its own. */
  private use<T extends SeenRun>(
    lane: 0 | 1,
    density: number,
    play: (page: PlayedPage) => Promise<T>,
  ): Promise<T> {
    const { seenFrom, screen = PLAY_SCREEN, onAlive } = this.access;
    const { seed } = this;
    return this.lanes[lane].use(async ({ boxed, watch }) => {
      const request = { ...this.input, seenFrom };
      const opening = PlayedPage.open(boxed.browser, watch, request, { seed, screen, density });
      const page = await boxed.during(opening);
      const run = await play(page);
      for (const need of page.asked.needs) this.needs.add(need);
      onAlive();
      const isSpoiled = run.stopped !== null;
      if (!isSpoiled) await boxed.during(page.close());
      return { result: run, isSpoiled };
    });
  }
}

function judge(
  first: PlayedRun,
  second: PlayedRun,
  touched: PlayedRun,
  elsewhere: Elsewhere,
): Judgement {
  return judgePlay({
    elsewhere,
    untouched: [first, second],
    touched,
    drift: apart(first, second),
    change: apart(first, touched),
  });
}

/** What a run has seen; after the last touch a game is left alone until it is over. */
function momentsOf({ shots, overs }: PlayedRun, doing: 'IDLE' | 'PLAY'): Moment[] {
  const last = doing === 'PLAY' ? 'LATE' : 'IDLE';
  return shots.map((shot, at): Moment => {
    if (overs[at]) return { shot, doing: 'OVER' };
    return { shot, doing: at === shots.length - 1 ? last : doing };
  });
}

/** For each image that both have how many points differ. */
function apart(one: PlayedRun, other: PlayedRun): number[] {
  return one.shots.flatMap((shot, at) => {
    const same = other.shots[at];
    return same ? [pointsApart(shot, same)] : [];
  });
}
