import { MOMENT_MS, type TapeFacts, type TapeInput } from '../../contracts/game/tape.js';
import { phaseKind } from './playing-state.js';

interface Life {
  readonly inputs: readonly TapeInput[];
  readonly forMs: number;
  readonly facts: TapeFacts;
}
/** What is done once more by real touches, and what may be wrong with it. */
export interface Suspect extends Pick<Life, 'inputs' | 'forMs'> {
  readonly why: 'stopped' | 'stuck' | 'soonOver';
}

/** Each is a run by real touches. */
const MOST = 2;
/** Words about an end stand for this time before they count. */
const STANDING_MS = 2_500;
/** A game that can be played is not over so soon after its beginning in each of these lives. */
const SOON = { moments: 15, lives: 4 } as const;

/**
 * Lives of a search in which something seems to be wrong: what a search has seen by hands of the
 * page's own is no finding before real touches have met it, too (P3). One for each exception or
 * freeze, and one whose end came at once or was not left any more, cut off there.
 */
export function suspectsIn(lives: readonly Life[]): Suspect[] {
  const stops = new Map<string, Suspect>();
  for (const { inputs, forMs, facts } of lives)
    if (facts.stopped !== null && !stops.has(facts.stopped))
      stops.set(facts.stopped, { inputs, forMs, why: 'stopped' });
  const isSoonOver = lives.length >= SOON.lives && lives.every(({ facts }) => isOverSoon(facts));
  const ends = lives.flatMap((life): Suspect[] => {
    if (isSoonOver) return untilEnd(life, 'soonOver');
    return isLeft(life.facts) || life.facts.stopped !== null ? [] : untilEnd(life, 'stuck');
  });
  return [...[...stops.values()].slice(0, MOST), ...ends.slice(0, 1)];
}

const endOf = ({ phases }: TapeFacts): number =>
  phases.findIndex(([, phase]) => phaseKind(phase) === 'ended');

function isLeft(facts: TapeFacts): boolean {
  const after = facts.phases.slice(Math.max(0, endOf(facts)));
  return after.some(([, phase]) => phaseKind(phase) !== 'ended');
}

/** Whether it never plays for long before it is over, or shows its title again. */
function isOverSoon({ phases, moments, score }: TapeFacts): boolean {
  const isShort = phases.every(([from, phase], at) => {
    const until = phases[at + 1]?.[0] ?? moments;
    return phaseKind(phase) !== 'playing' || until - from <= SOON.moments;
  });
  return isShort && (score === null || score.most === score.first);
}

function untilEnd({ inputs, facts }: Life, why: Suspect['why']): Suspect[] {
  const [at] = facts.phases[endOf(facts)] ?? [];
  if (at === undefined) return [];
  const atMs = at * MOMENT_MS;
  return [{ inputs: inputs.filter((each) => each.atMs <= atMs), forMs: atMs + STANDING_MS, why }];
}
