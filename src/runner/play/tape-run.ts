import type { TapeFacts, TapeInput } from '../../contracts/game/tape.js';
import { messageOf } from '../../domain/playing/harmless.js';
import { FactsRecord } from '../../domain/playing/tape-facts.js';
import { GameStopped } from '../box-watch.js';
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
  let stopped: string | null = null;
  try {
    await page.load();
    await page.act(
      inputs.filter(({ atMs }) => atMs <= forMs),
      forMs,
    );
  } catch (error) {
    if (!(error instanceof GameStopped)) throw error;
    stopped = error.code;
  }
  record.add(page.moments());
  const [thrown] = page.thrown.values();
  return record.facts(stopped ?? (thrown ? messageOf(thrown) : null));
}

/** Does one input of a tape by a real touch or key, now. */
export function doByHand(page: PlayedPage, input: TapeInput): Promise<void> {
  if (input.type === 'down') return page.down(input.finger, input);
  if (input.type === 'move') return page.move(input.finger, input);
  return input.type === 'up' ? page.up(input.finger) : page.key(input.type, input.key);
}
