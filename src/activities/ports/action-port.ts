import type { ActionEnd, ActionKind, ActionRef } from '../../contracts/rows/actions.js';
import type { ErrorKind } from '../../contracts/base/errors.js';
import type { PaidWork } from '../../contracts/rows/usage.js';
import type { Backend } from '../../contracts/execution/backends.js';

/** Rows of actions (B1); every step may be repeated. */
export interface ActionActivities {
  /** A row that has ended already is answered with its end: nothing is done twice (H1). */
  openAction(
    input: ActionRef & { kind: ActionKind | 'tune' },
  ): Promise<'opened' | 'denied' | ActionEnd>;
  /**
   * Sets aside what a step may cost (H3); false when the row has ended. An action's first step may
   * be refused: SPENDING_LIMIT_EXCEEDED.
   */
  reserveStep(input: {
    actionId: string;
    step: string;
    work: PaidWork;
    backend: Backend;
  }): Promise<boolean>;
  /** False when the row had ended otherwise (cancelled); so do the next two. */
  completeAction(input: { actionId: string; result: unknown }): Promise<boolean>;
  failAction(input: { actionId: string; kind: ErrorKind; detail: string }): Promise<boolean>;
  /** Ends the row; then its workflow counts as cancelled (I4). */
  cancelAction(input: { actionId: string }): Promise<boolean>;
  /** How the row has ended; null when it has not, or is gone with its project. */
  readActionEnd(input: { actionId: string }): Promise<ActionEnd | null>;
}
