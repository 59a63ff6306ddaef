import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { JobRef } from '../../activities/ports/refs.js';
import type { SpriteDrawingActivities } from '../../activities/ports/sprite-port.js';
import { proxies } from '../common/activity-proxies.js';
import { classifyFailure } from '../common/failures.js';
import { runWithFallback, type Attempt } from '../common/run-with-fallback.js';

/** Images of a job on their way, in a scope of their own below its work. */
export class ImagesUnderWay<T> {
  private readonly scope = new CancellationScope();
  private readonly made = new Map<string, T>();
  private open = 0;

  constructor(private readonly ref: JobRef) {}

  /** Begins one; its failure is logged only. */
  begin(
    name: string,
    make: (images: ImageMaker, attempt: Pick<Attempt, 'number' | 'backend'>) => Promise<T>,
  ): void {
    this.open += 1;
    void this.scope.run(() => this.make(name, make));
  }

  get isOpen(): boolean {
    return this.open > 0;
  }

  /** What is there in a moment, by name. */
  async within(patienceMs: number): Promise<ReadonlyMap<string, T>> {
    if (this.isOpen) await condition(() => !this.isOpen, patienceMs);
    return this.made;
  }

  /** What is still on its way is given up; nothing is left then that could cost. */
  stop(): void {
    this.scope.cancel();
  }

  private async make(name: string, make: Parameters<this['begin']>[1]): Promise<void> {
    const { jobId } = this.ref;
    try {
      const made = await runWithFallback({
        workId: jobId,
        chooseFor: this.ref,
        label: null,
        run: (attempt) => make(proxies(attempt.backend).images, attempt),
      });
      this.made.set(name, made);
    } catch (error) {
      if (!isCancellation(error)) {
        const { kind, detail } = classifyFailure(error);
        log.warn('an image was not made', { jobId, name, kind, detail });
      }
    } finally {
      this.open -= 1;
    }
  }
}

/** Where an image is made. */
type ImageMaker = Pick<ReturnType<typeof proxies>['images'], keyof SpriteDrawingActivities>;
