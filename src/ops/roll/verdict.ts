/** How work on a build has ended since some moment. */
export interface Ended {
  readonly ended: number;
  readonly failed: number;
  /** Runs whose workflow code fails now. */
  readonly broken: number;
}

/** Fewer failures are chance. */
const FEWEST_FAILURES = 3;
const MORE_BY = 0.1;

/**
 * Why the new build is worse than the one before, in words; null = it is not. A run that fails in
 * its own code counts at once; failures of jobs when their share is twice the usual, and a tenth
 * of all more.
 */
export function whyWorse(now: Ended, before: Ended): string | null {
  if (now.broken > 0) return `${now.broken} run(s) fail in their workflow code`;
  const [share, usual] = [shareOf(now), shareOf(before)];
  if (now.failed < FEWEST_FAILURES || share <= Math.max(2 * usual, usual + MORE_BY)) return null;
  const percent = (part: number): string => `${Math.round(part * 100)} %`;
  return `${now.failed} of ${now.ended} jobs failed (${percent(share)}, before ${percent(usual)})`;
}

const shareOf = ({ ended, failed }: Ended): number => (ended === 0 ? 0 : failed / ended);
