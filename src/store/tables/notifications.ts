import { z } from 'zod';
import type { notice } from '../../contracts/messages/message.js';
import { Notification } from '../../contracts/media/publishing.js';
import { GAME_EVENTS, NoticeEvent, type GameEvent } from '../../contracts/media/push.js';
import { askColumn, call, type Client, Nothing, run } from './client.js';

const MAX_SHOWN = 100;
const Due = z.object({ userId: z.string(), projectId: z.string(), event: z.enum(GAME_EVENTS) });

/** A notification as its columns hold it. */
export type Notice = ReturnType<typeof notice>;

export interface NewNotification extends Pick<Notification, 'icon'> {
  /** Derived from the event, so that a repeated step writes one notification. */
  id: string;
  notice: Notice;
  userId: string;
  projectId: string;
}

/**
 * Tables `notifications` and `notification_reads`: notices, and which a user has read. A row
 * without a user is for all users.
 */
export function notificationsTable(client: Client) {
  return {
    /** The newest, the user's own and those for all. */
    list: (userId: string): Promise<Notification[]> =>
      call(client, 'list_notifications', { userId, limit: MAX_SHOWN }, z.array(Notification)),

    /** False = he has no such notification. */
    read: (userId: string, id: string): Promise<boolean> =>
      call(client, 'read_notifications', { userId, id }, z.boolean()),

    readAll: (userId: string): Promise<boolean> =>
      call(client, 'read_notifications', { userId, id: null }, z.boolean()),

    /** Notifies the maker of a game of what the actor did with it; a repeat changes nothing. */
    ofGame: (event: GameEvent, gameId: string, actor: string, notice: Notice): Promise<void> =>
      call(client, 'notify_of_game', { event, gameId, actor, notice }, Nothing),

    /** Events whose push is due, each handed out once. */
    claimPushes: (limit: number) => call(client, 'claim_pushes', { limit }, z.array(Due)),

    /** What the user has switched off. */
    mutedOf: (userId: string): Promise<NoticeEvent[]> =>
      askColumn(
        'list muted notices',
        client.from('notice_mutes').select('event').eq('user_id', userId),
        'event',
      ).then((events) => z.array(NoticeEvent).parse(events)),

    mute: (userId: string, events: readonly NoticeEvent[]): Promise<boolean> =>
      call(client, 'mute_notices', { userId, events }, z.boolean()),

    /** Of a project that is no game of its user's. */
    removeOf: ({ userId, projectId }: { userId: string; projectId: string }): Promise<void> =>
      run(
        'remove notifications',
        client.from('notifications').delete().eq('user_id', userId).eq('project_id', projectId),
      ),

    /** Writes a notification of an event in a user's project; a repeat changes nothing. */
    tell({ id, userId, projectId, notice, icon }: NewNotification): Promise<void> {
      const of = { id, user_id: userId, project_id: projectId, type: 'project' };
      const once = { onConflict: 'id', ignoreDuplicates: true };
      const row = { ...of, ...notice, icon: icon ?? null };
      return run('notify', client.from('notifications').upsert(row, once));
    },
  };
}
