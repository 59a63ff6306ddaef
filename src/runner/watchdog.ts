/** Notices that nothing happens any more. */
export interface Watchdog {
  /** Something happened: from now on the shorter, between-events limit counts. */
  touch(): void;
  /** Time spent in `work` is not the model's and does not count. */
  pauseDuring<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/**
 * Calls `onExpire` once when the first event takes longer than `startMs` or a later one longer than
 * `stallMs` (F3).
 */
export function startWatchdog(
  limits: { startMs: number; stallMs: number },
  onExpire: (waitedMs: number) => void,
): Watchdog {
  let limitMs = limits.startMs;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const arm = (): void => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(() => onExpire(limitMs), limitMs);
  };
  arm();
  return {
    touch() {
      limitMs = limits.stallMs;
      arm();
    },
    async pauseDuring(work) {
      clearTimeout(timer);
      try {
        return await work;
      } finally {
        arm();
      }
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
