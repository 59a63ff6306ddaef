const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
/** A part that lived this long has recovered: its next end counts as the first. */
const STEADY_MS = 60_000;

export interface RestartState {
  /** Ends in a row without a steady life in between. */
  readonly ends: number;
}

/**
 * How long to wait before a part that ended is started again: at once the first time, doubling
 * while it keeps dying.
 */
export function nextRestart(
  state: RestartState,
  livedMs: number,
): { readonly state: RestartState; readonly delayMs: number } {
  const ends = livedMs >= STEADY_MS ? 1 : state.ends + 1;
  return { state: { ends }, delayMs: Math.min(FIRST_DELAY_MS * 2 ** (ends - 1), LONGEST_DELAY_MS) };
}
