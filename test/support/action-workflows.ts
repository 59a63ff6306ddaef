import type { Client } from '@temporalio/client';
import { createActionWorkflows, type ActionWorkflows } from '../../src/api/action-workflows.js';
import { createLog } from '../../src/telemetry/log.js';

/** Of a call that waits for its end. */
export const WAITING = { get: () => undefined };

/** Actions as an API starts them, of whose rows nothing is known unless given. */
export function actionsOf(
  temporal: Client,
  more: Partial<Parameters<typeof createActionWorkflows>[0]> = {},
): ActionWorkflows {
  const leaving = new AbortController().signal;
  const rows = { get: async () => null };
  return createActionWorkflows({ temporal, rows, leaving, log: createLog('test'), ...more });
}
