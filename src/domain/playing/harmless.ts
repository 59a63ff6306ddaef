import type { PlayPhase } from '../../contracts/game/play.js';

/** A play that has gone on for so long shows that it goes on, in the game's time. */
const LATE_MS = 10_000;

export interface Thrown {
  readonly when: PlayPhase;
  /** In the game's time. */
  readonly atMs: number;
  readonly text: string;
  readonly isRejection: boolean;
}

export interface ThrowingRun {
  readonly thrown: readonly Thrown[];
  readonly stopped: unknown;
  /** A moment after which something in it has changed, the last such, in the game's time. */
  readonly movedUntilMs: number;
}

/**
 * The harmless exception (P2, M3): it came once, while loading or late, and the run that had it
 * went on moving and answering. It makes no game broken, and costs its player nothing. `touched` is
 * the run that has to answer, as a quiet game moves in no other; null = each has to.
 */
export function isHarmless(
  message: string,
  runs: readonly ThrowingRun[],
  { touched, answers }: { touched: ThrowingRun | null; answers: boolean },
): boolean {
  const ofIt = ({ thrown }: ThrowingRun): Thrown[] =>
    thrown.filter((each) => messageOf(each) === message);
  const having = runs.filter((run) => ofIt(run).length > 0);
  const moving = touched && having.includes(touched) ? [touched] : having;
  return (
    answers &&
    having.every((run) => run.stopped === null && ofIt(run).length === 1) &&
    having.flatMap(ofIt).every(({ when, atMs }) => when === 'loading' || atMs >= LATE_MS) &&
    moving.every((run) => ofIt(run).every(({ atMs }) => run.movedUntilMs > atMs))
  );
}

/** Exceptions with the same first line are one. */
export const messageOf = ({ text }: Pick<Thrown, 'text'>): string => text.split('\n')[0] ?? '';
