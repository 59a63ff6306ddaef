import type { Tape, TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { messageOf } from '../../domain/playing/harmless.js';
import { FactsRecord } from '../../domain/playing/tape-facts.js';
import { stopIn } from '../box-watch.js';
import { LANES } from './lane.js';
import type { Pages } from './pages.js';
import type { PlayedPage } from './played-page.js';

/** What is done, and for how long. */
export interface TapeToRun {
  readonly inputs: readonly TapeInput[];
  readonly forMs: number;
}

/**
 * Loads a game and does what a tape holds: the facts are a function of its files and the tape (P4).
 * The page is followed; what was in it before is gone. What ends the game is a fact.
 */
export async function runTape(page: PlayedPage, { inputs, forMs }: TapeToRun): Promise<TapeFacts> {
  const record = new FactsRecord();
  const stop = await stopIn(async () => {
    await page.load();
    await page.act(
      inputs.filter(({ atMs }) => atMs <= forMs),
      forMs,
    );
  });
  record.add(page.moments());
  const [thrown] = page.thrown.values();
  return record.facts(stop?.code ?? (thrown ? messageOf(thrown) : null));
}

/** Facts of each tape on a version, in their order; both browsers are busy with it. */
export async function seenAgain(
  pages: Pick<Pages, 'on'>,
  parcelFile: string,
  tapes: readonly Omit<Tape, 'facts' | 'from'>[],
): Promise<TapeFacts[]> {
  const waiting = [...tapes.entries()];
  const seen: [number, TapeFacts][] = [];
  const inLane = async (lane: 0 | 1): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, tape] = next;
      const of = { parcelFile, seed: tape.seed, isFollowed: true };
      seen.push([at, await pages.on(lane, of, (page) => runTape(page, tape))]);
    }
  };
  await Promise.all(LANES.map(inLane));
  return seen.sort(([one], [other]) => one - other).map(([, facts]) => facts);
}

/** Does the inputs of a tape bit by bit, so that a game can be looked at between them. */
export class TapeHand {
  private readonly left: TapeInput[];

  constructor(
    private readonly page: PlayedPage,
    inputs: readonly TapeInput[],
  ) {
    this.left = [...inputs];
  }

  /** When the next input comes; Infinity after the last. */
  get nextMs(): number {
    return this.left[0]?.atMs ?? Infinity;
  }

  /** Does what is due by then; no time passes where it is past already. */
  async actUntil(atMs: number): Promise<void> {
    const untilMs = Math.max(atMs, this.page.nowMs);
    const late = this.left.findIndex((input) => input.atMs > untilMs);
    await this.page.act(this.left.splice(0, late < 0 ? this.left.length : late), untilMs);
  }
}

/** Does one input of a tape by a real touch or key, now. */
export function doByHand(page: PlayedPage, input: TapeInput): Promise<void> {
  if (input.type === 'down') return page.down(input.finger, input);
  if (input.type === 'move') return page.move(input.finger, input);
  return input.type === 'up' ? page.up(input.finger) : page.key(input.type, input.key);
}
