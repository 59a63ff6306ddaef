import type { Log } from '../log.js';
import type { RunnerEvent } from '../contracts/stream.js';

type Write = (attempt: number, progress: number | null, message: string | null) => Promise<void>;

const INTERVAL_MS = 1_000;

/** At most one note a second and job; the newest progress is never left out, only late. */
export class ProgressNotes {
  #lastMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #attempt = 0;
  #progress: number | null = null;
  #message: string | null = null;

  constructor(
    private readonly jobId: string,
    private readonly write: Write,
    private readonly log: Log,
  ) {}

  note(attempt: number, events: readonly RunnerEvent[]): void {
    if (events.length === 0) return;
    if (attempt !== this.#attempt) this.#progress = this.#message = null;
    this.#attempt = attempt;
    for (const event of events) {
      if (event.type !== 'progress') continue;
      this.#progress = event.progress;
      this.#message = event.message;
    }
    const dueInMs = this.#lastMs + INTERVAL_MS - performance.now();
    if (dueInMs <= 0) this.#writeNow();
    else this.#timer ??= setTimeout(() => this.#writeNow(), dueInMs).unref();
  }

  #writeNow(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastMs = performance.now();
    const [progress, message] = [this.#progress, this.#message];
    this.#progress = this.#message = null;
    this.write(this.#attempt, progress, message).catch((error: unknown) => {
      this.log.warn({ err: error, jobId: this.jobId }, 'progress could not be noted');
    });
  }
}
