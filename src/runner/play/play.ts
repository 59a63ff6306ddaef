import { untilAborted, withTimeout } from '../../concurrency.js';
import { AppError } from '../../contracts/base/errors.js';
import type { PlayFinding, PlayInput, PlayReport, PlayResult } from '../../contracts/game/play.js';
import type { TapeSet } from '../../contracts/game/tape.js';
import { softFindings } from '../../domain/playing/playing-notes.js';
import {
  foundTwice,
  isSameFinding,
  isSettled,
  judgeLives,
  judgePlay,
  seedOf,
  seenIn,
  type Elsewhere,
  type Judgement,
  type LivedRun,
  type SeenRun,
} from '../../domain/playing/playing.js';
import { suspectsIn, type Suspect } from '../../domain/playing/suspects.js';
import { suspectsInTapes } from '../../domain/playing/tape-suspects.js';
import { chanceOf } from '../../game-page/chance.js';
import { stateLog } from '../../domain/game/state-log.js';
import { common, compareVersions, pairsIn, type Compared } from './compare.js';
import { Coverage, mentions, WIN } from './coverage.js';
import { PlayEnded } from './cpu-watch.js';
import {
  playElsewhere,
  playShort,
  READS_DENSITY,
  type ShortPlay,
  type ShortRun,
} from './elsewhere.js';
import { FIRST_PLAY, NO_PLAY, SEARCHING_PLAY, UNTOUCHED_BEATS, type Screen } from './gestures.js';
import {
  beside,
  firstPartOf,
  handedOver,
  momentsOf,
  type FirstPart,
  type Seen,
} from './first-part.js';
import { gameTreeIn, isOtherGame } from './game-tree.js';
import { imagesOf, type Moment } from './images.js';
import { LANES, type Lanes } from './lane.js';
import { livedAgain, type Hands } from './lived.js';
import { answersIn, livesIn, outlastIn, replayed, tapesOf } from './lives.js';
import { Pages } from './pages.js';
import { Painter } from './painting.js';
import { NAMES_PHASES, paintPhases, suspectsLed } from './phases.js';
import { reportWith, unplayed } from './play-report.js';
import { Runner, type PlayedRun } from './run.js';
import { runTape } from './tape-run.js';
import { TrialImages } from './trial-images.js';
import { unwonNotes } from './win-code.js';
import type { Life } from './life.js';

const PLAYS = { untouched: NO_PLAY, touched: FIRST_PLAY, searching: SEARCHING_PLAY } as const;

const NOWHERE: Elsewhere = { runs: [], deaf: [] };

interface Judged {
  /** Hard ones that were found twice. */
  readonly findings: readonly PlayFinding[];
  /** Nothing hard was found, not even once. */
  readonly isWell: boolean;
  readonly notes: readonly PlayFinding[];
}
const NOTHING_FOUND: Judged = { findings: [], isWell: true, notes: [] };
/** What lives have brought; `neverRan` is of an earlier play. */
interface Searched extends Pick<FirstPart, 'neverRan'> {
  readonly lives: readonly Life[];
  readonly tapes: TapeSet | null;
}
const NOT_SHOWN = { painted: [], compared: null };

export interface PlayAccess {
  readonly seenFrom?: string | undefined;
  /** Called with what is played, a small WebP in base64, not more often than is worth a look. */
  readonly onShown?: ((image: string) => void) | undefined;
  /** Something has happened: the play goes on. */
  readonly onAlive: () => void;
  /** Left out: the phone that verdicts are about (J4). */
  readonly screen?: Screen;
  /** Left out: opened for this play; ended after it. */
  readonly lanes?: Lanes | undefined;
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

class Player {
  private readonly pages: Pages;
  private readonly painter: Painter;
  private seed = 0;
  private isDense = true;
  private isLed = false;
  /** Of the lives of a first game that its maker asks about; null = of no interest. */
  private livesRan: Coverage | null = null;

