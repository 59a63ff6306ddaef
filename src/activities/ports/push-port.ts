import type { PushedEvent } from '../../contracts/media/push.js';

/** Part of the shared set: notifications to browsers without an open page. */
export interface PushActivities {
  /** Ids of the user's browsers; none where the user has switched such notes off. */
  listPushTargets(input: Pick<PushedEvent, 'userId' | 'event'>): Promise<string[]>;
  /** Hands out events of games whose push is due, each once. */
  claimPushes(): Promise<PushedEvent[]>;
  /**
   * Hands one browser's push service a note of the event; the service keeps one note of a topic,
   * the newest. `gone`: the browser takes no more, and is forgotten. `refused`: another
   * try would change nothing. A service that is away, or asks for patience, is a failure.
   */
  sendPush(input: PushedEvent & { subscriptionId: string }): Promise<'sent' | 'gone' | 'refused'>;
}
