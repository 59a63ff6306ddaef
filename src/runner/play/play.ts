import { untilAborted, withTimeout } from '../../concurrency.js';
import { AppError } from '../../contracts/base/errors.js';
import type { PlayFinding, PlayInput, PlayResult } from '../../contracts/game/play.js';
import type { TapeSet } from '../../contracts/game/tape.js';
import { softFindings } from '../../domain/playing/playing-notes.js';
import {
  foundTwice,
  isSameFinding,
  isSettled,
  judgePlay,
  playOf,
  reportOf,
  seedOf,
  seenIn,
  type Elsewhere,
  type Judgement,
  type LivedRun,
  type Play,
  type SeenRun,
} from '../../domain/playing/playing.js';
import { seenWith } from '../../domain/playing/progress.js';
import { suspectsIn, type Suspect } from '../../domain/playing/suspects.js';
import { stateLog } from '../../domain/game/state-log.js';
import { compareVersions, type Compared } from './compare.js';
import { Coverage, scriptsIn } from './coverage.js';
import { PlayEnded } from './cpu-watch.js';
import {
  playElsewhere,
  playShort,
  readsDensity,
  type ShortPlay,
  type ShortRun,
} from './elsewhere.js';
import { FIRST_PLAY, NO_PLAY, SEARCHING_PLAY, UNTOUCHED_BEATS, type Screen } from './gestures.js';
import { gameTreeIn, isOtherGame } from './game-tree.js';
import { imagesOf, type Moment } from './images.js';
import { livedAgain } from './lived.js';
import { answersIn, livesIn, paintTape, tapesOf, tapesOfParent } from './lives.js';
import { Pages } from './pages.js';
import { Runner, type PlayedRun } from './run.js';
import type { Life } from './life.js';
import { pointsApart } from './shots.js';

const PLAYS = { untouched: NO_PLAY, touched: FIRST_PLAY, searching: SEARCHING_PLAY } as const;

const NOWHERE: Elsewhere = { runs: [], deaf: [] };
const NOT_SHOWN = { painted: [], compared: null };

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
 * Plays the game of a version (J2, J4): without a touch and with, each once more when something is
 * wrong, and for short as it is hidden. It is `unplayed` when it comes to no end in its time.
 * Throws an AppError when it cannot be played, or the reason of `signal`.
 */
