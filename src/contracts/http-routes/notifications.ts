import { z } from 'zod';
import { uuidOf } from '../base/ids.js';
import { NoticeSettings } from '../media/push.js';
import * as answer from '../wire/http.js';
import { failures, routes } from './route.js';

/** Notifications of a user. */
export const NOTIFICATION_ROUTES = routes('notifications', {
  listNotifications: {
    path: '/api/notifications',
    summary: 'The caller’s notifications, newest first',
    guard: 'user',
    rate: 'reads',
    answers: { 200: answer.NotificationList },
  },
  noticeSettings: {
    path: '/api/notifications/settings',
    summary: 'What the caller has switched off',
    guard: 'user',
    rate: 'reads',
    answers: { 200: NoticeSettings },
  },
  saveNoticeSettings: {
    method: 'put',
    path: '/api/notifications/settings',
    summary: 'Switches notifications of events on and off',
    guard: 'member',
    rate: 'writes',
    body: NoticeSettings,
    invalid: 'Invalid notification settings',
    answers: { 200: answer.Done, ...failures(400) },
  },
  readAllNotifications: {
    method: 'post',
    path: '/api/notifications/read-all',
    summary: 'All are read',
    guard: 'user',
    rate: 'writes',
    answers: { 200: answer.Done },
  },
  readNotification: {
    method: 'post',
    path: '/api/notifications/:id/read',
    params: z.object({ id: uuidOf('notification') }),
    summary: 'One is read',
    guard: 'user',
    rate: 'writes',
    answers: { 200: answer.Done, ...failures(400, 404) },
  },
});
