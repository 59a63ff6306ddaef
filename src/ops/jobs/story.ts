import type { WorkflowHandle } from '@temporalio/client';
import { toMs } from '../../temporal/task-queues.js';
import type { Step } from './shown.js';

/** A workflow's record, as Temporal keeps it. */
export type RunHistory = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<RunHistory['events']>[number];
type Failure = NonNullable<
  NonNullable<HistoryEvent['activityTaskFailedEventAttributes']>['failure']
>;
type Payload = NonNullable<NonNullable<HistoryEvent['userMetadata']>['summary']>;

/** What an activity that is not done yet is doing, as Temporal describes it. */
export interface PendingStep {
  readonly event: number;
  readonly tries: number;
  readonly isRunning: boolean;
  readonly error: string | null;
}

const TIMEOUTS = ['', 'start-to-close', 'schedule-to-start', 'schedule-to-close', 'heartbeat'];

/** The steps of a run, in the order of their beginnings. */
export function readStory(history: RunHistory, pending: readonly PendingStep[] = []): Step[] {
  const steps = new Map<number, Step>();
  for (const event of history.events ?? []) readEvent(steps, event);
  for (const { event, tries, isRunning, error } of pending) {
    const step = steps.get(event);
    if (!step) continue;
    step.state = isRunning ? 'running' : 'waiting';
    step.tries = tries;
    step.earlierError = error;
  }
  return [...steps.values()];
}

function readEvent(steps: Map<number, Step>, event: HistoryEvent): void {
  const begun = beginningOf(event);
  if (begun !== null) {
    const number = Number(event.eventId);
    steps.set(number, {
      event: number,
      name: begun,
      summary: textOf(event.userMetadata?.summary),
      at: new Date(toMs(event.eventTime)).toISOString(),
      state: event.activityTaskScheduledEventAttributes ? 'waiting' : 'asked',
      tries: 1,
      waitSeconds: null,
      seconds: null,
      error: null,
      earlierError: null,
    });
    return;
  }
  readStart(steps, event);
  readEnd(steps, event);
}

/** The name of what begins here; null for an event that begins nothing of ours. */
function beginningOf(event: HistoryEvent): string | null {
  const name =
    nameOf(event) ??
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name ??
    event.workflowExecutionSignaledEventAttributes?.signalName;
  if (name != null) return name;
  return event.workflowExecutionCancelRequestedEventAttributes ? 'cancel in Temporal' : null;
}

/** Of what the workflow asked for in this event. */
export function nameOf(event: HistoryEvent): string | null | undefined {
  return (
    event.activityTaskScheduledEventAttributes?.activityType?.name ??
    event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name
  );
}

function readStart(steps: Map<number, Step>, event: HistoryEvent): void {
  const started = event.activityTaskStartedEventAttributes;
  const step = started && steps.get(Number(started.scheduledEventId));
  if (!step) return;
  step.state = 'running';
  step.tries = started.attempt ?? 1;
  step.waitSeconds = (toMs(event.eventTime) - Date.parse(step.at)) / 1_000;
  step.earlierError = describeFailure(started.lastFailure);
}

function readEnd(steps: Map<number, Step>, event: HistoryEvent): void {
  const ends = [
    ['completed', event.activityTaskCompletedEventAttributes],
    ['failed', event.activityTaskFailedEventAttributes],
    ['timed out', event.activityTaskTimedOutEventAttributes],
    ['cancelled', event.activityTaskCanceledEventAttributes],
  ] as const;
  for (const [state, end] of ends) {
    const step = end && steps.get(Number(end.scheduledEventId));
    if (!step) continue;
    step.state = state;
    step.seconds = (toMs(event.eventTime) - Date.parse(step.at)) / 1_000 - (step.waitSeconds ?? 0);
    if (end && 'failure' in end) step.error = describeFailure(end.failure);
  }
}

/** How the run ended by its own record; null while it runs. */
export function endOf(history: RunHistory): string | null {
  const last = history.events?.at(-1);
  if (last?.workflowExecutionCompletedEventAttributes) return 'completed';
  if (last?.workflowExecutionCanceledEventAttributes) return 'cancelled';
  if (last?.workflowExecutionTerminatedEventAttributes)
    return `terminated: ${last.workflowExecutionTerminatedEventAttributes.reason ?? ''}`;
  if (last?.workflowExecutionTimedOutEventAttributes) return 'timed out';
  const failed = last?.workflowExecutionFailedEventAttributes;
  if (failed?.failure?.canceledFailureInfo) return 'cancelled';
  return failed ? `failed: ${describeFailure(failed.failure) ?? 'reason unknown'}` : null;
}

/** The kind of an error and its text, the deepest cause, on one line. */
export function describeFailure(failure: Failure | null | undefined): string | null {
  if (!failure) return null;
  if (failure.cause && !failure.applicationFailureInfo) return describeFailure(failure.cause);
  const timeout = failure.timeoutFailureInfo?.timeoutType;
  const kind =
    failure.applicationFailureInfo?.type ??
    (timeout ? `${TIMEOUTS[timeout] ?? 'unknown'} time-out` : null) ??
    (failure.canceledFailureInfo ? 'cancelled' : null);
  const message = (failure.message ?? '').replaceAll(/\s+/g, ' ').trim();
  return [kind, message].filter((part) => part && part !== '').join(': ') || 'no reason given';
}

/** A payload of ours as text. */
function textOf(payload: Payload | null | undefined): string | null {
  if (!payload?.data || payload.data.length === 0) return null;
  const value: unknown = JSON.parse(Buffer.from(payload.data).toString('utf8'));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
