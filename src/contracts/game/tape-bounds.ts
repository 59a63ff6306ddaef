/**
 * Longest tape (a minute, its beginning and its end), its inputs, the values that are followed in
 * it, and how many a version keeps.
 */
export const TAPE_LIMITS = { ms: 66_000, inputs: 2_000, paths: 350, steps: 700, tapes: 5 } as const;
/** Places lie between these: a drag may leave the screen. */
export const TAPE_PLACES = { least: -100, most: 1_000 } as const;
export const MAX_NAME_CHARS = 60;
/** As browsers name them. */
export const TAPE_KEY =
  /^(?:[\x20-\x7e]|Arrow(?:Left|Right|Up|Down)|Enter|Escape|Tab|Shift|Control|Backspace)$/;
/** Largest body that a play of an owner is sent in. */
export const MAX_OWNER_PLAY_BYTES = 32 * 1024;
