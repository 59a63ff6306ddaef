import { answersOf, BEGUN_MS, controlsOf } from './answers.js';
import type { PlayInput, PlaySeen } from '../../contracts/game/play.js';
import {
  type Tape,
  type TapeFacts,
  type TapeInput,
  type TapeSet,
} from '../../contracts/game/tape.js';
import { PLAYER_VERSION, seedOf } from '../../domain/playing/playing.js';
import { bestOf } from '../../domain/playing/progress.js';
import type { Replayed } from '../../domain/playing/tape-suspects.js';
import { chanceOf } from '../../game-page/chance.js';
import { gameTreeIn } from './game-tree.js';
import { isSpoiled, type PageOf, type Pages } from './pages.js';
import type { Known, Life } from './life.js';
import { LANES } from './lane.js';
import { isAtEnd, outlastOn, searchOn } from './search.js';
import { runTape, seenAgain, type TapeToRun } from './tape-run.js';

/** Of the game's time; the last of several lives in a lane goes on for longer. */
const LIFE_MS = 15_000;
const LAST_LIFE_MS = 25_000;
/** Of a life that begins the game and then waits: what comes by itself has come by then. */
const WAIT_MS = 64_000;
/** Of the last life of the other lane, while it gains. */
const LONG_MS = 64_000;
const TAPES = 3;
/** Of six lives one goes back from an end in each lane: of fewer none does. */
const GOING_BACK = 6;
/** First touches that meet an end by then have seen little of a game. */
const SHORT_MS = 6_000;
/** Of a parent of which nothing is kept. */
const PARENT_LIVES = 2;

/** How long the lives of one of two lanes last, of that many in all (P3). */
function livesOfLane(lives: number, lane: 0 | 1): number[] {
  const count = Math.floor((lives + lane) / 2);
  return Array.from({ length: count }, (_, at) =>
    at > 0 && at === count - 1 ? LAST_LIFE_MS : LIFE_MS,
  );
}

/** Of that many lives in all, those of each lane that go back from an end. */
const goingBack = (lives: number): number => Math.floor(lives / GOING_BACK);

/** Lives of a version: `seed` is the game's chance; `known`: they go on from these, too. */
interface LivesOf {
  readonly parcelFile: string;
  readonly seed: number;
  readonly lives: number;
  /** Left out: the first search of a version. */
  readonly luck?: number;
  readonly known?: readonly Known[];
  readonly coverage?: PageOf['coverage'];
  /** Left out: that of the lane. */
  readonly browser?: 0 | 1 | 2;
}

/** The lives of a version in one of two lanes; each lane goes by its own lives alone. */
export async function livesIn(pages: Pages, lane: 0 | 1, of: LivesOf): Promise<Life[]> {
  const { parcelFile, seed, luck = 0, known = [], coverage } = of;
  const isFirst = luck === 0;
  const back = isFirst ? LANES.length * goingBack(of.lives) : 0;
  const livesMs = livesOfLane(of.lives - back, lane);
  if (livesMs.length === 0) return [];
  const chance = chanceOf(seed + lane + luck);
  // It would be the same one each time.
  const waitMs = lane === 0 && isFirst ? WAIT_MS : 0;
  const longMs = lane === 1 ? LONG_MS : 0;
  // The first search goes back in both lanes at once.
  const tries = isFirst ? 0 : Infinity;
  const on = { parcelFile, seed, coverage, isFollowed: true };
  const { lives } = await pages.on(of.browser ?? lane, on, (page) =>
    searchOn(page, { waitMs, livesMs, longMs, tries, chance, known }),
  );
  return lives;
}

/**
 * Both lanes go back from the end of the life that was to last, where it came to one; of a
 * game that is over so soon few lives know little, and each costs little.
 */
export async function outlastIn(
  pages: Pages,
  life: Life | undefined,
  { lives: count, seed, ...of }: Pick<LivesOf, 'parcelFile' | 'seed' | 'coverage' | 'lives'>,
  { isOver, afterMs = 0 }: Partial<PlaySeen> = {},
): Promise<Life[]> {
  const tries = isOver && afterMs <= SHORT_MS ? Math.floor(count / LANES.length) : goingBack(count);
  if (life === undefined || tries === 0 || !isAtEnd(life)) return [];
  const inLane = async (lane: 0 | 1): Promise<Life[]> => {
    const chance = chanceOf(seed + LANES.length + lane);
    const { lives } = await pages.on(lane, { ...of, seed, isFollowed: true }, async (page) => {
      const lives = await outlastOn(page, life, { longMs: LONG_MS, tries, chance });
      return { lives, stopped: lives.at(-1)?.facts.stopped ?? null };
    });
    return lives;
  };
  return (await Promise.all(LANES.map(inLane))).flat();
}

