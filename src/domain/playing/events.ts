import { MOMENT_MS, type TapeFacts } from '../../contracts/game/tape.js';
import { phaseKind } from './playing-state.js';

/** In its first moments a game is loaded: all that it shows then is new. */
export const BEGUN = 5;

type Seen = Pick<TapeFacts, 'phases' | 'series' | 'moments'>;

/** How many values that a player follows change at each moment, where any does. */
export function stepsAt({ series }: Pick<Seen, 'series'>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [path, steps] of Object.entries(series))
    if (/^(?:state|digits)\./.test(path) || path.endsWith('.n'))
      for (const [at] of steps) counts.set(at, (counts.get(at) ?? 0) + 1);
  return counts;
}

/** Where the stretch of that length begins in which most happens before the game's first end. */
export function liveliestMs(facts: Seen, stretchMs: number): number {
  const stretch = stretchMs / MOMENT_MS;
  const end = facts.phases.find(([, phase]) => phaseKind(phase) === 'ended')?.[0] ?? facts.moments;
  const counts = [...stepsAt(facts)].filter(([at]) => at > BEGUN && at < end);
  let [best, most] = [Math.max(0, Math.floor((end - stretch) / 2)), 0];
  for (let from = 0; from + stretch <= end; from += 1) {
    const within = counts.filter(([at]) => at >= from && at < from + stretch);
    const happens = within.reduce((sum, [, count]) => sum + count, 0);
    if (happens > most) [best, most] = [from, happens];
  }
  return best * MOMENT_MS;
}
