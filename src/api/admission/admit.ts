import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { Log } from '../../log.js';
import { crashPoint } from '../../crash-points.js';
import { projectWorkflowId } from '../../contracts/ids.js';
import {
  ADMIT_UPDATE,
  CANCEL_UPDATE,
  type AdmitAnswer,
  type AdmitRequest,
  type CancelAnswer,
  type CancelRequest,
} from '../../contracts/workflows.js';
import { classifyTry, type FailedTry, type Refusal } from './failures.js';
import { admitRequest, startOperation, type Admission } from './start-options.js';

/** `waiting`: our run was started but no worker has answered yet; it counts as accepted (A6). */
export type Admitted =
  | { kind: 'answered'; answer: AdmitAnswer }
  | { kind: 'waiting' }
  | { kind: 'refused'; code: Refusal | 'OPERATION_FAILED' };

const DEADLINE_MS = 5_000;
/**
 * Whoever writes the project now ends or answers: it is waited for, not called a failure of the
 * message.
 */
const OTHER_WRITER_DEADLINE_MS = 20_000;
/**
 * A restore or delete that has begun will be done, so it is not called failed before even a dead
 * worker was replaced.
 */
const OWN_WORK_DEADLINE_MS = 60_000;
const DESCRIBE_TIMEOUT_MS = 2_000;
/**
 * A server that is silent just then may hold our run: calling the message failed would be wrong, so
 * it is asked again for so long.
 */
const DESCRIBE_PATIENCE_MS = 8_000;
const DESCRIBE_PAUSE_MS = 100;
const CANCEL_TIMEOUT_MS = 6_000;

export interface Admitter {
  /** Starts the work or meets whoever writes the project now (A1–A6). Never throws. */
  admit(admission: Admission): Promise<Admitted>;
  /**
   * Asks the project's writer to stop this job (F1); `noAnswer` when there is none or it cannot be
   * reached.
   */
  cancel(projectId: string, jobId: string): Promise<CancelAnswer['outcome'] | 'noAnswer'>;
}

export function createAdmitter(temporal: Client, log: Log): Admitter {
  return {
    admit: (admission) => admit(temporal, log, admission),
    cancel: (projectId, jobId) => cancel(temporal, log, projectId, jobId),
  };
}

async function admit(temporal: Client, log: Log, admission: Admission): Promise<Admitted> {
  const startedMs = performance.now();
  let patienceMs = DEADLINE_MS;
  for (;;) {
    const outcome = await tryUntil(temporal, log, admission, startedMs + patienceMs);
    if (outcome !== 'timedOut') return outcome;
    const writer = await describeWriter(temporal, admission.input.projectId);
    const isOurs = writer?.messageId === admission.input.messageId;
    if (isOurs && admission.kind === 'generate') return { kind: 'waiting' };
    // Restore and delete are answered when they are done; whoever meets another writer, or one in
    // its last step, may wait longer too.
    const longestMs = isOurs
      ? OWN_WORK_DEADLINE_MS
      : writer?.isRunning
        ? OTHER_WRITER_DEADLINE_MS
        : DEADLINE_MS;
    if (patienceMs >= longestMs) {
      log.warn(
        { projectId: admission.input.projectId, kind: admission.kind, writer },
        'admission timed out',
      );
      return { kind: 'refused', code: 'OPERATION_FAILED' };
    }
    patienceMs = longestMs;
  }
}

/** Tries again until the deadline, with a new start operation each time. */
async function tryUntil(
  temporal: Client,
  log: Log,
  admission: Admission,
  deadlineMs: number,
): Promise<Admitted | 'timedOut'> {
  while (performance.now() < deadlineMs) {
    try {
      const answer = await temporal.withDeadline(Date.now() + deadlineMs - performance.now(), () =>
        temporal.workflow.executeUpdateWithStart<Workflow, AdmitAnswer, [AdmitRequest]>(
          ADMIT_UPDATE,
          { args: [admitRequest(admission)], startWorkflowOperation: startOperation(admission) },
        ),
      );
      crashPoint('after-admit');
      return { kind: 'answered', answer };
    } catch (error) {
      const failed: FailedTry = classifyTry(error);
      if (failed.kind === 'refused') return { kind: 'refused', code: failed.code };
      if (failed.kind === 'timedOut') return 'timedOut';
      if (failed.kind === 'broken') {
        log.error(
          { err: error, projectId: admission.input.projectId, kind: admission.kind },
          'admission failed',
        );
        return { kind: 'refused', code: 'OPERATION_FAILED' };
      }
      await sleep(20 + Math.random() * 40);
    }
  }
  return 'timedOut';
}

/**
 * The latest run that wrote or writes the project; null when there is none or nobody could tell for
 * long.
 */
async function describeWriter(
  temporal: Client,
  projectId: string,
): Promise<{ isRunning: boolean; messageId: unknown; kind: unknown } | null> {
  const handle = temporal.workflow.getHandle(projectWorkflowId(projectId));
  for (const untilMs = performance.now() + DESCRIBE_PATIENCE_MS; ; await sleep(DESCRIBE_PAUSE_MS)) {
    try {
      const { status, memo } = await temporal.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () =>
        handle.describe(),
      );
      return { isRunning: status.name === 'RUNNING', messageId: memo?.messageId, kind: memo?.kind };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || performance.now() >= untilMs) return null;
    }
  }
}

async function cancel(
  temporal: Client,
  log: Log,
  projectId: string,
  jobId: string,
): Promise<CancelAnswer['outcome'] | 'noAnswer'> {
  const handle = temporal.workflow.getHandle(projectWorkflowId(projectId));
  try {
    const { outcome } = await temporal.withDeadline(Date.now() + CANCEL_TIMEOUT_MS, () =>
      handle.executeUpdate<CancelAnswer, [CancelRequest]>(CANCEL_UPDATE, { args: [{ jobId }] }),
    );
    return outcome;
  } catch (error) {
    if (classifyTry(error).kind === 'broken')
      log.error({ err: error, projectId, jobId }, 'cancelling through the workflow failed');
    return 'noAnswer';
  }
}
