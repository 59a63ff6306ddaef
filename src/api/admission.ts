import { setTimeout as sleep } from 'node:timers/promises';
import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { classifyTry, isRefusal, type Refusal } from '../runs/failed-tries.js';
import { askWriterToCancel, type CancelOutcome } from '../runs/cancel-job.js';
import { projectWorkflowId } from '../contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../contracts/durable/search-attributes.js';
import {
  ADMIT_UPDATE,
  optionsOf,
  type AdmitAnswer,
  type AdmitRequest,
} from '../contracts/durable/workflows.js';
import { crashPoint } from '../process/crash-points.js';
import type { Log } from '../telemetry/log.js';
import { currentSpan } from '../telemetry/tracing.js';
import { writerStart, type WriterWork } from '../temporal/writer-start.js';
import { operatorLinks, type OperatorPlaces } from './operators/operator-links.js';

/** `waiting`: our run was started but no worker has answered yet; it counts as accepted (A6). */
export type Admitted =
  | { kind: 'answered'; answer: AdmitAnswer }
  | { kind: 'waiting' }
  | { kind: 'refused'; code: Refusal | 'OPERATION_FAILED' };

export interface Admitter {
  /** Starts the work or meets the project's present writer (A1–A6). Never throws. */
  admit(work: WriterWork): Promise<Admitted>;
  /** Asks the project's writer to stop this job (F1); `noAnswer` when none can be reached. */
  cancel(projectId: string, jobId: string): Promise<CancelOutcome>;
}

const DEADLINE_MS = 5_000;
/** The present writer ends or answers within this time: waiting for it is not a failure. */
const OTHER_WRITER_DEADLINE_MS = 20_000;
/** Work other than a job that has begun will be done; this outlasts the replacement of a worker. */
const OWN_WORK_DEADLINE_MS = 60_000;
const DESCRIBE_TIMEOUT_MS = 2_000;
/** A silent server may hold our run: it is asked again for so long; a message fails within 15 s. */
const DESCRIBE_PATIENCE_MS = 6_000;
const DESCRIBE_PAUSE_MS = 100;

interface AdmitDeps {
  readonly temporal: Client;
  readonly log: Log;
  readonly places: OperatorPlaces;
}

export function createAdmitter(temporal: Client, log: Log, places: OperatorPlaces): Admitter {
  return {
    admit: (work) => admit({ temporal, log, places }, work),
    cancel: (projectId, jobId) => askWriterToCancel(temporal, log, projectId, jobId),
  };
}

async function admit(deps: AdmitDeps, work: WriterWork): Promise<Admitted> {
  const { temporal, log } = deps;
  const { projectId, messageId } = work.input;
  const startedMs = performance.now();
  let patienceMs = DEADLINE_MS;
  for (;;) {
    const outcome = await tryUntil(deps, work, startedMs + patienceMs);
    if (outcome !== 'timedOut') return outcome;
    const writer = await describeWriter(temporal, projectId);
    const isOurs = writer?.messageId === messageId;
    if (isOurs && writer.refusal !== null) return { kind: 'refused', code: writer.refusal };
    if (isOurs && work.kind === 'generate') return { kind: 'waiting' };
    // All but jobs are answered when they are done; a message that meets another writer, or one in
    // its last step, may wait longer, too.
    const longestMs = isOurs
      ? OWN_WORK_DEADLINE_MS
      : writer?.isRunning
        ? OTHER_WRITER_DEADLINE_MS
        : DEADLINE_MS;
    if (patienceMs >= longestMs) {
      log.warn({ projectId, kind: work.kind, writer }, 'admission timed out');
      return { kind: 'refused', code: 'OPERATION_FAILED' };
    }
    patienceMs = longestMs;
  }
}

/** Tries again until the deadline, with a new start operation each time. */
async function tryUntil(
  { temporal, log, places }: AdmitDeps,
  work: WriterWork,
  deadlineMs: number,
): Promise<Admitted | 'timedOut'> {
  while (performance.now() < deadlineMs) {
    try {
      const answer = await temporal.withDeadline(Date.now() + deadlineMs - performance.now(), () =>
        temporal.workflow.executeUpdateWithStart<Workflow, AdmitAnswer, [AdmitRequest]>(
          ADMIT_UPDATE,
          {
            args: [admitRequest(work)],
            startWorkflowOperation: startOperation(work, places),
          },
        ),
      );
      crashPoint('after-admit');
      return { kind: 'answered', answer };
    } catch (error) {
      const failed = classifyTry(error);
      if (failed.kind === 'refused') return { kind: 'refused', code: failed.code };
      if (failed.kind === 'timedOut') return 'timedOut';
      if (failed.kind === 'broken') {
        const { projectId } = work.input;
        log.error({ err: error, projectId, kind: work.kind }, 'admission failed');
        return { kind: 'refused', code: 'OPERATION_FAILED' };
      }
      await sleep(20 + Math.random() * 40);
    }
  }
  return 'timedOut';
}

/**
 * The latest run that writes or wrote the project; null = none, or Temporal did not answer in time.
 */
async function describeWriter(temporal: Client, projectId: string) {
  const handle = temporal.workflow.getHandle(projectWorkflowId(projectId));
  for (const untilMs = performance.now() + DESCRIBE_PATIENCE_MS; ; await sleep(DESCRIBE_PAUSE_MS)) {
    try {
      const { status, memo, typedSearchAttributes } = await temporal.withDeadline(
        Date.now() + DESCRIBE_TIMEOUT_MS,
        () => handle.describe(),
      );
      const isRefused = typedSearchAttributes.get(SEARCH_ATTRIBUTES.outcome) === 'refused';
      const code = typedSearchAttributes.get(SEARCH_ATTRIBUTES.failureKind);
      return {
        isRunning: status.name === 'RUNNING',
        messageId: memo?.messageId,
        kind: memo?.kind,
        /** Its end decides, however late the answer is (I3). */
        refusal: isRefused && isRefusal(code) ? code : null,
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || performance.now() >= untilMs) return null;
    }
  }
}

/** The running writer's input about the caller (A4). */
function admitRequest({ kind, input }: WriterWork): AdmitRequest {
  const { messageId, userId } = input;
  if (kind !== 'generate') return { kind, messageId, userId };
  const { content, queue, maxQueuedJobs: maxQueued } = input;
  const request = { kind, messageId, userId, content };
  return queue
    ? { ...request, queue: { ...queue, options: optionsOf(input), maxQueued } }
    : request;
}

/** A new start operation: each object serves one try only (A1). */
export function startOperation(work: WriterWork, places: OperatorPlaces) {
  const { type, workId, options } = writerStart(work);
  const { userId, projectId } = work.input;
  return new WithStartWorkflowOperation(type, {
    ...options,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticDetails: operatorLinks(places, {
      kind: work.kind,
      workId,
      userId,
      projectId,
      traceId: currentSpan()?.traceId ?? null,
    }),
  });
}
