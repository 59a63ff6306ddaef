import type { Log } from '../../telemetry/log.js';
import type { Store } from '../../store/index.js';
import { AppError } from '../../contracts/base/errors.js';

export interface ActionProgressDeps {
  store: Pick<Store, 'actions'>;
  log: Log;
}

/** Writes the progress of an action to its row, beside the work; stops when the row has ended. */
export class ActionProgress {
  private readonly over = new AbortController();
  /** Aborts when the row turns out to have ended. */
  readonly ended = this.over.signal;
  private newest: number | null = null;
  private told = 0;
  private telling: Promise<void> | null = null;

  constructor(
    private readonly deps: ActionProgressDeps,
    private readonly actionId: string,
  ) {}

  /**
   * Of percentages that come while one is written, the newest is written next. Resolves, whatever
   * happens, when nothing is left to be written.
   */
  note(percent: number): Promise<void> {
    this.newest = percent;
    return (this.telling ??= this.tell());
  }

  /** Records that the work is alive, without progress (F3). */
  noteAlive(): void {
    if (this.newest === null) void this.note(this.told);
  }

  private async tell(): Promise<void> {
    for (let percent = this.newest; percent !== null; percent = this.newest) {
      this.newest = null;
      this.told = percent;
      try {
        if (!(await this.deps.store.actions.noteProgress(this.actionId, percent)))
          this.over.abort(actionEnded());
      } catch (error) {
        this.deps.log.warn({ err: error, actionId: this.actionId }, 'progress could not be noted');
      }
    }
    this.telling = null;
  }
}

/** The action has ended. */
export const actionEnded = (): AppError => new AppError('RunCancelled', 'the action has ended');
