const KEEP_REMOVED_DAYS = 14;
/**
 * The one window (U2): what was removed can be brought back for so long, evidence of a failure is
 * kept for so long, and then the bytes are erased.
 */
export const KEEP_REMOVED_MS = KEEP_REMOVED_DAYS * 24 * 60 * 60_000;
