import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionCall } from 'modal';
import type { z } from 'zod';
import {
  FUNCTIONS_HEARD,
  ModalReply,
  type ModalFunctionName,
  type ModalRequest,
  type SentFiles,
} from '../../contracts/execution/modal.js';
import { callbackKeyOf } from '../../contracts/base/signatures.js';
import { AppError } from '../../contracts/base/errors.js';
import { backoffMs, untilAborted, withTimeout } from '../../concurrency.js';
import { failureOf, type RunnerInput } from '../../contracts/execution/runner.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import type { Usage } from '../../store/tables/usage.js';
import { FailedRun } from '../hosted/host.js';
import type { ModalBreaker } from './breaker.js';
import type { ModalConnection } from './client.js';
import { isNotYet, isPassing, toAppError } from './errors.js';
import { priceUsd } from './price.js';

/**
 * Polls: soon at first, so that a short call costs little more than its work; then rarely, so that
 * many fit on one connection (G3).
 */
const POLL_BACKOFF = { firstMs: 50, factor: 1.5, maxMs: 2_000, jitter: 0.2 };
/** Pause before the control plane is asked again after it has not answered. */
const PAUSE_AFTER_SILENCE = 6;
/**
 * A running call outlives a short absence of the control plane; two tries and the way to the local
 * set stay below ten seconds (G1).
 */
const POLL_PATIENCE_MS = 5_000;
/**
 * For bytes that go beside the control plane, where the SDK has no deadline: a large request, a
 * large reply.
 */
const TRANSFER_LIMIT_MS = 60_000;
/** Longest short call (git, files). */
const SHORT_CALL_MS = 120_000;

/** What a call is known by: whose it is, and which work it does. */
export interface CallName {
  readonly userId: string;
  readonly fn: ModalFunctionName;
  /** Our own id of the call; made up when it is not given. */
  readonly callId?: string;
  /** The action, or job, that it is made for and is none of the attempts of. */
  readonly actionId?: string;
  /** The job's attempt that this call is. */
  readonly attempt?: { readonly jobId: string; readonly number: number };
}

/**
 * One piece of work for a function on the user's own Volume; paths in `input` are relative to the
 * Volume.
 */
export interface ModalCall extends CallName {
  readonly input: RunnerInput;
  /** Files that the input names. */
  readonly files?: SentFiles;
  /** Where on the Volume the answer is kept for a day, and looked for first. */
  readonly keep?: string;
}

export interface Waiting {
  readonly signal?: AbortSignal;
  /** Looks at the run between two polls; its error ends the waiting. */
  readonly watch?: () => Promise<void>;
}

export interface ModalAnswer<T = unknown> {
  readonly result: T;
  /** The version object that the run has made. */
  readonly object: Buffer | null;
}

/**
 * A call that Modal has taken. Its id and time are what another worker needs to take it up again.
 */
export interface RunningCall {
  readonly remote: FunctionCall;
  readonly call: CallName;
  readonly callId: string;
  readonly spawnedAtMs: number;
  /** Resolves when its beginning is written down, so that its end is written after it. */
  readonly noted: Promise<void>;
}

/** Calls of our functions on Modal. Everything thrown is a AppError, or the reason of `signal`. */
export interface ModalCalls {
  /** Runs a short call to its end; a call that does not end in time is ended. */
  run<T>(call: ModalCall, result: z.ZodType<T>): Promise<ModalAnswer<T>>;
  /** Begins a call. Fast when Modal is refused, down or known to be (G1). */
  spawn(call: ModalCall): Promise<RunningCall>;
  /** Takes up a call that a worker spawned which is gone. */
  attach(call: CallName, functionCallId: string, spawnedAtMs: number): Promise<RunningCall>;
  /** Waits for the end of a call. The call goes on when the waiting ends otherwise. */
  wait(running: RunningCall, waiting?: Waiting): Promise<ModalAnswer>;
  /** Ends a call and everything that it has started. A cancel that fails is logged. */
  cancel(running: RunningCall): Promise<void>;
  /**
   * The same for an orphaned call. Throws when the cancel fails; an unknown call counts as ended.
   */
  readonly reap: (functionCallId: string) => Promise<void>;
  /** False = this user never had a Volume, so there is nothing to work on. */
  hasVolume(userId: string): Promise<boolean>;
}

