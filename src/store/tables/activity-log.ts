import type { Log } from '../../telemetry/log.js';
import { run, type Client } from './client.js';

export interface ActivityEntry {
  readonly action:
    | 'create'
    | 'rename'
    | 'delete'
    | 'update'
    | 'restore'
    | 'tune'
    | 'publish'
    | 'unpublish'
    | 'signIn'
    | 'remix'
    | 'rerun'
    | 'limit';
  readonly targetType: 'user' | 'project' | 'asset' | 'address';
  readonly targetId: string;
  readonly userId: string | null;
  readonly details: string | null;
}

export type ActivityLog = ReturnType<typeof activityLogTable>;

/** Table `activity_log`: append-only, nobody waits for it. */
export function activityLogTable(client: Client, log: Log) {
  return {
    /** Returns at once; what goes wrong is logged. */
    write({ action, targetType, targetId, userId, details }: ActivityEntry): void {
      const row = {
        action,
        target_type: targetType,
        target_id: targetId,
        user_id: userId,
        details,
      };
      run('write the activity log', client.from('activity_log').insert(row)).catch(
        (error: unknown) => {
          log.warn({ err: error, action, targetType, targetId }, 'an activity was not logged');
        },
      );
    },
  };
}
