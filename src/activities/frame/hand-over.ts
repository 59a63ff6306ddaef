import { AsyncLocalStorage } from 'node:async_hooks';
import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { WORKER_SHUTDOWN, type WorkerShutdownDetails } from '../../contracts/durable/workflows.js';

const ofWorker = new AsyncLocalStorage<AbortSignal>();
const NEVER = new AbortController().signal;

/**
 * Gives activities the signal that aborts when their worker may not wait for their end: it received
 * a second stop request, or its grace is over (I5).
 */
export function handOverInterceptor(signal: AbortSignal): ActivityInterceptorsFactory {
  return () => ({
    inbound: { execute: (input, next) => ofWorker.run(signal, () => next(input)) },
  });
}

/** The hand-over signal of the worker that runs the current activity. */
export const handOverSignal = (): AbortSignal => ofWorker.getStore() ?? NEVER;

/**
 * The failure of an activity whose worker shuts down; no failure of the work, so it costs no
 * attempt. `cause` may carry what the work has cost.
 */
export function workerShutdown(details: WorkerShutdownDetails, cause: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    type: WORKER_SHUTDOWN,
    message: `the worker was shut down; the work ${details.goesOn ? 'goes on' : 'was cut'}`,
    details: [details],
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** True for the end of an activity whose work continues on another worker. */
export function goesOnElsewhere(error: unknown): boolean {
  if (!(error instanceof ApplicationFailure) || error.type !== WORKER_SHUTDOWN) return false;
  const [details] = (error.details ?? []) as Partial<WorkerShutdownDetails>[];
  return details?.goesOn === true;
}