export interface CallDeps {
  connection: ModalConnection;
  breaker: ModalBreaker;
  /** Of the runner that this worker was built with. */
  version: string;
  ledger: CallLedger;
  /** CALLBACK_SECRET: what is sent is a key made from it, of one call. */
  callbackSecret: string;
  log: Log;
}

/**
 * Where calls are written down: those that may still run, so that none is orphaned, and what
 * each of them cost.
 */
export interface CallLedger {
  started: Store['modalCalls']['started'];
  ended: Store['modalCalls']['ended'];
  recordCall: Usage['recordCall'];
}

export function createModalCalls(deps: CallDeps): ModalCalls {
  return {
    run: (call, result) => runShort(deps, call, result),
    spawn: (call) => deps.breaker.use(() => spawn(deps, call)),
    attach: async (call, functionCallId, spawnedAtMs) => ({
      call,
      callId: call.callId ?? functionCallId,
      spawnedAtMs,
      noted: Promise.resolve(),
      remote: await retryTransient(deps, () => deps.connection.find(functionCallId)),
    }),
    wait: (running, waiting = {}) => wait(deps, running, waiting),
    cancel: (running) => cancel(deps, running),
    reap: (functionCallId) => reap(deps, functionCallId),
    hasVolume: (userId) => deps.breaker.use(() => deps.connection.hasVolume(userId)),
  };
}

async function runShort<T>(
  deps: CallDeps,
  call: ModalCall,
  result: z.ZodType<T>,
): Promise<ModalAnswer<T>> {
  const running = await deps.breaker.use(() => spawn(deps, call));
  const limit = AbortSignal.timeout(SHORT_CALL_MS);
  try {
    const answer = await wait(deps, running, { signal: limit });
    const read = result.safeParse(answer.result);
    if (!read.success)
      throw new AppError('OPERATION_FAILED', `the answer of ${call.fn} cannot be understood`);
    return { ...answer, result: read.data };
  } catch (error) {
    if (isPassing(error) || limit.aborted) await cancel(deps, running);
    throw limit.aborted
      ? new AppError('ModalUnavailable', `${call.fn} took longer than ${SHORT_CALL_MS} ms`)
      : error;
  }
}

async function spawn(deps: CallDeps, call: ModalCall): Promise<RunningCall> {
  const { userId, fn, input, files = {}, keep = null, attempt, callId = randomUUID() } = call;
  const callbackKey = FUNCTIONS_HEARD.includes(fn)
    ? callbackKeyOf(deps.callbackSecret, callId).toString('hex')
    : null;
  const { version } = deps;
  const request: ModalRequest = { version, callId, input, files, keep, callbackKey };
  const bound = await deps.connection.bind(fn, userId);
  const spawning = bound.spawn([request]);
  const remote = await transferred(spawning).catch((error: unknown) => {
    // Taken too late: its caller has gone.
    spawning.then((late) => late.cancel({ terminateContainers: true })).catch(() => undefined);
    throw error;
  });
  const noted = note(
    deps,
    deps.ledger.started({
      functionCallId: remote.functionCallId,
      callId,
      userId,
      jobId: attempt?.jobId ?? null,
      attempt: attempt?.number ?? null,
      function: fn,
    }),
  );
  return { remote, call, callId, spawnedAtMs: Date.now(), noted };
}

async function cancel(deps: CallDeps, running: RunningCall): Promise<void> {
  const { functionCallId } = running.remote;
  try {
    // Otherwise the model goes on spending in an orphaned container.
    await running.remote.cancel({ terminateContainers: true });
    close(deps, running);
  } catch (error) {
    // It stays open in the ledger: the watcher of orphaned calls tries again.
    deps.log.warn({ err: toAppError(error), functionCallId }, 'a call on Modal could not be ended');
  }
}