  constructor(
    private readonly input: PlayInput,
    private readonly access: PlayAccess,
  ) {
    const { parcelFile, assets } = input;
    const { onShown: show, seenFrom } = access;
    const trial = show && new TrialImages({ show, seenFrom });
    const onScreen = (png: Buffer): void => trial?.see(png);
    this.pages = new Pages({ parcelFile, assets, ...access, onScreen });
    this.painter = new Painter(this.pages, seenFrom);
  }

  async play(gameTree: string): Promise<Omit<PlayResult, 'tookMs'>> {
    this.seed = this.access.seed ?? seedOf(gameTree);
    const scripts = await this.pages.scriptsOf(this.input.parcelFile);
    this.isDense = mentions(scripts, READS_DENSITY);
    this.isLed = mentions(scripts, NAMES_PHASES);
    const { parent, known, isFirstPart = false } = this.input;
    const { seenFrom } = this.access;
    const isChange = parent !== undefined && (await isOtherGame(parent.parcelFile, gameTree));
    if (isChange) this.pages.coverage = new Coverage(scripts);
    else if (isFirstPart) this.livesRan = new Coverage(scripts);
    const { first, lives: begun } = known ? await this.goOn(known) : await this.begin();
    const { lives, changed, found } = await this.beyond(first, begun, isChange);
    const isWell = first.isWell && found.isWell;
    const answered = await this.answers(changed?.tapes.asked);
    const tapes = tapesOf(lives, { gameTree, seed: this.seed, ...answered });
    const { painted, compared } = isWell
      ? await this.shown({ lives, tapes, neverRan: first.neverRan }, changed)
      : NOT_SHOWN;
    const moments = [...first.moments, ...painted];
    const needs = [...this.pages.needs].slice(0, 5);
    const report = reportWith(first, found, { lives, needs, gameTree });
    const idleWin = this.idleWin(report, lives);
    const [{ screens, ...images }] = await Promise.all([
      imagesOf({ moments, pairs: pairsIn(compared), shown: first.shown }, seenFrom),
      this.close(),
    ]);
    return {
      ...report,
      ...(idleWin.length > 0 && { idleWin }),
      ...(compared && { receipt: compared.receipt }),
      ...images,
      loop: compared?.loop ?? null,
      tapes,
      states: first.states,
      moments: isFirstPart && isWell ? await handedOver(screens, seenFrom) : [],
    };
  }

  close(): Promise<void> {
    return this.pages.close();
  }

  /** What is played, by its own chance. */
  private get on() {
    return { parcelFile: this.input.parcelFile, seed: this.seed };
  }

  /** All runs of a play that begins anew. */
  private async begin(): Promise<{ first: FirstPart; lives: Life[] }> {
    const { seen: seenRuns, lives } = await this.runs();
    const { untouched, touched } = seenRuns;
    const [first] = untouched;
    const { findings, isWell, notes } = await this.judged(seenRuns);
    const { frameCpuMs } = touched;
    const part: FirstPart = {
      findings,
      isWell,
      // Soft findings matter only for a game that plays.
      notes: [...notes, ...(isWell ? softFindings(touched) : [])],
      seen: { ...seenIn(touched), ...(frameCpuMs !== null && { frameCpuMs }) },
      states: stateLog(first, touched),
      moments: [...momentsOf(first, 'IDLE'), ...momentsOf(touched, 'PLAY')],
      shown: null,
      neverRan: null,
    };
    return { first: part, lives };
  }

