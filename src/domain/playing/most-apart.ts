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
    const { before, after, namesApartAt: from } = pair;
    const end = Math.min(from + SHOWN, before.facts.moments, after.facts.moments);
    for (let moment = from; moment < end; moment += 1) {
      if (before.facts.names[moment] === after.facts.names[moment]) continue;
      const isInPlay = phaseKind(phaseAt(before.facts, moment)[1]) === 'playing';
      const apart = isInPlay ? 1 + thingsApart(pair, moment) : 0;
      if (apart > most) [best, most] = [{ tape, atMs: moment * MOMENT_MS }, apart];
    }
  }
  return best;
}

function thingsApart({ before, after }: Pair, moment: number): number {
  const things = new Set([...before.courses.keys(), ...after.courses.keys()]);
  return [...things].filter((what) => {
    const [one, other] = [before.courses.get(what), after.courses.get(what)];
    return (
      isVisible(what) &&
      ['n', 'x', 'y'].some(
        (field) => valueAt(one?.get(field), moment) !== valueAt(other?.get(field), moment),
      )
    );
  }).length;
}
