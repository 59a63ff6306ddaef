import { toSnakeCase } from '../../contracts/base/case.js';
import { warned, type Log } from '../../telemetry/log.js';
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
  readonly targetType: 'user' | 'project' | 'address';
  readonly targetId: string;
  /** Who did it; null = not known. */
  readonly userId: string | null;
  readonly details: string | null;
}

/** Table `activity_log`: append-only. */
export function activityLogTable(client: Client, log: Log) {
  /** Returns at once; a failure is logged. */
  const write = ({ action, targetType, targetId, userId, details }: ActivityEntry): void => {
    const row = toSnakeCase({ action, targetType, targetId, userId, details });
    run('write the activity log', client.from('activity_log').insert(row)).catch(
      warned(log, { action, targetType, targetId }, 'an activity was not logged'),
    );
  };
  return {
    write,
    /** The same of a project. */
    ofProject(
      action: ActivityEntry['action'],
      targetId: string,
      userId: string | null,
      details: string | null = null,
    ): void {
      write({ action, targetType: 'project', targetId, userId, details });
    },
  };
}
