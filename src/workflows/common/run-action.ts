import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineUpdate,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import {
  CANCEL_ACTION_UPDATE,
  type ActionEnd,
  type ActionKind,
  type ActionRef,
  type CancelActionAnswer,
} from '../../contracts/rows/actions.js';
import { shared } from './activity-proxies.js';
import { cancelledRun, failedRun, markEnd, markKind } from './ends.js';
import { classifyFailure } from './failures.js';

const cancelActionUpdate = defineUpdate<CancelActionAnswer>(CANCEL_ACTION_UPDATE);

/**
 * The life that all actions share: opens the row, does the work, ends the row as what it became
 * (H1, H2). What `work` returns is the row's result and the workflow's; a failed action is a failed
 * workflow, a cancelled one a cancelled workflow (I4). A row that has ended before is answered as
 * it ended.
 */
export async function runAction<T>(
  kind: ActionKind,
  ref: ActionRef,
  work: () => Promise<T>,
): Promise<T> {
  // Its scope is a child of the root, so that an operator's cancel reaches the work; the ends are
  // out of its reach.
  const action = new Action<T>(kind, ref, work);
  return CancellationScope.nonCancellable(() => action.run());
}

class Action<T> {
  private isOver = false;
  private cancelsUnderWay = 0;
  private cancelled = false;
  private readonly scope = new CancellationScope();

  constructor(
    private readonly kind: ActionKind,
    private readonly ref: ActionRef,
    private readonly work: () => Promise<T>,
  ) {
    setHandler(cancelActionUpdate, () => CancellationScope.nonCancellable(() => this.cancel()), {
      description: 'Stops this action before its end.',
    });
  }

  async run(): Promise<T> {
    markKind(this.kind);
    setCurrentDetails('処理中 (working)');
    const end = await this.reachEnd();
    this.isOver = true;
    const failure = end.ended === 'failed' ? end.kind : null;
    setCurrentDetails(`終了 (${failure ?? end.ended})`);
    markEnd(end.ended, failure);
    await condition(allHandlersFinished);
    if (end.ended === 'failed') throw failedRun(end);
    if (end.ended === 'cancelled') throw cancelledRun();
    return end.result;
  }

  private async reachEnd(): Promise<ActionEnd<T>> {
    const { actionId, userId, projectId } = this.ref;
    const opened = await shared.openAction({ actionId, userId, projectId, kind: this.kind });
    if (opened === 'opened') return this.perform();
    if (opened !== 'denied') return opened as ActionEnd<T>;
    return { ended: 'failed', kind: 'ACCESS_DENIED', detail: "the project is not the caller's" };
  }

  private async perform(): Promise<ActionEnd<T>> {
    const { actionId } = this.ref;
    try {
      const result = await this.scope.run(this.work);
      // A cancel in the last moment was first when the row is cancelled.
      if (await shared.completeAction({ actionId, result })) return { ended: 'completed', result };
    } catch (error) {
      const { kind, detail } = classifyFailure(error);
      if (kind !== 'RunCancelled' && !isCancellation(error))
        return (await shared.failAction({ actionId, kind, detail }))
          ? { ended: 'failed', kind, detail }
          : this.endOfRow();
    }
    return this.endCancelled();
  }

  /** By its owner, by an operator, or because the row has ended elsewhere. */
  private async endCancelled(): Promise<ActionEnd<T>> {
    await condition(() => this.cancelsUnderWay === 0);
    return this.cancelled || (await shared.cancelAction({ actionId: this.ref.actionId }))
      ? { ended: 'cancelled' }
      : this.endOfRow();
  }

  /**
   * What keeps its result ends the row with it (F2). When its worker dies before it returns, the
   * next step finds the row ended: as it ended, the action did.
   */
  private async endOfRow(): Promise<ActionEnd<T>> {
    const end = await shared.readActionEnd({ actionId: this.ref.actionId });
    return (end as ActionEnd<T> | null) ?? { ended: 'cancelled' };
  }

  /** The step that ends the row cancels this workflow, and with it the scope of the work (H2). */
  private async cancel(): Promise<CancelActionAnswer> {
    if (this.isOver) return { outcome: 'tooLate' };
    this.cancelsUnderWay += 1;
    try {
      if (!(await shared.cancelAction({ actionId: this.ref.actionId })))
        return { outcome: 'tooLate' };
      this.cancelled = true;
      return { outcome: 'cancelled' };
    } finally {
      this.cancelsUnderWay -= 1;
    }
  }
}
