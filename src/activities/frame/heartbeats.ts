import { Context } from '@temporalio/activity';
import { wrapActivities } from './wrap.js';

const BEAT_MS = 1_000;

/**
 * Wraps every activity of a set so that it tells once a second that its worker lives. A dead one is
 * noticed after the heartbeat time-out, long before a short step would be late; a user who waits
 * for that step hardly notices.
 */
export function withHeartbeats<T extends Record<keyof T, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  return wrapActivities(activities, async (run) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      return await run();
    } finally {
      clearInterval(beat);
    }
  });
}