export async function playGame(
  input: PlayInput,
  access: PlayAccess,
  signal: AbortSignal,
): Promise<PlayResult> {
  const startedMs = performance.now();
  const player = new Player(input, access);
  const late = (): Error => new PlayEnded(`no end in ${input.wallMs} ms`);
  const tookMs = (): number => Math.round(performance.now() - startedMs);
  const gameTree = await gameTreeIn(input.parcelFile).catch((error) =>
    Promise.reject(crashOf(error)),
  );
  try {
    const played = untilAborted(player.play(gameTree), signal);
    return { ...(await withTimeout(played, input.wallMs, late)), tookMs: tookMs() };
  } catch (error) {
    signal.throwIfAborted();
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

class Player {
  private readonly pages: Pages;
  private seed = 0;
  private isDense = true;

  constructor(
    private readonly input: PlayInput,
    private readonly access: PlayAccess,
  ) {
    const { parcelFile, assets } = input;
    this.pages = new Pages({ parcelFile, assets, ...access });
  }

  async play(gameTree: string): Promise<Omit<PlayResult, 'tookMs'>> {
    await this.pages.open();
    this.seed = this.access.seed ?? seedOf(gameTree);
    const scripts = await scriptsIn(this.input.parcelFile);
    this.isDense = readsDensity(scripts.values());
    const { parent } = this.input;
    const isChange = parent !== undefined && (await isOtherGame(parent.parcelFile, gameTree));
    if (isChange) this.pages.coverage = new Coverage(scripts);
    const { first, touched, elsewhere, lives } = await this.runs();
    const seenRuns = await this.withSecond(beside(first, first, touched, elsewhere));
    const { confirmed, hard, notes } = await this.judged(seenRuns, suspectsIn(lives));
    const changed = isChange && hard.length === 0 ? await tapesOfParent(this.pages, parent) : null;
    const answered = await this.answers(changed?.tapes.asked);
    const tapes = tapesOf(lives, { gameTree, seed: this.seed, ...answered });
    const { painted, compared } =
      hard.length === 0 ? await this.shown(lives, tapes, changed) : NOT_SHOWN;
    const moments = [...momentsOf(first, 'IDLE'), ...momentsOf(touched, 'PLAY'), ...painted];
    const needs = [...this.pages.needs].slice(0, 5);
    const { frameCpuMs } = touched;
    const ofLives = lives.map(({ facts }) => facts);
    const seen = {
      ...seenWith(seenIn(touched), ofLives),
      ...(frameCpuMs !== null && { frameCpuMs }),
    };
    // Soft findings matter only for a game that plays. A score that lives have moved moves.
    const soft = (hard.length === 0 ? softFindings(touched) : []).filter(
      ({ code }) => code !== 'still-score' || seen.scoreMoved !== true,
    );
    const { before = [], after = [] } = compared?.stills ?? {};
    const pairs = before.flatMap((shot, at) => (after[at] ? [[shot, after[at]] as const] : []));
    const [images] = await Promise.all([
      imagesOf({ moments, pairs }, this.access.seenFrom),
      this.close(),
    ]);
    return {
      ...reportOf(confirmed, [...notes, ...soft], { needs, gameTree, seen }),
      ...(compared && { receipt: compared.receipt }),
      ...images,
      loop: compared?.loop ?? null,
      tapes,
      states: stateLog(first, touched),
    };
  }

  close(): Promise<void> {
    return this.pages.close();
  }

  /** Both browsers are busy: one does what the other one does not. */
  private async runs() {
    const { input, pages, seed } = this;
    const lives = (lane: 0 | 1, { stopped }: SeenRun): Promise<Life[]> =>
      stopped === null ? livesIn(pages, lane, { ...input, seed }) : Promise.resolve([]);
    const [left, right] = await Promise.all([
      (async () => {
        const first = await this.run(0, 'untouched');
        const elsewhere = await this.elsewhere();
        return { first, elsewhere, lives: await lives(0, first) };
      })(),
      (async () => {
        const touched = await this.run(1, 'touched');
        return { touched, lives: await lives(1, touched) };
      })(),
    ]);
    return { ...left, ...right, lives: [...left.lives, ...right.lives] };
  }

  /** The same, with a second run without a touch where findings may depend on it. */
  private async withSecond(seen: Seen): Promise<Seen> {
    if (isSettled(seen, UNTOUCHED_BEATS)) return seen;
    const { untouched, touched, elsewhere } = seen;
    return beside(untouched[0], await this.run(0, 'untouched'), touched, elsewhere);
  }

  /** What is wrong by all runs, and what of it is found again. */
  private async judged(
    seen: Seen,
    suspects: readonly Suspect[],
  ): Promise<Judgement & { confirmed: PlayFinding[] }> {
    const isWell = judgePlay(seen).hard.length === 0;
    const lived = isWell ? await this.lived(suspects) : [];
    const { hard, notes } = judgePlay({ ...seen, lived });
    if (hard.length === 0) return { confirmed: [], hard, notes };
    // What short runs or lives have found alone they have to find again.
    const isKnownTo = (some: Play): boolean => {
      const { hard: known } = judgePlay(some);
      return hard.every((each) => known.some((other) => isSameFinding(other, each)));
    };
    const again = await this.again(seen, {
      // The two untouched runs are each other's second play. A board may have few fields to tap.
      isDeaf: hard.some(({ code, evidence }) => code === 'deaf' && evidence === ''),
      isElsewhere: !isKnownTo({ ...seen, elsewhere: NOWHERE, lived }),
      suspects: isKnownTo(seen) ? [] : suspects,
    });
    return { confirmed: foundTwice(hard, again.hard), hard, notes };
  }

  private async again(
    { untouched: [first, second] }: Seen,
    how: { isDeaf: boolean; isElsewhere: boolean; suspects: readonly Suspect[] },
  ): Promise<Judgement> {
    const [touched, elsewhere] = await Promise.all([
      this.run(1, how.isDeaf ? 'searching' : 'touched'),
      how.isElsewhere ? this.elsewhere() : NOWHERE,
    ]);
    const lived = await this.lived(how.suspects);
    return judgePlay({ ...beside(second, first, touched, elsewhere), lived });
  }

  /** Lives once more, by real touches. */
  private async lived(suspects: readonly Suspect[]): Promise<LivedRun[]> {
    const { parcelFile } = this.input;
    const lived: LivedRun[] = [];
    const run = (life: Suspect): Promise<PlayedRun> =>
      this.pages.on(1, { parcelFile, seed: this.seed }, (page) =>
        new Runner(page, this.access.seenFrom).playLife(life),
      );
    for (const life of suspects) lived.push(await livedAgain(life, run));
    return lived;
  }

  /** Which controls are answered, asked as those of the parent were, if they were. */
  private async answers(asked: TapeSet['asked']): Promise<Pick<TapeSet, 'answers' | 'asked'>> {
    const { parcelFile } = this.input;
    if (asked === undefined) return { answers: {} };
    const answers = await answersIn(this.pages, { parcelFile, seed: asked.seed }, asked.begin);
    return { answers, asked };
  }

  /** Images of the best life, and what a change has changed. */
  private async shown(
    lives: readonly Life[],
    tapes: TapeSet | null,
    before: Awaited<ReturnType<typeof tapesOfParent>>,
  ): Promise<{ painted: Moment[]; compared: Compared | null }> {
    const { input, pages, seed } = this;
    const { seenFrom } = this.access;
    const { parcelFile } = input;
    const [best] = tapes?.tapes ?? [];
    const painted = best
      ? await pages.on(1, { parcelFile, seed }, (page) => paintTape(page, best, seenFrom))
      : [];
    if (!before) return { painted, compared: null };
    const compared = await compareVersions(pages, {
      before,
      after: {
        parcelFile,
        answers: tapes?.answers ?? {},
        lives: lives.map(({ facts }) => facts),
        neverRan: () => pages.coverage?.neverRan() ?? [],
      },
      seenFrom,
    });
    return { painted, compared };
  }

  private elsewhere(): Promise<Elsewhere> {
    const { seenFrom } = this.access;
    const { parcelFile } = this.input;
    const run = ({ density, ...play }: ShortPlay): Promise<ShortRun> =>
      this.pages.on(0, { parcelFile, seed: this.seed, density }, (page) =>
        playShort(page, { ...play, density }, seenFrom),
      );
    return playElsewhere(run, { isDense: this.isDense });
  }

  private run(lane: 0 | 1, kind: keyof typeof PLAYS): Promise<PlayedRun> {
    const { parcelFile } = this.input;
    return this.pages.on(lane, { parcelFile, seed: this.seed }, (page) =>
      new Runner(page, this.access.seenFrom).play(PLAYS[kind], { untilEnd: kind !== 'untouched' }),
    );
  }
}

type Seen = Omit<Play, 'untouched' | 'touched'> & {
  readonly untouched: readonly [PlayedRun, PlayedRun];
  readonly touched: PlayedRun;
};

function beside(
  first: PlayedRun,
  second: PlayedRun,
  touched: PlayedRun,
  elsewhere: Elsewhere,
): Seen {
  const [drift, change] = [apart(first, second), apart(first, touched)];
  return { untouched: [first, second], touched, elsewhere, lived: [], drift, change };
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
