import * as answer from '../wire/http.js';
import { ForgetPushBody, PushSubscriptionBody } from '../media/push.js';
import { failures, routes } from './route.js';

const INVALID = 'Invalid push subscription';

/** Browsers that show notifications while no page is open. */
export const PUSH_ROUTES = routes('notifications', {
  savePushSubscription: {
    method: 'put',
    path: '/api/push/subscription',
    summary: 'This browser gets the ends of the caller’s jobs; a repeat changes nothing',
    guard: 'member',
    rate: 'writes',
    body: PushSubscriptionBody,
    invalid: INVALID,
    answers: { 200: answer.Done, ...failures(400, 404) },
  },
  deletePushSubscription: {
    method: 'post',
    path: '/api/push/subscription/delete',
    summary: 'It, or every browser of the caller, gets no more; a repeat changes nothing',
    guard: 'member',
    rate: 'writes',
    body: ForgetPushBody,
    invalid: INVALID,
    answers: { 200: answer.Done, ...failures(400) },
  },
});
