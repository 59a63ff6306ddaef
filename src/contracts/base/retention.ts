export const KEEP_REMOVED_DAYS = 14;
/**
 * The one retention window (U2): removed files can be restored and evidence of failures is kept for
 * this time, then their bytes are erased.
 */
export const KEEP_REMOVED_MS = KEEP_REMOVED_DAYS * 24 * 60 * 60_000;
