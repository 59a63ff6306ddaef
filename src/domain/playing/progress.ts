import type { PlaySeen } from '../../contracts/game/play.js';
import type { Series, TapeFacts } from '../../contracts/game/tape.js';
import { phaseKind } from './playing-state.js';

/** A number that goes up so often in a row at the same pace is a clock, or a way that is run. */
const CLOCK_STEPS = 5;

/** How often a number went up that is no clock: points, as a rule. */
export function gainsOf(steps: Series): number {
  const ups = steps.flatMap(([at, value], index) => {
    const before = steps[index - 1]?.[1];
    return typeof value === 'number' && typeof before === 'number' && value > before ? [at] : [];
  });
  return isClock(ups) ? 0 : ups.length;
}

function isClock(moments: readonly number[]): boolean {
  const paces = moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  const isEven = paces.every((pace) => Math.abs(pace - (paces[0] ?? 0)) <= 1);
  return moments.length >= CLOCK_STEPS && isEven;
}

/** How often numbers that a game shows or declares have changed, clocks apart: moves, for one. */
export function changesOf({ series }: Pick<TapeFacts, 'series'>): number {
  return Object.entries(series)
    .filter(([path]) => /^(?:digits|state)\./.test(path))
    .map(([, steps]) => steps.slice(1).map(([at]) => at))
    .reduce((sum, moments) => sum + (isClock(moments) ? 0 : moments.length), 0);
}

/** How far a life has come; by it lives and ways to play are compared. */
export function gainOf({ score, series }: Pick<TapeFacts, 'score' | 'series'>): number {
  if (score !== null) return score.most - score.first;
  const digits = Object.entries(series).filter(([path]) => path.startsWith('digits.'));
  return Math.max(0, ...digits.map(([, steps]) => gainsOf(steps)));
}

/** What a life has reached, each as a name: lives are kept for what no other has. */
function reachedIn(facts: TapeFacts): string[] {
  const gain = gainOf(facts);
  return [
    ...(facts.isWon ? ['won'] : []),
    ...(facts.isOver ? ['over'] : []),
    ...(isBegunAgain(facts) ? ['again'] : []),
    ...facts.phases.map(([, phase]) => `phase ${phase}`),
    ...Array.from({ length: Math.ceil(Math.log2(gain + 1)) }, (_, at) => `gain ${2 ** at}`),
    ...Object.keys(facts.series).map((path) => `path ${path}`),
    ...facts.words.map((line) => `words ${line}`),
  ];
}

function isBegunAgain({ phases }: TapeFacts): boolean {
  const kinds = phases.map(([, phase]) => phaseKind(phase));
  const end = kinds.indexOf('ended');
  return end >= 0 && kinds.slice(end).includes('playing');
}

/** An end or a win, and points, count for more than words. */
const worthOf = (reached: string): number => {
  if (/^(?:won|over|again)$/.test(reached)) return 20;
  return /^(?:phase|gain) /.test(reached) ? 5 : 1;
};

/** The lives that reach most together, the best first; what another has reached counts little. */
export function bestOf<T extends { readonly facts: TapeFacts }>(
  lives: readonly T[],
  count: number,
): T[] {
  const left = lives.map((life) => ({ life, reached: reachedIn(life.facts) }));
  const known = new Set<string>();
  const best: T[] = [];
  const worth = ({ reached }: { reached: string[] }): number =>
    reached.reduce((sum, each) => sum + worthOf(each) / (known.has(each) ? 100 : 1), 0);
  while (best.length < count && left.length > 0) {
    const next = left.reduce((most, each) => (worth(each) > worth(most) ? each : most));
    left.splice(left.indexOf(next), 1);
    for (const each of next.reached) known.add(each);
    best.push(next.life);
  }
  return best;
}

/** What was seen of a game, with what its lives have seen. */
export function seenWith(seen: PlaySeen, lives: readonly TapeFacts[]): PlaySeen {
  const isMoved = seen.scoreMoved === true || lives.some((facts) => gainOf(facts) > 0);
  const hasScore = seen.scoreMoved !== null || lives.some(({ score }) => score !== null);
  return {
    ...seen,
    isOver: seen.isOver || lives.some(({ isOver }) => isOver),
    isWon: (seen.isWon ?? false) || lives.some(({ isWon }) => isWon),
    scoreMoved: isMoved || (hasScore ? false : null),
  };
}
