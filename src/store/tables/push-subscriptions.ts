import { z } from 'zod';
import { Language } from '../../contracts/language.js';
import { ask, askFirst, run, type Client } from './client.js';

const Row = z.object({
  id: z.string(),
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
  language: Language,
});
const Shown = Row.pick({ language: true }).extend({ endpoint: z.url(), created_at: z.string() });
/** A browser that is told, without what is enough to send to it. */
export interface ShownSubscription {
  readonly host: string;
  readonly language: Language;
  readonly createdAt: string;
}

/** A browser that is told of a user's games. Its endpoint is as good as a secret. */
export type PushSubscription = z.infer<typeof Row>;

export interface NewPushSubscription extends Omit<PushSubscription, 'id'> {
  readonly userId: string;
  /** So many a user has at most; the ones longest unused make room. */
  readonly maxPerUser: number;
}

export type PushSubscriptions = ReturnType<typeof pushSubscriptionsTable>;

/** Table `push_subscriptions`: the browsers that a user wants to be told on. */
export function pushSubscriptionsTable(client: Client) {
  return {
    /**
     * False: somebody else has this endpoint with other keys. With the same ones it is the same
     * browser, and belongs to whoever signed in last.
     */
    keep: (given: NewPushSubscription): Promise<boolean> =>
      ask(
        'keep a push subscription',
        client.rpc('keep_push_subscription', {
          p_user_id: given.userId,
          p_endpoint: given.endpoint,
          p_p256dh: given.p256dh,
          p_auth: given.auth,
          p_language: given.language,
          p_max: given.maxPerUser,
        }),
        z.boolean(),
      ),

    /** Nothing there is fine. */
    forget: (userId: string, endpoint: string): Promise<void> =>
      run(
        'forget a push subscription',
        client.from('push_subscriptions').delete().eq('user_id', userId).eq('endpoint', endpoint),
      ),

    forgetAll: (userId: string): Promise<void> =>
      run(
        'forget push subscriptions',
        client.from('push_subscriptions').delete().eq('user_id', userId),
      ),

    async idsOf(userId: string): Promise<string[]> {
      const query = client.from('push_subscriptions').select('id').eq('user_id', userId);
      const rows = await ask('list push subscriptions', query, z.array(Row.pick({ id: true })));
      return rows.map(({ id }) => id);
    },

    /** What may be told of them, the oldest first: where they come from, never their keys. */
    shown: (userId: string): Promise<ShownSubscription[]> => shownOf(client, userId),

    /** Null: it is gone, or somebody else's by now. */
    get: (userId: string, id: string): Promise<PushSubscription | null> =>
      askFirst(
        'read a push subscription',
        client.from('push_subscriptions').select('*').eq('id', id).eq('user_id', userId),
        Row,
      ),

    noteUsed: (id: string): Promise<void> =>
      run(
        'note a push',
        client
          .from('push_subscriptions')
          .update({ last_used_at: new Date().toISOString() })
          .eq('id', id),
      ),

    /** The push service knows it no more. */
    remove: (id: string): Promise<void> =>
      run('remove a push subscription', client.from('push_subscriptions').delete().eq('id', id)),
  };
}

async function shownOf(client: Client, userId: string): Promise<ShownSubscription[]> {
  const query = client
    .from('push_subscriptions')
    .select('endpoint, language, created_at')
    .eq('user_id', userId)
    .order('created_at');
  const rows = await ask('show push subscriptions', query, z.array(Shown));
  return rows.map(({ endpoint, language, created_at: createdAt }) => ({
    host: new URL(endpoint).host,
    language,
    createdAt,
  }));
}
