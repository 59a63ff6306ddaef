/** Pure arithmetic of the measurements. */

/** The p-th percentile (0..100) by nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
}

/**
 * The middle value; of an even number of values the mean of the two in the middle. NaN of nothing.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** How a number is judged: at most, or at least. */
export interface Target {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export type Verdict = 'ok' | 'MISSED' | '';

/** A number that could not be measured misses every target. */
export function judge(value: number, target: Target | undefined): Verdict {
  if (!target) return '';
  return value <= (target.atMost ?? Infinity) && value >= (target.atLeast ?? -Infinity)
    ? 'ok'
    : 'MISSED';
}

/** Three significant digits, without an exponent. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(value) || 1))));
  return value.toFixed(digits);
}
