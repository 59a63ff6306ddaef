import * as answer from '../http.js';
import { failures, type HttpRoute } from './route.js';

/** Notifications of a user. */
export const NOTIFICATION_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/notifications',
    tag: 'notifications',
    summary: 'What the caller is told, newest first',
    guard: 'user',
    rate: 'reads',
    answers: { 200: answer.NotificationList },
  },
  {
    method: 'post',
    path: '/api/notifications/read-all',
    tag: 'notifications',
    summary: 'All are read',
    guard: 'user',
    rate: 'writes',
    answers: { 200: answer.Done },
  },
  {
    method: 'post',
    path: '/api/notifications/:id/read',
    tag: 'notifications',
    summary: 'One is read',
    guard: 'user',
    rate: 'writes',
    answers: { 200: answer.Done, ...failures(400, 404) },
  },
];
