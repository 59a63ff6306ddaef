import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { CANCEL_ACTION_UPDATE, type ActionKind, type ActionOutcome, type ActionRef, type CancelActionAnswer } from '../../contracts/actions.js';
import { actionWorkflowId } from '../../contracts/ids.js';
import { TASK_QUEUE } from '../../contracts/workflows.js';

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');
const KEYS = { userId: keyword('UserId'), projectId: keyword('ProjectId'), jobId: keyword('JobId'), action: keyword('JobAction') };
const CANCEL_TIMEOUT_MS = 6_000;

export interface ActionStart<I extends ActionRef> {
  kind: ActionKind;
  /** Two calls with one id share the work; `action/<actionId>` when each call is its own. */
  workflowId: string;
  input: I;
  /** One line for the operator. */
  summary: string;
}

/** Starts actions and waits for their ends, as V2's HTTP calls do. */
export interface Actions {
  /** Resolves with how the action ended, however long that takes. Whoever stops waiting changes nothing: the action goes on. */
  perform<T, I extends ActionRef = ActionRef>(start: ActionStart<I>): Promise<ActionOutcome<T>>;
  /** Stops an action, under whatever id its workflow runs; `tooLate` when none does any more. */
  cancelAction(actionId: string): Promise<CancelActionAnswer['outcome']>;
}

export function createActions(temporal: Client): Actions {
  return {
    async perform<T, I extends ActionRef>({ kind, workflowId, input, summary }: ActionStart<I>) {
      const { userId, projectId, actionId } = input;
      const handle = await temporal.workflow.start(kind, {
        workflowId, taskQueue: TASK_QUEUE, workflowIdConflictPolicy: 'USE_EXISTING', args: [input],
        staticSummary: summary,
        typedSearchAttributes: [
          { key: KEYS.userId, value: userId }, { key: KEYS.jobId, value: actionId }, { key: KEYS.action, value: kind },
          ...(projectId === null ? [] : [{ key: KEYS.projectId, value: projectId }]),
        ],
        priority: { fairnessKey: userId },
      });
      return await handle.result() as ActionOutcome<T>;
    },
    cancelAction: (actionId) => temporal.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, async () =>
      (await cancelWorkflow(temporal, actionWorkflowId(actionId))) ?? (await cancelFound(temporal, actionId)) ?? 'tooLate'),
  };
}

/** Null = no such workflow runs. */
async function cancelWorkflow(temporal: Client, workflowId: string): Promise<CancelActionAnswer['outcome'] | null> {
  try {
    return (await temporal.workflow.getHandle(workflowId).executeUpdate<CancelActionAnswer, []>(CANCEL_ACTION_UPDATE)).outcome;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** For actions that share one workflow id, so that there is one of them at a time: found by what they were started with. */
async function cancelFound(temporal: Client, actionId: string): Promise<CancelActionAnswer['outcome'] | null> {
  for await (const { workflowId } of temporal.workflow.list({ query: `JobId = '${actionId}' AND ExecutionStatus = 'Running'` })) {
    return cancelWorkflow(temporal, workflowId);
  }
  return null;
}
