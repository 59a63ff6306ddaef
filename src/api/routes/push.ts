import { Router } from 'express';
import type { Config } from '../../config.js';
import { ForgetPushBody, PushSubscriptionBody } from '../../contracts/push.js';
import { isPushEndpoint } from '../../domain/push-endpoint.js';
import type { Store } from '../../store/index.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

type PushConfig = Pick<
  Config,
  'VAPID_PUBLIC_KEY' | 'PUSH_TEST_ORIGIN' | 'MAX_PUSH_SUBSCRIPTIONS_PER_USER'
>;

/** A browser asks to be told of finished games, or no longer. */
export function pushRoutes({
  config,
  guards,
  store: { pushSubscriptions },
}: {
  config: PushConfig;
  guards: Guards;
  store: Pick<Store, 'pushSubscriptions'>;
}): Router {
  const router = Router();
  router.put(
    '/api/push/subscription',
    guards.user(async (req, res, { user }) => {
      if (config.VAPID_PUBLIC_KEY === undefined) return refuse(res, 404, 'Push is off');
      const body = PushSubscriptionBody.safeParse(takeBody(req));
      if (!body.success || !isPushEndpoint(body.data.endpoint, config.PUSH_TEST_ORIGIN))
        return refuse(res, 400, 'Invalid push subscription');
      const { endpoint, keys, language } = body.data;
      const isKept = await pushSubscriptions.keep({
        userId: user.id,
        endpoint,
        p256dh: keys.p256dh,
        auth: keys.auth,
        language,
        maxPerUser: config.MAX_PUSH_SUBSCRIPTIONS_PER_USER,
      });
      if (isKept) res.json({ success: true });
      else refuse(res, 400, 'Invalid push subscription');
    }),
  );
  router.post(
    '/api/push/subscription/delete',
    guards.user(async (req, res, { user }) => {
      const body = ForgetPushBody.safeParse(takeBody(req));
      if (!body.success) return refuse(res, 400, 'Invalid push subscription');
      if ('everywhere' in body.data) await pushSubscriptions.forgetAll(user.id);
      else await pushSubscriptions.forget(user.id, body.data.endpoint);
      res.json({ success: true });
    }),
  );
  return router;
}
