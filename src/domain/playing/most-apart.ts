import type { Receipt } from '../../contracts/game/receipt.js';
import { MOMENT_MS } from '../../contracts/game/tape.js';
import { isVisible, valueAt } from './courses.js';
import { phaseKind } from './playing-state.js';
import { phaseAt, type Pair } from './tape-pairs.js';

/** Moments from the first difference in which the one that differs most is looked for. */
const SHOWN = 50;

/** The moment of a tape at which most that is to be seen is otherwise, in play if there is one. */
export function mostApart(pairs: readonly Pair[]): Receipt['most'] {
  let [best, most] = [null as Receipt['most'], -1];
  for (const [tape, pair] of pairs.entries()) {
    const [one, other] = [pair.before.facts, pair.after.facts];
    const end = Math.min(pair.namesApartAt + SHOWN, one.moments, other.moments);
    for (let moment = pair.namesApartAt; moment < end; moment += 1) {
      if (one.names[moment] === other.names[moment]) continue;
      const isInPlay = phaseKind(phaseAt(one, moment)) === 'playing';
      const apart = isInPlay ? 1 + thingsApart(pair, moment) : 0;
      if (apart > most) [best, most] = [{ tape, atMs: moment * MOMENT_MS }, apart];
    }
  }
  return best;
}

function thingsApart({ before, after, apart }: Pair, moment: number): number {
  const isOther = (what: string, field: string): boolean =>
    valueAt(before.courses.get(what)?.get(field), moment) !==
    valueAt(after.courses.get(what)?.get(field), moment);
  return [...apart.keys()].filter(
    (what) => isVisible(what) && ['n', 'x', 'y'].some((field) => isOther(what, field)),
  ).length;
}
