import * as answer from '../http.js';
import { ForgetPushBody, PushSubscriptionBody } from '../push.js';
import { failures, type HttpRoute } from './route.js';

/** Browsers that show notifications while no page is open. */
export const PUSH_ROUTES: readonly HttpRoute[] = [
  {
    method: 'put',
    path: '/api/push/subscription',
    tag: 'notifications',
    summary: 'This browser is told of the ends of the caller’s jobs; a repeat changes nothing',
    guard: 'user',
    rate: 'writes',
    body: PushSubscriptionBody,
    answers: { 200: answer.Done, ...failures(400, 404) },
  },
  {
    method: 'post',
    path: '/api/push/subscription/delete',
    tag: 'notifications',
    summary: 'It, or every browser of the caller, is told no more; a repeat changes nothing',
    guard: 'user',
    rate: 'writes',
    body: ForgetPushBody,
    answers: { 200: answer.Done, ...failures(400) },
  },
];