  /** What goes beyond the first part of a game that is well by that. */
  private async beyond(
    first: FirstPart,
    begun: Life[],
    isChange: boolean,
  ): Promise<{ lives: Life[]; changed: Awaited<ReturnType<typeof replayed>>; found: Judged }> {
    if (!first.isWell) return { lives: begun, changed: null, found: NOTHING_FOUND };
    const { parcelFile, parent } = this.input;
    const of = this.livesOf();
    const lives = [...begun, ...(await outlastIn(this.pages, begun.at(-1), of, first.seen))];
    const changed = isChange ? await replayed(this.pages, { parcelFile, parent }) : null;
    const replays = changed?.replays ?? [];
    const led = this.isLed ? await this.ledBeyond(lives) : [];
    const suspects = [...suspectsIn(lives), ...suspectsInTapes(replays), ...led];
    const found = await this.judgedLives(suspects, first.notes);
    if (!changed || !found.isWell) return { lives, changed: null, found };
    const facts = [...lives, ...replays].map((each) => each.facts);
    const unwon = await unwonNotes(this.pages, { parcelFile, parent, facts });
    return { lives, changed, found: { ...found, notes: [...found.notes, ...unwon] } };
  }

  /** The lives alone, after an earlier play of the same files (P6). */
  private async goOn(known: PlayResult): Promise<{ first: FirstPart; lives: Life[] }> {
    const [first, ...lives] = await Promise.all([
      firstPartOf(known, this.access.seenFrom),
      ...LANES.map((lane) => this.lives(lane)),
    ]);
    return { first, lives: lives.flat() };
  }

  private lives(lane: 0 | 1, browser: 0 | 1 | 2 = lane): Promise<Life[]> {
    return livesIn(this.pages, lane, { ...this.livesOf(), browser });
  }

  private async ledBeyond(lives: readonly Life[]): Promise<Suspect[]> {
    const reached = lives.flatMap(({ facts }) => facts.phases.map(([, phase]) => phase));
    const on = { ...this.on, isFollowed: true };
    const how = { reached, chance: chanceOf(this.seed) };
    const { suspects } = await this.pages.on(0, on, (page) => suspectsLed(page, how));
    return suspects;
  }

  private livesOf() {
    return { ...this.on, lives: this.input.lives, coverage: this.livesRan };
  }

  /** Code about a win that no life reached, of a game that was not won (P6). */
  private idleWin({ verdict, seen }: PlayReport, lives: readonly Life[]): string[] {
    const areWhole = lives.length > 0 && lives.every(({ facts }) => facts.stopped === null);
    if (verdict !== 'plays' || seen?.isWon !== false || !areWhole) return [];
    return (this.livesRan?.idle(WIN) ?? []).slice(0, 4);
  }

  /**
   * All browsers are busy: each does what the others do not, the third one the lives; the longest
   * is painted meanwhile. A second run without a touch comes where findings may depend on it.
   */
  private async runs(): Promise<{ seen: Seen; lives: Life[] }> {
    const right = this.lives(1, 2);
    const left = right.then(() => this.lives(0, 2));
    left.catch(() => undefined);
    // After a run that has stopped they count for nothing.
    const after = async ({ stopped }: SeenRun, lives: Promise<Life[]>): Promise<Life[]> =>
      stopped === null ? lives : [];
    const touches = this.run(1, 'touched');
    const [{ seen, lived }, others] = await Promise.all([
      (async () => {
        const first = await this.run(0, 'untouched');
        const elsewhere = await this.elsewhere();
        await this.painter.paintEarly(this.on, await after(first, right));
        const lived = await after(first, left);
        const seen = beside(first, first, await touches, elsewhere);
        if (isSettled(seen, UNTOUCHED_BEATS)) return { seen, lived };
        const second = await this.run(0, 'untouched');
        return { seen: beside(first, second, seen.touched, elsewhere), lived };
      })(),
      touches.then((touched) => after(touched, right)),
    ]);
    return { seen, lives: [...lived, ...others] };
  }

