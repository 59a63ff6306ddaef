import { untilAborted, withTimeout } from '../../concurrency.js';
import { AppError } from '../../contracts/base/errors.js';
import type { SearchInput, SearchResult } from '../../contracts/game/play.js';
import { TAPE_LIMITS, type Tape } from '../../contracts/game/tape.js';
import { PLAYER_VERSION, seedOf } from '../../domain/playing/playing.js';
import { liveliestMs } from '../../domain/playing/events.js';
import { bestOf } from '../../domain/playing/progress.js';
import { gameTreeIn } from './game-tree.js';
import { LANES } from './lane.js';
import { answersIn, livesIn, tapeOf, withFactsOf } from './lives.js';
import { BEFORE_MS, filmTape, LOOP_MS, loopOf, stillsOf } from './loop.js';
import { Pages, type PagesOf } from './pages.js';
import { screenshotsOf } from './screenshot.js';
import { seenAgain } from './tape-run.js';

/** Lives of both lanes after which those that reach most are chosen, and the others forgotten. */
const BATCH = 20;
/** Most of them that come from the owner's plays: no search plays as a person does. */
const MOST_OWN = 2;
/**
 * No further batch begins after this time, milliseconds: where lives take long, fewer serve the
 * next change just as well, and the processor is wanted for other games.
 */
const ENOUGH_MS = 120_000;
/** A play of the owner's is watched for so long after its last input. */
const AFTER_MS = 2_000;

type Images = Pick<SearchResult, 'loop' | 'screen' | 'card'>;
const NO_IMAGES: Images = { loop: null, screen: null, card: null };

export interface SearchAccess extends Pick<PagesOf, 'seenFrom' | 'onAlive'> {
  readonly enoughMs?: number;
}

/**
 * Searches a version for longer than a play does, from its tapes and its owner's plays on (P3): its
 * tapes for the changes to come. Throws an AppError when it comes to no end, or the reason of
 * `signal`.
 */
export async function searchGame(
  input: SearchInput,
  { enoughMs = ENOUGH_MS, ...access }: SearchAccess,
  signal: AbortSignal,
): Promise<SearchResult> {
  const startedMs = performance.now();
  const { parcelFile, assets, wallMs } = input;
  const pages = new Pages({ parcelFile, assets, ...access });
  const late = (): Error => new Error(`no end in ${wallMs} ms`);
  try {
    const search = new Search(input, pages, access.seenFrom, startedMs + enoughMs);
    const searched = untilAborted(search.result(), signal);
    const found = await withTimeout(searched, wallMs, late);
    return { ...found, tookMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    const [why = ''] = (error as Error).message.split('\n');
    throw new AppError('RunCrashed', `the game could not be searched: ${why}`);
  } finally {
    await pages.close();
  }
}

class Search {
  constructor(
    private readonly input: SearchInput,
    private readonly pages: Pages,
    private readonly seenFrom: string | undefined,
    /** No further batch begins after it, by `performance.now`. */
    private readonly lastBatchMs: number,
  ) {}

  async result(): Promise<Omit<SearchResult, 'tookMs'>> {
    const tapes = await this.tapes();
    return { tapes, ...(await this.imagesOfBest(tapes.tapes)) };
  }

  /** The liveliest seconds of the best tape, and one moment of them. */
  private async imagesOfBest([best]: readonly Tape[]): Promise<Images> {
    if (best === undefined || best.facts.stopped !== null) return NO_IMAGES;
    const { seenFrom } = this;
    const aroundMs = liveliestMs(best.facts, LOOP_MS) + BEFORE_MS;
    const on = { parcelFile: this.input.parcelFile, seed: best.seed };
    const { shots } = await this.pages.on(0, on, (page) =>
      filmTape(page, best, { aroundMs, seenFrom }),
    );
    const [still] = stillsOf(shots);
    const before = (still && shots[shots.indexOf(still) - 1]) ?? null;
    const images = still ? await screenshotsOf(still, before, seenFrom) : NO_IMAGES;
    const loop = await loopOf([shots], seenFrom);
    return { ...images, loop: loop?.toString('base64') ?? null };
  }

  private async tapes(): Promise<SearchResult['tapes']> {
    const { parcelFile, lives: count, tapes: kept } = this.input;
    const gameTree = await gameTreeIn(parcelFile);
    const seed = seedOf(gameTree);
    const own = await this.owned(seed);
    const isKnown = kept?.player === PLAYER_VERSION && kept.gameTree === gameTree;
    let best = await this.known(isKnown);
    let begin: Tape['inputs'] = [];
    for (let done = 0; done < count; done += BATCH) {
      const lives = Math.min(BATCH, count - done);
      const of = { parcelFile, seed, lives, luck: done + BATCH, known: best };
      const found = await Promise.all(LANES.map((lane) => livesIn(this.pages, lane, of)));
      if (done === 0) begin = [...(found[1]?.[0]?.begin ?? [])];
      const made = found.flat().map((life) => tapeOf(life, seed));
      best = bestOf([...best, ...made], TAPE_LIMITS.tapes);
      if (performance.now() >= this.lastBatchMs) break;
    }
    const { answers, asked } =
      isKnown && kept.asked
        ? kept
        : {
            answers: await answersIn(this.pages, { parcelFile, seed }, begin),
            asked: { seed, begin },
          };
    const others = best.slice(0, TAPE_LIMITS.tapes - own.length);
    return { gameTree, player: PLAYER_VERSION, tapes: [...own, ...others], answers, asked };
  }

  /** Tapes that are kept; of another version of the player they are run once more. */
  private async known(isKnown: boolean): Promise<Tape[]> {
    const tapes = (this.input.tapes?.tapes ?? []).filter(({ from }) => from === 'search');
    return isKnown ? tapes : withFactsOf(this.pages, this.input.parcelFile, tapes);
  }

  /** Plays of the owner that are seen again when they are replayed. */
  private async owned(seed: number): Promise<Tape[]> {
    const tapes: Tape[] = [];
    for (const inputs of this.input.owner) {
      const forMs = Math.min(TAPE_LIMITS.ms, (inputs.at(-1)?.atMs ?? 0) + AFTER_MS);
      const twice = LANES.map(() => ({ seed, inputs, forMs }));
      const [facts, again] = await seenAgain(this.pages, this.input.parcelFile, twice);
      if (facts && JSON.stringify(facts) === JSON.stringify(again))
        tapes.push({ seed, inputs, forMs, facts, from: 'owner' });
    }
    return bestOf(tapes, MOST_OWN);
  }
}
