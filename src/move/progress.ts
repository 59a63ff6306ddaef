import type { Store } from '../store/index.js';
import type { Log } from '../telemetry/log.js';

const SAY_MS = 2_000;

/** Logs how far the move is: with its first version, every two seconds, and at its end. */
export class Progress {
  private moved = 0;
  private said = 0;
  private saidMs = -SAY_MS;

  private constructor(
    private readonly before: number,
    private readonly all: number,
    private readonly log: Log,
    private readonly onStep: () => Promise<void>,
  ) {}

  /** `onStep` is called after each version. */
  static async begin(
    store: Pick<Store, 'unmoved'>,
    log: Log,
    onStep: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Progress> {
    const { versions, unmoved, lost } = await store.unmoved.count();
    return new Progress(versions - unmoved - lost, versions, log, onStep);
  }

  /** One more version has its object. */
  async step(): Promise<void> {
    this.moved += 1;
    if (performance.now() - this.saidMs >= SAY_MS) this.say();
    await this.onStep();
  }

  end(): void {
    if (this.moved > this.said) this.say();
  }

  private say(): void {
    this.saidMs = performance.now();
    this.said = this.moved;
    this.log.info(`moved ${this.before + this.moved} of ${this.all} versions`);
  }
}
