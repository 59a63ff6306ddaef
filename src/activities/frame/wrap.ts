type Activity = (...args: unknown[]) => Promise<unknown>;
type ActivitySet<T> = Record<keyof T, (...args: never[]) => Promise<unknown>>;

/**
 * The same set of activities, each run by `around`: one way to give a whole set what every member
 * needs.
 */
export function wrapActivities<T extends ActivitySet<T>>(
  activities: T,
  around: (run: () => Promise<unknown>) => Promise<unknown>,
): T {
  const entries = Object.entries(activities) as [string, Activity][];
  return Object.fromEntries(
    entries.map(([name, run]) => [name, (...args: unknown[]) => around(() => run(...args))]),
  ) as unknown as T;
}
