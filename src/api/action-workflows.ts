import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowHandle,
  type WorkflowIdReusePolicy,
} from '@temporalio/client';
import { askActionToCancel } from '../runs/cancel-action.js';
import { failureOfRun } from '../runs/failure.js';
import { poll, untilAborted } from '../concurrency.js';
import {
  type ActionEnd,
  type ActionKind,
  type ActionOutcome,
  type ActionRef,
  type CancelActionAnswer,
} from '../contracts/rows/actions.js';
import { isErrorKind, UNAVAILABLE_SENTENCE, type ErrorKind } from '../contracts/base/errors.js';
import { attributesOf, SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import { ACTION_EXECUTION_TIMEOUT, TASK_QUEUE } from '../contracts/durable/workflows.js';
import type { Store } from '../store/index.js';
import { ANSWER_WITHIN_MS, askTemporal } from './away.js';
import { Refusal, refusal, refusalOf, refusedForNow } from './http/refusal.js';
import type { Log } from '../telemetry/log.js';

/** A row is there at the first step of its workflow. */
const ROW_LIMIT_MS = 3_000;
const ROW_LOOK_MS = 50;

export interface ActionStart<I extends ActionRef> {
  kind: ActionKind;
  /** Two calls with one id share the work; `action/<actionId>` when each call is its own. */
  workflowId: string;
  input: I;
  /** One line for the operator. */
  summary: string;
  /** The end of another call's run under this id is no answer to this one. */
  isInTurn?: boolean;
}

/** Starts actions and waits for their ends, as V2's HTTP calls do. */
export interface ActionWorkflows {
  /**
   * Resolves with how the action ended, however long that takes. A caller that stops waiting does
   * not stop the action. One that prefers not to wait (longer) gets 202 and where to ask, thrown as
   * a {@link Refusal}; so does, as 503, one that waits when this process leaves.
   */
  perform<T, I extends ActionRef = ActionRef>(
    start: ActionStart<I>,
    req: Preferring,
  ): Promise<ActionOutcome<T>>;
  /**
   * As `perform` for work that is done once for its workflow id (F4): `made` when that was earlier
   * and `isMade` finds its result. A result that is gone is made anew.
   */
  performOnce<T, I extends ActionRef = ActionRef>(
    start: ActionStart<I>,
    req: Preferring,
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

/** The headers of a request, which may hold `Prefer: respond-async` (RFC 7240). */
interface Preferring {
  get(header: string): string | undefined;
}

interface ActionDeps {
  readonly temporal: Client;
  readonly rows: Pick<Store['actions'], 'get'>;
  /** Aborts when this process takes leave of those that wait. */
  readonly leaving: AbortSignal;
  readonly log: Log;
}

export function createActionWorkflows(deps: ActionDeps): ActionWorkflows {
  const begin = async <T, I extends ActionRef>(
    start: ActionStart<I>,
    req: Preferring,
    policy: WorkflowIdReusePolicy,
  ): Promise<ActionOutcome<T>> => {
    await refuseForeign(deps, start.input);
    const run = await startAction(deps.temporal, start, policy);
    const preferred = preferredWait(req);
    const { leaving } = deps;
    const end = untilAborted(run.result(), AbortSignal.any([leaving, ...preferred]));
    return outcomeOf<T>(end).catch(async (error: unknown) => {
      if (!leaving.aborted && !preferred[0]?.aborted) throw error;
      const actionId = await actionOf(run);
      const isAnswer = !start.isInTurn || actionId === start.input.actionId;
      if (leaving.aborted) throw waitingElsewhere(isAnswer ? actionId : null);
      if (isAnswer) throw await acceptedAction(deps, actionId);
      return begin<T, I>(start, { get: () => undefined }, policy);
    });
  };
  return {
    perform: (start, req) => begin(start, req, 'ALLOW_DUPLICATE'),
    async performOnce(start, req, isMade) {
      if (await isMade()) return 'made';
      try {
        return await begin(start, req, 'ALLOW_DUPLICATE_FAILED_ONLY');
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        if (await isMade()) return 'made';
        return begin(start, req, 'ALLOW_DUPLICATE');
      }
    },
    cancelAction: (actionId, isOpen) =>
      askActionToCancel(deps.temporal, deps.log, actionId, isOpen),
  };
}

/** A client names its actions: a run of that name may be of another user. */
async function refuseForeign({ rows }: ActionDeps, { actionId, userId }: ActionRef): Promise<void> {
  const row = await rows.get(actionId);
  if (row !== null && row.user_id !== userId) throw refusal(403, 'Access denied');
}

type ActionRun = Pick<WorkflowHandle, 'describe'>;

/** 202 once the action has its row, so that the address answers. */
async function acceptedAction({ rows }: ActionDeps, actionId: string): Promise<Refusal> {
  const isThere = (row: unknown) => row !== null;
  await poll(() => rows.get(actionId), isThere, ROW_LIMIT_MS, ROW_LOOK_MS);
  const headers = { 'Preference-Applied': 'respond-async', ...whereToAsk(actionId) };
  return new Refusal(202, { actionId }, headers);
}

/** Without an address the call has begun nothing, and is sent again. */
function waitingElsewhere(actionId: string | null): Refusal {
  return actionId === null
    ? refusedForNow(503, UNAVAILABLE_SENTENCE)
    : new Refusal(503, { error: UNAVAILABLE_SENTENCE }, whereToAsk(actionId));
}

export const whereToAsk = (actionId: string) => ({
  Location: `/api/actions/${actionId}`,
  'Retry-After': '1',
});

/** A call may have met the run of an earlier one. */
async function actionOf(run: ActionRun): Promise<string> {
  const { typedSearchAttributes } = await run.describe();
  return typedSearchAttributes.get(SEARCH_ATTRIBUTES.jobId) ?? '';
}

/** Aborts when a call has waited as long as it prefers to (`respond-async, wait=<seconds>`). */
function preferredWait(req: Preferring): AbortSignal[] {
  const preferred = (req.get('prefer') ?? '').toLowerCase().split(/[,;\s]+/);
  if (!preferred.includes('respond-async')) return [];
  const wait = preferred.find((each) => /^wait=\d{1,4}$/.test(each))?.slice('wait='.length);
  return [AbortSignal.timeout(Number(wait ?? 0) * 1_000)];
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

function startAction<I extends ActionRef>(
  temporal: Client,
  { kind, workflowId, input, summary }: ActionStart<I>,
  workflowIdReusePolicy: WorkflowIdReusePolicy,
) {
  const { userId, projectId, actionId } = input;
  return askTemporal(temporal, ANSWER_WITHIN_MS, () =>
    temporal.workflow.start(kind, {
      workflowId,
      taskQueue: TASK_QUEUE,
      workflowExecutionTimeout: ACTION_EXECUTION_TIMEOUT,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy,
      args: [input],
      staticSummary: summary,
      typedSearchAttributes: attributesOf({ userId, jobId: actionId, action: kind, projectId }),
      priority: { fairnessKey: userId },
    }),
  );
}

const CANCELLED = { ok: false, kind: 'RunCancelled', detail: 'the action was cancelled' } as const;

/** The end in the row of an action, as the outcome of its call. */
export function outcomeOfEnd(end: ActionEnd): ActionOutcome<unknown> {
  if (end.ended === 'completed') return { ok: true, result: end.result };
  return end.ended === 'failed' ? { ok: false, kind: end.kind, detail: end.detail } : CANCELLED;
}

/** The end of a workflow, which ends as its action does (I4). */
export async function outcomeOf<T>(result: Promise<unknown>): Promise<ActionOutcome<T>> {
  try {
    return { ok: true, result: (await result) as T };
  } catch (error) {
    const failure = failureOfRun(error);
    if (failure === null) throw error;
    const { type, message: detail } = failure;
    if (type === 'CancelledFailure') return CANCELLED;
    // Ended from outside: by an operator, or by the watch over broken workflows.
    return { ok: false, kind: isErrorKind(type) ? type : 'RunCrashed', detail };
  }
}
