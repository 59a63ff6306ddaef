export type Watchdog = ReturnType<typeof startWatchdog>;

/**
 * Calls `onExpire` once when the first event takes longer than `startMs` or a later one longer than
 * `stallMs` (F3). A pause stops its clock and does not set it back; pauses may overlap.
 */
export function startWatchdog(
  limits: { startMs: number; stallMs: number },
  onExpire: (waitedMs: number) => void,
) {
  let limitMs = limits.startMs;
  let leftMs = limitMs;
  let sinceMs = 0;
  let pauses = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const run = (): void => {
    clearTimeout(timer);
    sinceMs = performance.now();
    if (!isStopped && pauses === 0) timer = setTimeout(() => onExpire(limitMs), leftMs);
  };
  run();
  return {
    /** Something happened: from now on the shorter, between-events limit counts. */
    touch(): void {
      limitMs = limits.stallMs;
      leftMs = limitMs;
      run();
    },
    /** Time spent in `work` is not the model's and does not count. */
    async pauseDuring<T>(work: Promise<T>): Promise<T> {
      if (pauses === 0) leftMs = Math.max(0, leftMs - (performance.now() - sinceMs));
      pauses += 1;
      run();
      try {
        return await work;
      } finally {
        pauses -= 1;
        run();
      }
    },
    stop(): void {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
