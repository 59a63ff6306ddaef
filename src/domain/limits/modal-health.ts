import type { ErrorKind } from '../../contracts/base/errors.js';

/**
 * Kinds that speak against where the work was done; a model that is overloaded is so everywhere.
 */
const FAULTS: ReadonlySet<string> = new Set<ErrorKind>([
  'ModalUnavailable',
  'ModalQuota',
  'ModalOutdated',
  'RunTimedOut',
  'RunStalled',
  'RunCrashed',
  'SandboxMissing',
  'DiskFull',
  'RevisionMissing',
  'OPERATION_FAILED',
]);

const MAX_FAULT_SHARE = 0.05;
const MAX_SLOWDOWN = 2;
/** Fewer attempts give no rate: a quiet night with one bad run is no incident. */
const MIN_ATTEMPTS = 10;
const MIN_FAULTS = 3;
const MIN_GENERATIONS = 20;
const MIN_DAYS = 2;

/**
 * Generations that ended well in some time, and the 95th percentile of how long they took, seconds.
 */
export interface Timing {
  readonly count: number;
  readonly p95: number | null;
}

/**
 * Is the share of attempts that failed by our fault above 5 %? `ended`: kind of error of each, null
 * = none.
 */
export function assessFailures(ended: readonly (string | null)[]): {
  attempts: number;
  faults: number;
  isFailing: boolean;
} {
  const faults = ended.filter((kind) => kind !== null && FAULTS.has(kind)).length;
  const attempts = ended.length;
  return {
    attempts,
    faults,
    isFailing:
      attempts >= MIN_ATTEMPTS && faults >= MIN_FAULTS && faults / attempts > MAX_FAULT_SHARE,
  };
}

/**
 * Is the 95th percentile more than twice the median of those of the days before? Days with few
 * generations do not count.
 */
export function assessSpeed(
  recent: Timing,
  earlierDays: readonly Timing[],
): { p95: number | null; medianP95: number | null; isSlow: boolean } {
  const days = earlierDays.flatMap(({ count, p95 }) =>
    p95 !== null && count >= MIN_GENERATIONS ? [p95] : [],
  );
  const medianP95 = days.length >= MIN_DAYS ? medianOf(days) : null;
  const p95 = recent.count >= MIN_GENERATIONS ? recent.p95 : null;
  return {
    p95,
    medianP95,
    isSlow: p95 !== null && medianP95 !== null && p95 > MAX_SLOWDOWN * medianP95,
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
