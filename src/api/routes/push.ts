import type { Config } from '../../config.js';
import type { PUSH_ROUTES } from '../../contracts/http-routes/push.js';
import { isPushEndpoint } from '../../domain/push/push-endpoint.js';
import type { Store } from '../../store/index.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';

type PushConfig = Pick<
  Config,
  'VAPID_PUBLIC_KEY' | 'PUSH_TEST_ORIGIN' | 'MAX_PUSH_SUBSCRIPTIONS_PER_USER'
>;

/** A browser subscribes to notes about finished games, or unsubscribes. */
export function pushHandlers({
  config,
  store: { pushSubscriptions },
}: {
  config: PushConfig;
  store: Pick<Store, 'pushSubscriptions'>;
}): Handlers<typeof PUSH_ROUTES> {
  return {
    async savePushSubscription({ user, body: { endpoint, keys, language } }) {
      if (config.VAPID_PUBLIC_KEY === undefined) throw refusal(404, 'Push is off');
      const isKept =
        isPushEndpoint(endpoint, config.PUSH_TEST_ORIGIN) &&
        (await pushSubscriptions.keep({
          userId: user.id,
          endpoint,
          p256dh: keys.p256dh,
          auth: keys.auth,
          language,
          maxPerUser: config.MAX_PUSH_SUBSCRIPTIONS_PER_USER,
        }));
      if (!isKept) throw refusal(400, 'Invalid push subscription');
      return { success: true };
    },
    async deletePushSubscription({ user, body }) {
      if ('everywhere' in body) await pushSubscriptions.forgetAll(user.id);
      else await pushSubscriptions.forget(user.id, body.endpoint);
      return { success: true };
    },
  };
}