/** By control whether the game answers; `begin` begins it. Both lanes are busy with it. */
export async function answersIn(
  pages: Pages,
  of: { parcelFile: string; seed: number },
  begin: readonly TapeInput[],
): Promise<TapeSet['answers']> {
  const on = { ...of, isFollowed: true };
  const { answers } = await pages.on(0, on, (left) =>
    pages.on(1, on, async (right) => {
      let stopped: TapeFacts | null = null;
      const run = async (life: TapeToRun, lane: 0 | 1): Promise<TapeFacts> => {
        // A page that stands still is asked no more.
        if (stopped) return stopped;
        const facts = await runTape([left, right][lane] ?? left, life);
        if (isSpoiled(facts)) stopped = facts;
        return facts;
      };
      const first = await run({ inputs: begin, forMs: (begin.at(-1)?.atMs ?? 0) + BEGUN_MS }, 0);
      const controls = isSpoiled(first) ? [] : controlsOf((await left.view()).targets);
      const asked = controls.length > 0 ? await answersOf(run, begin, controls) : {};
      const { stopped: by } = stopped ?? { stopped: null };
      return { answers: by === null ? asked : {}, stopped: by };
    }),
  );
  return answers;
}

/**
 * A parent with tapes of this version of the player: those that are kept, else their inputs once
 * more, else a short search.
 */
async function tapesOfParent(
  pages: Pages,
  { parcelFile, tapes: kept }: NonNullable<PlayInput['parent']>,
): Promise<{ parcelFile: string; tapes: TapeSet } | null> {
  if (kept?.player === PLAYER_VERSION) return { parcelFile, tapes: kept };
  const gameTree = await gameTreeIn(parcelFile);
  const seed = seedOf(gameTree);
  if (kept && kept.tapes.length > 0) {
    const tapes = await withFactsOf(pages, parcelFile, kept.tapes);
    return { parcelFile, tapes: { gameTree, player: PLAYER_VERSION, tapes, answers: {} } };
  }
  const of = { parcelFile, seed, lives: PARENT_LIVES };
  const lives = await Promise.all([livesIn(pages, 0, of), livesIn(pages, 1, of)]);
  const tapes = tapesOf(lives.flat(), { gameTree, seed, answers: {} });
  return tapes && { parcelFile, tapes };
}

/** What a change is held against, as {@link tapesOfParent}, and what the change shows of it. */
export async function replayed(
  pages: Pages,
  { parcelFile, parent }: Pick<PlayInput, 'parcelFile' | 'parent'>,
): Promise<{ parcelFile: string; tapes: TapeSet; replays: Replayed[] } | null> {
  const of = parent && (await tapesOfParent(pages, parent));
  if (!of) return null;
  const seen = await seenAgain(pages, parcelFile, of.tapes.tapes);
  const replays = of.tapes.tapes.map(({ facts: before, ...tape }, at) => {
    return { ...tape, before, facts: seen[at] ?? before };
  });
  return { ...of, replays };
}

/** The same tapes, with what is seen of them in this version. */
export async function withFactsOf(
  pages: Pages,
  parcelFile: string,
  tapes: readonly Tape[],
): Promise<Tape[]> {
  const facts = await seenAgain(pages, parcelFile, tapes);
  return tapes.map((tape, at) => ({ ...tape, facts: facts[at] ?? tape.facts }));
}

export function tapeOf({ inputs, forMs, facts }: Life, seed: number): Tape {
  return { seed, inputs: [...inputs], forMs, facts, from: 'search' };
}

/** What is kept of the lives for the next change; null = there were none. */
export function tapesOf(
  lives: readonly Life[],
  { seed, ...of }: Pick<TapeSet, 'gameTree' | 'answers' | 'asked'> & { seed: number },
): TapeSet | null {
  if (lives.length === 0) return null;
  const tapes = bestOf(lives, TAPES).map((life) => tapeOf(life, seed));
  return { ...of, player: PLAYER_VERSION, tapes };
}
