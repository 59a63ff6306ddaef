import { z } from 'zod';
import { codeOf } from '../../contracts/sentences.js';
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

/** What we say ourselves has a code; what an operator wrote has none. */
function withCode(shown: z.infer<typeof Shown>): Notification {
  const code = codeOf(shown.title)?.code;
  const params = codeOf(shown.message)?.params;
  return code === undefined || params === undefined ? shown : { ...shown, code, params };
}

export type Notifications = ReturnType<typeof notificationsTable>;

/**
 * Tables `notifications` and `notification_reads`: what a user is told, and what he has seen. A row
 * without a user is for everybody.
 */
export function notificationsTable(client: Client) {
  return {
    /** The newest, his own and everybody's. */
    async list(userId: string): Promise<Notification[]> {
      const query = client.rpc('list_notifications', { p_user_id: userId, p_limit: MAX_SHOWN });
      return (await ask('list the notifications', query, z.array(Shown))).map(withCode);
    },

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
