import { z } from 'zod';
import { Language } from '../../contracts/base/language.js';
import { askAll, askColumn, askFirst, call, run, type Client } from './client.js';

const Row = z.object({
  id: z.string(),
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
  language: Language,
});
const Shown = Row.pick({ language: true })
  .extend({ endpoint: z.url(), created_at: z.string() })
  .transform(({ endpoint, language, created_at: createdAt }) => ({
    host: new URL(endpoint).host,
    language,
    createdAt,
  }));
/** A subscription without the secrets that are needed to send to it. */
export type ShownSubscription = z.infer<typeof Shown>;

/** A browser that receives a user's notifications. Its endpoint is a secret. */
export type PushSubscription = z.infer<typeof Row>;

export interface NewPushSubscription extends Omit<PushSubscription, 'id'> {
  readonly userId: string;
  /** Subscriptions per user; the least recently used ones are removed. */
  readonly maxPerUser: number;
}

/** Table `push_subscriptions`: the browsers that receive a user's notifications. */
export function pushSubscriptionsTable(client: Client) {
  const table = () => client.from('push_subscriptions');
  return {
    /**
     * False: another user has this endpoint with other keys. With the same keys it is the same
     * browser, and belongs to the user who signed in last.
     */
    keep({ maxPerUser: max, userId, endpoint, p256dh, auth, language }: NewPushSubscription) {
      const params = { userId, endpoint, p256dh, auth, language, max };
      return call(client, 'keep_push_subscription', params, z.boolean());
    },

    /** A repeat changes nothing. */
    forget: (userId: string, endpoint: string): Promise<void> =>
      run(
        'forget a push subscription',
        table().delete().eq('user_id', userId).eq('endpoint', endpoint),
      ),

    forgetAll: (userId: string): Promise<void> =>
      run('forget push subscriptions', table().delete().eq('user_id', userId)),

    idsOf: (userId: string): Promise<string[]> =>
      askColumn('list push subscriptions', table().select('id').eq('user_id', userId), 'id'),

    /** Without their keys, the oldest first. */
    shown(userId: string): Promise<ShownSubscription[]> {
      const query = table().select('endpoint, language, created_at').eq('user_id', userId);
      return askAll('show push subscriptions', query.order('created_at'), Shown);
    },

    /** Null: it is gone, or belongs to another user. */
    get: (userId: string, id: string): Promise<PushSubscription | null> =>
      askFirst(
        'read a push subscription',
        table().select('*').eq('id', id).eq('user_id', userId),
        Row,
      ),

    noteUsed: (id: string): Promise<void> =>
      run('note a push', table().update({ last_used_at: new Date().toISOString() }).eq('id', id)),

    /** The push service has ended it. */
    remove: (id: string): Promise<void> =>
      run('remove a push subscription', table().delete().eq('id', id)),
  };
}
