import type { ModalClientParams } from 'modal';
import { DreamError } from '../../contracts/errors.js';

type Middleware = NonNullable<ModalClientParams['grpcMiddleware']>[number];

export interface RpcLimits {
  /** Longest silence of the control plane, milliseconds. */
  readonly deadlineMs: number;
  /** Longest wait that the control plane may ask for when it is busy, milliseconds. */
  readonly maxThrottleMs: number;
}

/** The trailer by which the control plane asks for patience (`RPCRetryPolicy`); the SDK then waits and tries again. */
const PATIENCE_TRAILER = 'grpc-status-details-bin';
/** The SDK nests the request for a token in every other request; tries multiply, so only the outer one has them. */
const TOKEN_REQUEST = '/modal.client.ModalClient/AuthTokenGet';
const OUTPUTS_REQUEST = '/modal.client.ModalClient/FunctionGetOutputs';

/**
 * The SDK has no deadlines of its own (G3). This outermost layer ends a request, with all its tries, as `ModalUnavailable` when
 * nothing was heard for `deadlineMs`; a wait that the control plane asked for is no silence.
 */
export function rpcDeadlines({ deadlineMs, maxThrottleMs }: RpcLimits): Middleware {
  return async function* deadlineMiddleware(call, options) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), deadlineMs);
    const limited: typeof options & { retries?: number } = {
      ...options,
      signal: options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal,
      onTrailer(trailer) {
        if (trailer.get(PATIENCE_TRAILER) !== undefined) {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(), maxThrottleMs + deadlineMs);
        }
        options.onTrailer?.(trailer);
      },
    };
    if (call.method.path === TOKEN_REQUEST) limited.retries = 0;
    try {
      return yield* call.next(call.request, limited);
    } catch (error) {
      if (silence.signal.aborted) throw new DreamError('ModalUnavailable', `no answer to ${call.method.path} within ${deadlineMs} ms`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * A result that Modal does not keep any more looks to the SDK like one that is not there yet, for ever. Nothing unfinished and
 * nothing to fetch means lost.
 */
export function lostResults(): Middleware {
  return async function* lostResultMiddleware(call, options) {
    const response = yield* call.next(call.request, options);
    if (call.method.path !== OUTPUTS_REQUEST) return response;
    const { outputs, numUnfinishedInputs } = response as { outputs?: unknown[]; numUnfinishedInputs?: number };
    if (outputs?.length === 0 && numUnfinishedInputs === 0) throw new DreamError('RunCrashed', 'Modal does not keep the result any more');
    return response;
  };
}
