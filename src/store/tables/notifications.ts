import { z } from 'zod';
import type { notice } from '../../contracts/messages/message.js';
import { Notification } from '../../contracts/media/publishing.js';
import { call, type Client, run } from './client.js';

const MAX_SHOWN = 100;

export interface NewNotification extends Pick<Notification, 'icon'> {
  /** Derived from the event, so that a repeated step writes one notification. */
  id: string;
  notice: ReturnType<typeof notice>;
  userId: string;
  projectId: string;
}

/**
 * Tables `notifications` and `notification_reads`: notices, and which a user has read. A row
 * without a user is for all users.
 */
export function notificationsTable(client: Client) {
  return {
    /** The newest, his own and everybody's. */
    list(userId: string): Promise<Notification[]> {
      return call(
        client,
        'list_notifications',
        { userId, limit: MAX_SHOWN },
        z.array(Notification),
      );
    },

    /** False = he has no such notification. */
    read: (userId: string, id: string): Promise<boolean> =>
      call(client, 'read_notifications', { userId, id }, z.boolean()),

    readAll: (userId: string): Promise<boolean> =>
      call(client, 'read_notifications', { userId, id: null }, z.boolean()),

    /** Writes a notification of an event in a user's project; a repeat changes nothing. */
    tell: ({ id, userId, projectId, notice, icon }: NewNotification): Promise<void> =>
      run(
        'notify',
        client.from('notifications').upsert(
          {
            id,
            user_id: userId,
            project_id: projectId,
            type: 'project',
            ...notice,
            icon: icon ?? null,
          },
          { onConflict: 'id', ignoreDuplicates: true },
        ),
      ),
  };
}
