import { Context } from '@temporalio/activity';

type Activity<A extends unknown[], R> = (...args: A) => Promise<R>;

const BEAT_MS = 1_000;

/**
 * Wraps every activity of a set so that it tells once a second that its worker lives. A dead one is noticed after the
 * heartbeat time-out, long before a short step would be late; a user who waits for that step hardly notices.
 */
export function withHeartbeats<T extends Record<keyof T, Activity<never[], unknown>>>(activities: T): T {
  const entries = Object.entries(activities) as [keyof T, Activity<unknown[], unknown>][];
  return Object.fromEntries(entries.map(([name, run]) => [name, async (...args: unknown[]) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      return await run(...args);
    } finally {
      clearInterval(beat);
    }
  }])) as unknown as T;
}