  /** What is wrong by all runs, and what of it is found again. */
  private async judged(seen: Seen): Promise<Judged> {
    const { hard, notes } = judgePlay(seen);
    if (hard.length === 0) return { findings: [], isWell: true, notes };
    // What short runs alone have found they have to find again.
    const { hard: known } = judgePlay({ ...seen, elsewhere: NOWHERE });
    const again = await this.again(seen, {
      // The two untouched runs are each other's second play. A board may have few fields to tap.
      isDeaf: hard.some(({ code, evidence }) => code === 'deaf' && evidence === ''),
      isElsewhere: !hard.every((each) => known.some((other) => isSameFinding(other, each))),
    });
    return { findings: foundTwice(hard, again.hard), isWell: false, notes };
  }

  private async again(
    { untouched: [first, second] }: Seen,
    how: { isDeaf: boolean; isElsewhere: boolean },
  ): Promise<Judgement> {
    const [touched, elsewhere] = await Promise.all([
      this.run(1, how.isDeaf ? 'searching' : 'touched'),
      how.isElsewhere ? this.elsewhere() : NOWHERE,
    ]);
    return judgePlay(beside(second, first, touched, elsewhere));
  }

  /** What lives have met, and what of it real touches have met twice (P3). */
  private async judgedLives(
    suspects: readonly Suspect[],
    known: readonly PlayFinding[],
  ): Promise<Judged> {
    const { hard, notes } = judgeLives(await this.lived(suspects), known);
    if (hard.length === 0) return { findings: [], isWell: true, notes };
    const again = judgeLives(await this.lived(suspects), known);
    return { findings: foundTwice(hard, again.hard), isWell: false, notes };
  }

  /** Lives once more, by real touches. */
  private async lived(suspects: readonly Suspect[]): Promise<LivedRun[]> {
    const lived: LivedRun[] = [];
    for (const suspect of suspects) {
      const on = { ...this.on, ...(suspect.seed !== undefined && { seed: suspect.seed }) };
      const hands: Hands = {
        real: (life) =>
          this.pages.on(1, on, (page) => new Runner(page, this.access.seenFrom).playLife(life)),
        own: (life) => this.pages.on(1, { ...on, isFollowed: true }, (page) => runTape(page, life)),
      };
      const run = await livedAgain(suspect, hands);
      if (run !== null) lived.push(run);
    }
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
    { lives, tapes, neverRan }: Searched,
    before: Awaited<ReturnType<typeof replayed>>,
  ): Promise<{ painted: Moment[]; compared: Compared | null }> {
    const { pages, on } = this;
    const { seenFrom } = this.access;
    const [best] = tapes?.tapes ?? [];
    const [led, lived] = await Promise.all([
      best && this.isLed ? pages.on(0, on, (page) => paintPhases(page, seenFrom)) : null,
      best ? this.painter.paint(1, on, best) : null,
    ]);
    const painted = [...(lived?.shots ?? []), ...(led?.shots ?? [])];
    if (!before) return { painted, compared: null };
    const compared = await compareVersions(pages, {
      before,
      after: {
        parcelFile: on.parcelFile,
        answers: tapes?.answers ?? {},
        facts: before.replays.map(({ facts }) => facts),
        lives: lives.map(({ facts }) => facts),
        neverRan: () => {
          const now = pages.coverage?.neverRan() ?? [];
          return neverRan ? common(now, neverRan) : now;
        },
      },
      seenFrom,
    });
    return { painted, compared };
  }

  private elsewhere(): Promise<Elsewhere> {
    const { seenFrom } = this.access;
    const run = ({ density, ...play }: ShortPlay): Promise<ShortRun> =>
      this.pages.on(0, { ...this.on, density }, (page) =>
        playShort(page, { ...play, density }, seenFrom),
      );
    return playElsewhere(run, { isDense: this.isDense });
  }

  private run(lane: 0 | 1, kind: keyof typeof PLAYS): Promise<PlayedRun> {
    return this.pages.on(lane, this.on, (page) =>
      new Runner(page, this.access.seenFrom).play(PLAYS[kind], { untilEnd: kind !== 'untouched' }),
    );
  }
}
