import { toSnakeCase } from '../../contracts/base/case.js';
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

/** Table `activity_log`: append-only. */
export function activityLogTable(client: Client, log: Log) {
  return {
    /** Returns at once; a failure is logged. */
    write({ action, targetType, targetId, userId, details }: ActivityEntry): void {
      const row = toSnakeCase({ action, targetType, targetId, userId, details });
      run('write the activity log', client.from('activity_log').insert(row)).catch((err: unknown) =>
        log.warn({ err, action, targetType, targetId }, 'an activity was not logged'),
      );
    },
  };
}
