import type { Doing } from '../contracts/doing.js';
import type { JobRow } from '../contracts/rows.js';
import type { RunnerEvent } from '../contracts/stream.js';
import type { Log } from '../telemetry/log.js';

export interface AttemptRows {
  job(jobId: string): Promise<JobRow | null>;
  /**
   * Writes progress, what its model does and the time of the last event to the job's row; null when
   * the row is no longer that attempt's (B3, F3).
   */
  noteProgress(
    jobId: string,
    attempt: number,
    progress: number | null,
    message: string | null,
    doing: Doing | null,
  ): Promise<JobRow | null>;
}

const NOTE_INTERVAL_MS = 1_000;
/** An attempt counts as wanted this long after the row said so; each note says so again. */
const WANTED_FOR_MS = 3_000;

/**
 * What a job's row says about the attempt that posts: notes its progress there, and knows from the
 * answers whether the attempt is still wanted, so that a post of a running attempt waits for
 * nothing.
 */
export class AttemptWatch {
  /** The attempt that the row wanted, and when it said so. */
  #wanted = { attempt: 0, atMs: -Infinity };
  #notedMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #attempt = 0;
  #progress: number | null = null;
  #message: string | null = null;
  #doing: Doing | null = null;

  constructor(
    private readonly jobId: string,
    private readonly rows: AttemptRows,
    private readonly log: Log,
  ) {}

  /** Does the row want events of this attempt (C2)? Asks it only when no note told lately. */
  async wants(attempt: number): Promise<boolean> {
    if (this.#wanted.attempt === attempt && performance.now() - this.#wanted.atMs <= WANTED_FOR_MS)
      return true;
    const askedMs = performance.now();
    const row = await this.rows.job(this.jobId);
    const isWanted = row?.status === 'processing' && row.attempt === attempt;
    if (isWanted) this.#wanted = { attempt, atMs: askedMs };
    return isWanted;
  }

  /** Notes events in the row, at most once a second; the newest progress is late, never lost. */
  note(attempt: number, events: readonly RunnerEvent[], doing: Doing | null): void {
    if (events.length === 0) return;
    this.#doing = doing;
    if (attempt !== this.#attempt) this.#progress = this.#message = null;
    this.#attempt = attempt;
    for (const event of events) {
      if (event.type !== 'progress') continue;
      this.#progress = event.progress;
      this.#message = event.message;
    }
    const dueInMs = this.#notedMs + NOTE_INTERVAL_MS - performance.now();
    if (dueInMs <= 0) void this.#writeNote();
    else this.#timer ??= setTimeout(() => void this.#writeNote(), dueInMs).unref();
  }

  async #writeNote(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#notedMs = performance.now();
    const [attempt, progress, message] = [this.#attempt, this.#progress, this.#message];
    this.#progress = this.#message = null;
    try {
      const askedMs = performance.now();
      const told = [progress, message, this.#doing] as const;
      const row = await this.rows.noteProgress(this.jobId, attempt, ...told);
      // After a "no" the next post asks the row.
      if (attempt === this.#wanted.attempt) this.#wanted.atMs = row ? askedMs : -Infinity;
    } catch (error) {
      this.log.warn({ err: error, jobId: this.jobId }, 'progress could not be noted');
    }
  }
}
