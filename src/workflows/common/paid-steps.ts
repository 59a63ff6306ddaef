import { CancelledFailure } from '@temporalio/workflow';
import type { PaidWork } from '../../contracts/rows/usage.js';
import { HOME_BACKEND, type Backend } from '../../contracts/execution/backends.js';
import { shared } from './activity-proxies.js';
import type { Attempt } from './run-with-fallback.js';

/**
 * Sets aside what a step of an action may cost (H3). Throws when a limit is reached, or the row has
 * ended elsewhere.
 */
export async function reserveStep(
  actionId: string,
  step: string,
  work: PaidWork,
  backend: Backend = HOME_BACKEND,
): Promise<void> {
  const isOpen = await shared.reserveStep.executeWithOptions(
    { summary: `Set aside what the ${work} may cost` },
    [{ actionId, step, work, backend }],
  );
  if (!isOpen) throw new CancelledFailure("the action's row has ended");
}

/** Before each attempt at work that is paid for: the attempt's number names the step (C1). */
export function paidAttempts(actionId: string, work: PaidWork) {
  return async (attempt: Attempt): Promise<Attempt> => {
    await reserveStep(actionId, String(attempt.number), work, attempt.backend);
    return attempt;
  };
}
