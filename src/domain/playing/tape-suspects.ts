import { MOMENT_MS, type Tape, type TapeFacts } from '../../contracts/game/tape.js';
import { phaseKind } from './playing-state.js';
import {
  DEAF,
  endingIn,
  endOf,
  isLeft,
  isPlaying,
  LOCKED,
  lockIn,
  SOON,
  stillFrom,
  STOPPING_MS,
  touchesIn,
  type Life,
  type Suspect,
} from './suspects.js';

/** A tape of what is changed, and what is seen of it in the change. */
export interface Replayed extends Pick<Life, 'inputs' | 'forMs' | 'facts'> {
  readonly seed: number;
  readonly from: Tape['from'];
  readonly before: TapeFacts;
}

/** What has come after a change goes otherwise than its parent, and how long it is deaf since. */
const SINCE = { ms: 1_000, leastMs: 6_000 } as const;
/** More of its moments are otherwise than the one before in a game that moves by itself. */
const MOVING_SHARE = 0.5;

/**
 * Tapes of what is changed that stop in the change alone, come to an end there that they do not
 * leave and did before, if they came to it, stand still for good where they went on, may answer to
 * nothing any more, or all fall back to a title. What an owner has sent is no source of a finding
 * (P4).
 */
export function suspectsInTapes(tapes: readonly Replayed[]): Suspect[] {
  const own = tapes.filter(({ from, before }) => from !== 'owner' && before.stopped === null);
  const first = (
    isIt: (tape: Replayed) => boolean,
    suspects: (life: Life) => readonly Suspect[],
  ): Suspect[] =>
    own
      .filter(isIt)
      .flatMap(({ seed, ...tape }) =>
        suspects({ ...tape, begin: [] }).map((each) => ({ ...each, seed })),
      )
      .slice(0, 1);
  const isGoing = ({ facts }: Replayed): boolean => facts.stopped === null;
  return [
    ...first(
      (tape) => !isGoing(tape),
      ({ inputs, begin, forMs }) => [{ inputs, begin, forMs: forMs + STOPPING_MS, why: 'stopped' }],
    ),
    ...first(
      (tape) => isGoing(tape) && (endOf(tape.before) < 0 || isLeft(tape.before)),
      (life) => (isLeft(life.facts) ? [] : endingIn([], [life])),
    ),
    ...first(
      (tape) => isGoing(tape) && stillFrom(tape.before) - stillFrom(tape.facts) >= LOCKED.moments,
      lockIn,
    ),
    ...own.filter(isGoing).flatMap(deafSince).slice(0, 1),
    ...backAtTitle(own),
  ];
}

/**
 * A tape that reached a phase in its parent and does not in the change: it may answer to nothing
 * since it went otherwise.
 */
function deafSince({ inputs, forMs, seed, facts, before }: Replayed): Suspect[] {
  const reached = facts.phases.map(([, phase]) => phase);
  const hasLost = before.phases.some(([, phase]) => !reached.includes(phase));
  const other = before.names.findIndex((name, at) => name !== facts.names[at]);
  const fromMs = other * MOMENT_MS + SINCE.ms;
  const begin = inputs.filter(({ atMs }) => atMs <= fromMs);
  const touches = touchesIn({ inputs }) - touchesIn({ inputs: begin });
  const isLong = other > 0 && forMs - fromMs >= SINCE.leastMs && touches >= DEAF.touches;
  return hasLost && isLong && isPlaying(facts.phases.at(-1)?.[1])
    ? [{ seed, inputs, begin, forMs, why: 'deafSince' }]
    : [];
}

/**
 * A game that moved by itself when it was played, and does not get beyond a title any more in any
 * of its tapes, whatever is touched.
 */
function backAtTitle(own: readonly Replayed[]): Suspect[] {
  const isBack = ({ before, facts }: Replayed): boolean =>
    longestPlay(before) > SOON.moments &&
    movingShare(before) > MOVING_SHARE &&
    facts.stopped === null &&
    (facts.score === null || facts.score.most === facts.score.first) &&
    facts.phases.length > 0 &&
    facts.phases.every(([, phase]) => phaseKind(phase) === 'title') &&
    movingShare(facts) < MOVING_SHARE;
  const [first] = own;
  if (first === undefined || own.length < DEAF.lives || !own.every(isBack)) return [];
  const { seed, inputs, forMs } = first;
  return [{ seed, inputs, begin: [], forMs, why: 'backAtTitle' }];
}

/** In moments. */
const longestPlay = ({ phases, moments }: TapeFacts): number =>
  Math.max(
    0,
    ...phases.map(([from, phase], at) =>
      isPlaying(phase) ? (phases[at + 1]?.[0] ?? moments) - from : 0,
    ),
  );

const movingShare = ({ names }: TapeFacts): number =>
  names.filter((name, at) => at > 0 && name !== names[at - 1]).length / Math.max(1, names.length);
