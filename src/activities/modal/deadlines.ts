import type { ModalClientParams } from 'modal';
import { AppError } from '../../contracts/base/errors.js';

type Middleware = NonNullable<ModalClientParams['grpcMiddleware']>[number];

export interface RpcLimits {
  /** Longest silence of the control plane, milliseconds. */
  readonly deadlineMs: number;
  /** Longest wait that the control plane may ask for when it is busy, milliseconds. */
  readonly maxThrottleMs: number;
}

/**
 * The trailer by which the control plane asks for patience (`RPCRetryPolicy`); the SDK then waits
 * and tries again.
 */
const PATIENCE_TRAILER = 'grpc-status-details-bin';
/**
 * The SDK nests the request for a token in every other request; tries multiply, so only the outer
 * one has them.
 */
const TOKEN_REQUEST = '/modal.client.ModalClient/AuthTokenGet';
const OUTPUTS_REQUEST = '/modal.client.ModalClient/FunctionGetOutputs';

/**
 * The SDK has no deadlines of its own (G3). This outermost layer ends a request, with all its
 * tries, as `ModalUnavailable` without any response for `deadlineMs`; a wait that the control
 * plane requested does not count.
 */
export function rpcDeadlines({ deadlineMs, maxThrottleMs }: RpcLimits): Middleware {
  return async function* deadlineMiddleware(call, options) {
    const silence = new AbortController();
    const timer = silenceTimer(() => silence.abort());
    timer.start(deadlineMs);
    const limited: typeof options & { retries?: number } = {
      ...options,
      signal: options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal,
      onTrailer(trailer) {
        if (trailer.get(PATIENCE_TRAILER) !== undefined) timer.start(maxThrottleMs + deadlineMs);
        options.onTrailer?.(trailer);
      },
    };
    if (call.method.path === TOKEN_REQUEST) limited.retries = 0;
    try {
      return yield* call.next(call.request, limited);
    } catch (error) {
      if (silence.signal.aborted)
        throw new AppError(
          'ModalUnavailable',
          `no answer to ${call.method.path} within ${deadlineMs} ms`,
        );
      throw error;
    } finally {
      timer.stop();
    }
  };
}

/**
 * So late the timer of a process is that had no time to run; then it may not have read yet what was
 * answered long ago.
 */
const LATE_MS = 100;
const READ_MS = 1_000;

/** Calls back when the time is over, and a little later when this process was blocked meanwhile. */
function silenceTimer(onSilence: () => void): { start: (ms: number) => void; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    start(ms) {
      clearTimeout(timer);
      const dueMs = performance.now() + ms;
      timer = setTimeout(() => {
        if (performance.now() - dueMs <= LATE_MS) return onSilence();
        timer = setTimeout(onSilence, READ_MS);
      }, ms);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * A result that Modal does not keep any more looks to the SDK like one that is not there yet, for
 * ever. Nothing unfinished and nothing to fetch means lost.
 */
export function lostResults(): Middleware {
  return async function* lostResultMiddleware(call, options) {
    const response = yield* call.next(call.request, options);
    if (call.method.path !== OUTPUTS_REQUEST) return response;
    const { outputs, numUnfinishedInputs } = response as {
      outputs?: unknown[];
      numUnfinishedInputs?: number;
    };
    if (outputs?.length === 0 && numUnfinishedInputs === 0)
      throw new AppError('RunCrashed', 'Modal does not keep the result any more');
    return response;
  };
}
