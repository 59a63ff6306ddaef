import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { CANCEL_ACTION_UPDATE, type CancelActionAnswer } from '../contracts/rows/actions.js';
import { actionWorkflowId } from '../contracts/base/ids.js';
import { isActive, type ActionRow } from '../contracts/rows/rows.js';
import type { Log } from '../telemetry/log.js';

const CANCEL_TIMEOUT_MS = 4_500;
/**
 * Temporal's list of workflows learns of a new one a moment after its start: so long, and so often,
 * an open action is looked for.
 */
const LIST_LAG_MS = 3_500;
const LIST_PAUSE_MS = 200;

type Outcome = CancelActionAnswer['outcome'];

/** Rows of actions, as far as a cancel needs them. */
export interface CancellableActions {
  get(actionId: string): Promise<ActionRow | null>;
  cancel(actionId: string): Promise<ActionRow | null>;
}

/**
 * Stops an action as its owner does: whether or not a workflow answers for it, its row ends (H2);
 * what still works for it finds it ended.
 */
export async function cancelAction(
  ask: (actionId: string, isOpen: () => Promise<boolean>) => Promise<Outcome | 'noAnswer'>,
  actions: CancellableActions,
  actionId: string,
): Promise<Outcome> {
  const isOpen = async (): Promise<boolean> => {
    const row = await actions.get(actionId);
    return row !== null && isActive(row.state);
  };
  const outcome = await ask(actionId, isOpen);
  if (outcome !== 'noAnswer') return outcome;
  return (await actions.cancel(actionId)) === null ? 'tooLate' : 'cancelled';
}

/**
 * Cancels an action by any id that its workflow may have; `noAnswer` when none is running or
 * answers: then the caller ends its row. `isOpen` returns whether the row is still open.
 */
export async function askActionToCancel(
  temporal: Client,
  log: Log,
  actionId: string,
  isOpen: () => Promise<boolean>,
): Promise<Outcome | 'noAnswer'> {
  const startedMs = performance.now();
  try {
    return await temporal.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, async () => {
      for (;;) {
        const outcome =
          (await cancelWorkflow(temporal, actionWorkflowId(actionId))) ??
          (await cancelFound(temporal, actionId));
        if (outcome !== null) return outcome;
        if (!(await isOpen())) return 'tooLate';
        if (performance.now() - startedMs > LIST_LAG_MS) return 'noAnswer';
        await sleep(LIST_PAUSE_MS);
      }
    });
  } catch (error) {
    log.warn({ err: error, actionId }, 'no workflow answers for an action that is to be stopped');
    return 'noAnswer';
  }
}

/** Null = no such workflow runs. */
async function cancelWorkflow(
  temporal: Client,
  workflowId: string,
): Promise<CancelActionAnswer['outcome'] | null> {
  const handle = temporal.workflow.getHandle(workflowId);
  try {
    return (await handle.executeUpdate<CancelActionAnswer, []>(CANCEL_ACTION_UPDATE)).outcome;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    // No worker answers. The server keeps this for the next one, which then stops the work.
    void temporal
      .withDeadline(Date.now() + CANCEL_TIMEOUT_MS, () => handle.cancel())
      .catch(() => 0);
    throw error;
  }
}

/**
 * For actions that share one workflow id, so that there is one of them at a time: found by what
 * they were started with.
 */
async function cancelFound(
  temporal: Client,
  actionId: string,
): Promise<CancelActionAnswer['outcome'] | null> {
  for await (const { workflowId } of temporal.workflow.list({
    query: `JobId = '${actionId}' AND ExecutionStatus = 'Running'`,
  })) {
    return cancelWorkflow(temporal, workflowId);
  }
  return null;
}
