import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineUpdate,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import {
  CANCEL_ACTION_UPDATE,
  type ActionKind,
  type ActionOutcome,
  type ActionRef,
  type CancelActionAnswer,
} from '../contracts/actions.js';
import { shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';

const cancelActionUpdate = defineUpdate<CancelActionAnswer>(CANCEL_ACTION_UPDATE);

/**
 * The life that all actions share: opens the row, does the work, ends the row as what it became. A
 * cancel stops the work before its end and is reported like any other end; what `work` returns is
 * the row's result.
 */
export async function runAction<T>(
  kind: ActionKind,
  ref: ActionRef,
  work: () => Promise<T>,
): Promise<ActionOutcome<T>> {
  return CancellationScope.nonCancellable(() => new Action<T>(kind, ref, work).run());
}

class Action<T> {
  private isOver = false;
  private cancelled = false;
  private readonly scope = new CancellationScope();

  constructor(
    private readonly kind: ActionKind,
    private readonly ref: ActionRef,
    private readonly work: () => Promise<T>,
  ) {
    setHandler(cancelActionUpdate, () => this.cancel(), {
      description: 'Stops this action before its end.',
    });
  }

  async run(): Promise<ActionOutcome<T>> {
    const { actionId, userId, projectId } = this.ref;
    setCurrentDetails('処理中 (working)');
    const opened = await shared.openAction({ actionId, userId, projectId, kind: this.kind });
    const outcome = opened === 'denied' ? refused<T>() : await this.perform();
    this.isOver = true;
    setCurrentDetails(outcome.ok ? '終了 (done)' : `終了 (${outcome.kind})`);
    await condition(allHandlersFinished);
    return outcome;
  }

  private async perform(): Promise<ActionOutcome<T>> {
    const { actionId } = this.ref;
    try {
      const result = await this.scope.run(this.work);
      // Whoever cancelled in the last moment was first when the row says so.
      if (!(await shared.completeAction({ actionId, result }))) return stopped<T>();
      return { ok: true, result };
    } catch (error) {
      if (this.cancelled) return stopped<T>();
      const { kind, detail } = classifyFailure(error);
      await shared.failAction({ actionId, kind });
      return { ok: false, kind, detail };
    }
  }

  private async cancel(): Promise<CancelActionAnswer> {
    if (this.isOver) return { outcome: 'tooLate' };
    if (!(await shared.cancelAction({ actionId: this.ref.actionId })))
      return { outcome: 'tooLate' };
    this.cancelled = true;
    this.scope.cancel();
    return { outcome: 'cancelled' };
  }
}

function refused<T>(): ActionOutcome<T> {
  return { ok: false, kind: 'ACCESS_DENIED', detail: "the project is not the caller's" };
}

function stopped<T>(): ActionOutcome<T> {
  return { ok: false, kind: 'RunCancelled', detail: 'the action was cancelled' };
}
