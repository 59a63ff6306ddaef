import type { PushJobEndInput } from '../../contracts/media/push.js';

/** Part of the shared set: notifications to browsers without an open page. */
export interface PushActivities {
  /** Ids of the user's browsers with notifications of jobs. */
  listPushTargets(input: { userId: string }): Promise<string[]>;
  /**
   * Hands one browser's push service a note of the end of a job; the service keeps one note of a
   * project, the newest. `gone`: the browser takes no more, and is forgotten. `refused`: another
   * try would change nothing. A service that is away, or asks for patience, is a failure.
   */
  sendPush(
    input: PushJobEndInput & { subscriptionId: string },
  ): Promise<'sent' | 'gone' | 'refused'>;
}