async function reap({ connection }: CallDeps, functionCallId: string): Promise<void> {
  try {
    await (await connection.find(functionCallId)).cancel({ terminateContainers: true });
  } catch (error) {
    const failure = toAppError(error);
    if (failure.kind !== 'RunCrashed') throw failure;
  }
}

async function wait(
  deps: CallDeps,
  running: RunningCall,
  { signal, watch }: Waiting,
): Promise<ModalAnswer> {
  for (let polls = 0; ; polls += 1) {
    const ended = await untilAborted(
      retryTransient(deps, () => poll(running.remote)),
      signal,
    );
    if (ended) return readAnswer(deps, running, ended);
    await watch?.();
    await untilAborted(sleep(pollDelayMs(polls, Math.random())), signal);
  }
}

/** How a call ended: with a reply, or by an error of its own. */
type Ended = { reply: unknown } | { failure: AppError };

/** Null = not ended yet. Throws what passes: then nothing is known about the call. */
async function poll(remote: FunctionCall): Promise<Ended | null> {
  try {
    return { reply: (await transferred(remote.get({ timeoutMs: 0 }))) as unknown };
  } catch (error) {
    if (isNotYet(error)) return null;
    const failure = toAppError(error);
    if (isPassing(failure)) throw failure;
    return { failure };
  }
}

function readAnswer(deps: CallDeps, running: RunningCall, ended: Ended): ModalAnswer {
  if ('failure' in ended) {
    close(deps, running, ended.failure.details['seconds']);
    throw ended.failure;
  }
  const reply = ModalReply.safeParse(ended.reply);
  close(deps, running, reply.data?.seconds);
  if (!reply.success)
    throw new AppError('RunCrashed', 'the reply of the function cannot be understood');
  const { version, result, failure, object } = reply.data;
  if (version !== deps.version)
    throw new AppError(
      'ModalOutdated',
      `the function runs version ${version}, not ${deps.version}`,
    );
  const made = object && Buffer.from(object);
  if (failure) throw new FailedRun(failureOf(failure), made);
  return { result, object: made };
}

/** A call costs whatever became of it; without its own word, as long as we knew of it. */
function close(
  deps: CallDeps,
  { remote, call, callId, spawnedAtMs, noted }: RunningCall,
  told?: unknown,
): void {
  const seconds = typeof told === 'number' ? told : Math.max(0, Date.now() - spawnedAtMs) / 1_000;
  const { ledger } = deps;
  void note(
    deps,
    noted.then(() => ledger.ended(remote.functionCallId)),
  );
  void note(
    deps,
    ledger.recordCall({
      callId,
      userId: call.userId,
      jobId: call.attempt?.jobId ?? call.actionId ?? null,
      function: call.fn,
      seconds,
      usd: priceUsd(call.fn, seconds),
    }),
  );
}

/** A failed entry must not fail a call: it is not awaited, and failures are logged. */
function note({ log }: CallDeps, writing: Promise<void>): Promise<void> {
  return writing.catch(warned(log, {}, 'a call on Modal could not be written down'));
}

/**
 * Pause after the poll with this number (from 0); `random` in [0, 1) spreads the polls of many
 * calls.
 */
export function pollDelayMs(polls: number, random: number): number {
  return backoffMs(POLL_BACKOFF, polls, random);
}

/**
 * Asks again while Modal does not answer, until the patience with it ends; that counts as one
 * failure for the breaker.
 */
async function retryTransient<T>({ breaker }: CallDeps, ask: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + POLL_PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const failure = toAppError(error);
      if (!isPassing(failure)) throw failure;
      if (performance.now() >= untilMs) {
        await breaker.noteFailure(failure);
        throw failure;
      }
      await sleep(pollDelayMs(PAUSE_AFTER_SILENCE, Math.random()));
    }
  }
}

/** The end of a transfer of bytes. Throws `ModalUnavailable` when it takes too long. */
function transferred<T>(transfer: Promise<T>): Promise<T> {
  return withTimeout(
    transfer,
    TRANSFER_LIMIT_MS,
    () => new AppError('ModalUnavailable', `Modal took longer than ${TRANSFER_LIMIT_MS} ms`),
  );
}
