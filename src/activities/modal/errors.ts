import { z } from 'zod';
import { parsedJson } from '../../contracts/base/readable.js';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { failureOf, RunnerFailure } from '../../contracts/execution/runner.js';

/**
 * A failure as the function raises it: the runner's own words, and how long the container worked.
 */
const SpokenFailure = RunnerFailure.extend({
  seconds: z.number().nonnegative().optional(),
}).loose();

/**
 * gRPC codes that mean something to us (the SDK does not export its error class: it is known by its
 * name).
 */
const GRPC = { notFound: 5, resourceExhausted: 8 } as const;

interface ForeignError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  details?: unknown;
}

/**
 * True for the SDK's error of a result that is not ready yet (its class is also that of a
 * function's time-out).
 */
export function isNotYet(error: unknown): boolean {
  return (error as ForeignError).name === 'TimeoutError';
}

/** True when Modal cannot be reached or does not answer: what opens the breaker. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.kind === 'ModalUnavailable';
}

/**
 * True when asking again may help although the control plane did not answer the question: what a
 * running call is patient with.
 */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof AppError && error.kind === 'ModalQuota');
}

/**
 * Maps an error of the SDK to one of our kinds: the runner's own error, the end of the container,
 * or a refusal of the control plane. Unknown troubles count as Modal being
 * unavailable, so that the step goes on locally.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { name, message, code, details } = error as ForeignError;
  const text = String(message ?? error);
  switch (name) {
    case 'RemoteError':
      return (
        spokenFailure(text) ??
        new AppError(
          'RunCrashed',
          shorten(text.replace(/^Remote error: $/, 'the call was ended from outside')),
        )
      );
    case 'FunctionTimeoutError':
      return new AppError('RunTimedOut', shorten(text));
    // The app, a function or a secret is missing: it has to be deployed.
    case 'NotFoundError':
      return new AppError('ModalOutdated', shorten(text));
    case 'ClientError':
      return new AppError(
        kindOfCode(code),
        `Modal answered ${String(code)}: ${shorten(typeof details === 'string' ? details : text)}`,
      );
    default:
      return new AppError('ModalUnavailable', shorten(text));
  }
}

/** How it begins. */
const SPOKEN = 'AppError{';

/**
 * The runner's own failure, raised by the function as `AppError{json}`; null when the text holds
 * none.
 */
function spokenFailure(text: string): AppError | null {
  const at = text.indexOf(SPOKEN);
  const end = text.lastIndexOf('}') + 1;
  if (at === -1 || end < at) return null;
  const failure = parsedJson(SpokenFailure, text.slice(at + SPOKEN.length - 1, end));
  return failure && failureOf(failure);
}

function kindOfCode(code: unknown): ErrorKind {
  switch (code) {
    case GRPC.resourceExhausted:
      return 'ModalQuota';
    case GRPC.notFound:
      return 'RunCrashed'; // Asked for by its id: a call that Modal does not know any more.
    default:
      return 'ModalUnavailable';
  }
}

const shorten = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text);
