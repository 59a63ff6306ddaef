import { z } from 'zod';
import type { Notification } from '../../contracts/publishing.js';
import { ask, run, type Client } from './client.js';

const Shown = z.object({
  id: z.string(),
  type: z.enum(['system', 'project']),
  title: z.string(),
  message: z.string(),
  createdAt: z.string(),
  read: z.boolean(),
  icon: z.enum(['announcement', 'success', 'warning', 'comment', 'welcome']).optional(),
  projectId: z.string().optional(),
});
const MAX_SHOWN = 100;

export interface NewNotification extends Pick<Notification, 'title' | 'message' | 'icon'> {
  /** Made from what it tells of, so that a repeated step tells it once. */
  id: string;
  userId: string;
  projectId: string;
}

export type Notifications = ReturnType<typeof notificationsTable>;

/**
 * Tables `notifications` and `notification_reads`: what a user is told, and what he has seen. A row
 * without a user is for everybody.
 */
export function notificationsTable(client: Client) {
  return {
    /** The newest, his own and everybody's. */
    list: (userId: string): Promise<Notification[]> =>
      ask(
        'list the notifications',
        client.rpc('list_notifications', { p_user_id: userId, p_limit: MAX_SHOWN }),
        z.array(Shown),
      ),

    /** False = he has no such notification. */
    read: (userId: string, id: string): Promise<boolean> =>
      ask(
        'read a notification',
        client.rpc('read_notifications', { p_user_id: userId, p_id: id }),
        z.boolean(),
      ),

    readAll: (userId: string): Promise<boolean> =>
      ask(
        'read all notifications',
        client.rpc('read_notifications', { p_user_id: userId, p_id: null }),
        z.boolean(),
      ),

    /** Tells a user of something that happened to a project of his; a repeat changes nothing. */
    tell: ({ id, userId, projectId, title, message, icon }: NewNotification): Promise<void> =>
      run(
        'notify',
        client.from('notifications').upsert(
          {
            id,
            user_id: userId,
            project_id: projectId,
            type: 'project',
            title,
            message,
            icon: icon ?? null,
          },
          { onConflict: 'id', ignoreDuplicates: true },
        ),
      ),
  };
}
