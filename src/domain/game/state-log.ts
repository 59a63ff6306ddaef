import { cut } from '../../contracts/base/cut.js';
import type { Run } from '../playing/playing.js';

const MAX_LINE_CHARS = 240;
const MAX_LINES = { 'left alone': 6, touched: 24 } as const;

/** How the last line of one ends, of a game that was not over in the touched run. */
export const NOT_OVER = 'it was not over while it was played';

type Told = Pick<Run, 'states' | 'overAtMs' | 'restart'>;

/**
 * States that a game declared in a play, a line for each change, the last ones where there are too
 * many; and how the touched run ended.
 */
export function stateLog(untouched: Pick<Run, 'states'>, touched: Told): string[] {
  return [
    ...changesIn(untouched.states, 'left alone'),
    ...changesIn(touched.states, 'touched'),
    endOf(touched),
  ];
}

function changesIn(states: readonly string[], run: keyof typeof MAX_LINES): string[] {
  const changes = states.filter((state, at) => {
    const next = states[at + 1];
    return state !== states[at - 1] && !(next && isHalfTyped(state, next));
  });
  const limit = MAX_LINES[run];
  // The first state and the last ones: where it began and where it came to.
  const kept =
    changes.length > limit ? [...changes.slice(0, 1), ...changes.slice(1 - limit)] : changes;
  return kept.map((state) => `${run}: ${cut(state, MAX_LINE_CHARS)}`);
}

/** Whether a text of the next state goes on where one of this state ends, and all else is equal. */
function isHalfTyped(state: string, next: string): boolean {
  let at = 0;
  while (at < state.length && state[at] === next[at]) at += 1;
  const rest = state.slice(at);
  // A number that has one more digit is another one.
  const isNumber = /\d/.test(state[at - 1] ?? '');
  return rest.startsWith('"') && next.endsWith(rest) && !isNumber;
}

const RESTARTS: Readonly<Record<Run['restart'], string>> = {
  notTried: 'it was not begun again',
  restarted: 'it was begun again',
  stuck: 'it could not be begun again',
};

function endOf({ overAtMs, restart }: Told): string {
  return overAtMs === null
    ? `end: ${NOT_OVER}`
    : `end: over after ${Math.round(overAtMs)} ms; ${RESTARTS[restart]}`;
}
