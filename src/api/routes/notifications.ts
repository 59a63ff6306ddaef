import type { NOTIFICATION_ROUTES } from '../../contracts/http-routes/notifications.js';
import type { Store } from '../../store/index.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';

/** Notifications of a user (rest.md §12). */
export function notificationHandlers({
  store: { notifications },
}: {
  store: Pick<Store, 'notifications'>;
}): Handlers<typeof NOTIFICATION_ROUTES> {
  return {
    listNotifications: async ({ user }) => ({ notifications: await notifications.list(user.id) }),
    noticeSettings: async ({ user }) => ({ muted: await notifications.mutedOf(user.id) }),
    async saveNoticeSettings({ user, body }) {
      await notifications.mute(user.id, body.muted);
      return { success: true };
    },
    async readAllNotifications({ user }) {
      await notifications.readAll(user.id);
      return { success: true };
    },
    async readNotification({ user, params }) {
      if (await notifications.read(user.id, params.id)) return { success: true };
      throw refusal(404, 'Notification not found');
    },
  };
}
