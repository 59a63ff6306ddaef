/** Shorter listings are swept whatever share of them is unknown. */
const MIN_LISTED = 200;
const MAX_UNKNOWN_SHARE = 0.02;
const MAX_UNKNOWN = 1_000;

/**
 * May a sweep remove what no row names (U2)? More unknown entries than house-keeping leaves behind
 * mean another or an older database, not garbage.
 */
export const maySweep = ({ listed, unknown }: { listed: number; unknown: number }): boolean =>
  listed < MIN_LISTED || (unknown <= listed * MAX_UNKNOWN_SHARE && unknown <= MAX_UNKNOWN);
