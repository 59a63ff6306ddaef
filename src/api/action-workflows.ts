import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type Client,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { askActionToCancel } from '../runs/cancel-action.js';
import { withTimeout } from '../concurrency.js';
import {
  type ActionKind,
  type ActionOutcome,
  type ActionRef,
  type CancelActionAnswer,
} from '../contracts/rows/actions.js';
import { isErrorKind, unavailable, type ErrorKind } from '../contracts/base/errors.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';
import { refusalOf, type Refusal } from './http/refusal.js';
import type { Log } from '../telemetry/log.js';

/** The client gets an answer within 5 s when Temporal is unavailable, row and token included. */
const START_TIMEOUT_MS = 4_000;

export interface ActionStart<I extends ActionRef> {
  kind: ActionKind;
  /** Two calls with one id share the work; `action/<actionId>` when each call is its own. */
  workflowId: string;
  input: I;
  /** One line for the operator. */
  summary: string;
}

/** Starts actions and waits for their ends, as V2's HTTP calls do. */
export interface ActionWorkflows {
  /**
   * Resolves with how the action ended, however long that takes. A caller that stops waiting does
   * not stop the action.
   */
  perform<T, I extends ActionRef = ActionRef>(start: ActionStart<I>): Promise<ActionOutcome<T>>;
  /**
   * As `perform` for work that is done once for its workflow id (F4): `made` when that was earlier
   * and `isMade` finds its result. A result that is gone is made anew.
   */
  performOnce<T, I extends ActionRef = ActionRef>(
    start: ActionStart<I>,
    isMade: () => Promise<boolean>,
  ): Promise<ActionOutcome<T> | 'made'>;
  /**
   * Cancels an action by any id that its workflow may have; `noAnswer` when none is running or
   * answers: then the caller ends its row. `isOpen` returns whether the row is still open.
   */
  cancelAction(
    actionId: string,
    isOpen: () => Promise<boolean>,
  ): Promise<CancelActionAnswer['outcome'] | 'noAnswer'>;
}

export function createActionWorkflows(temporal: Client, log: Log): ActionWorkflows {
  return {
    perform: async <T, I extends ActionRef>(start: ActionStart<I>) =>
      outcomeOf<T>((await startAction(temporal, start, 'ALLOW_DUPLICATE')).result()),
    async performOnce<T, I extends ActionRef>(
      start: ActionStart<I>,
      isMade: () => Promise<boolean>,
    ) {
      if (await isMade()) return 'made';
      try {
        return await outcomeOf<T>(
          (await startAction(temporal, start, 'ALLOW_DUPLICATE_FAILED_ONLY')).result(),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        if (await isMade()) return 'made';
        return outcomeOf<T>((await startAction(temporal, start, 'ALLOW_DUPLICATE')).result());
      }
    },
    cancelAction: (actionId, isOpen) => askActionToCancel(temporal, log, actionId, isOpen),
  };
}

/**
 * The result of an action. A limit of money is refused as on every route (H3), any other failure by
 * `refused`.
 */
export function resultOf<T>(
  outcome: ActionOutcome<T>,
  refused: (failed: FailedAction) => Refusal = ({ kind }) => refusalOf(kind),
): T {
  if (outcome.ok) return outcome.result;
  throw isLimitOfMoney(outcome.kind) ? refusalOf(outcome.kind) : refused(outcome);
}

export const isLimitOfMoney = (kind: ErrorKind): boolean =>
  kind === 'SPENDING_LIMIT_EXCEEDED' || kind === 'LOSS_LIMIT_EXCEEDED';

export type FailedAction = Extract<ActionOutcome<unknown>, { ok: false }>;

async function startAction<I extends ActionRef>(
  temporal: Client,
  { kind, workflowId, input, summary }: ActionStart<I>,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
) {
  const { userId, projectId, actionId } = input;
  const started = temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
    temporal.workflow.start(kind, {
      workflowId,
      taskQueue: TASK_QUEUE,
      workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy,
      args: [input],
      staticSummary: summary,
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.userId, value: userId },
        { key: SEARCH_ATTRIBUTES.jobId, value: actionId },
        { key: SEARCH_ATTRIBUTES.action, value: kind },
        ...(projectId === null ? [] : [{ key: SEARCH_ATTRIBUTES.projectId, value: projectId }]),
      ],
      priority: { fairnessKey: userId },
    }),
  );
  // The client's own tries look at the deadline between two of them only.
  return withTimeout(started, START_TIMEOUT_MS, () => unavailable('Temporal does not answer'));
}

/** The end of a workflow, which ends as its action does (I4). */
export async function outcomeOf<T>(result: Promise<unknown>): Promise<ActionOutcome<T>> {
  try {
    return { ok: true, result: (await result) as T };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure && isErrorKind(cause.type))
      return { ok: false, kind: cause.type, detail: cause.message };
    if (cause instanceof CancelledFailure)
      return { ok: false, kind: 'RunCancelled', detail: 'the action was cancelled' };
    // Ended from outside: by an operator, or by the watch over broken workflows.
    return { ok: false, kind: 'RunCrashed', detail: cause?.message ?? error.message };
  }
}
