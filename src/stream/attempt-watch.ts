import type { Doing } from '../contracts/messages/doing.js';
import type { Message } from '../contracts/messages/message.js';
import type { JobRow } from '../contracts/rows/rows.js';
import type { RunnerEvent } from '../contracts/durable/stream.js';
import { warned, type Log } from '../telemetry/log.js';

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
    message: Message | null,
    doing: Doing | null,
  ): Promise<JobRow | null>;
}

const NOTE_INTERVAL_MS = 1_000;
/**
 * An attempt counts as wanted this long after its row confirmed it; each progress write confirms
 * it.
 */
const WANTED_FOR_MS = 3_000;

/**
 * The attempt that posts and its job's row: notes progress there, and knows from the answers
 * whether the row still wants the attempt, so that only the first post waits for the database.
 */
export class AttemptWatch {
  /** The attempt that the row wanted, and when it was read. */
  private wanted = { attempt: 0, atMs: -Infinity };
  private notedMs = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private attempt = 0;
  private progress: number | null = null;
  private message: Message | null = null;
  private doing: Doing | null = null;

  constructor(
    private readonly jobId: string,
    private readonly rows: AttemptRows,
    private readonly log: Log,
  ) {}

  /** Does the row want events of this attempt (C2)? Reads it unless a note answered lately. */
  async wants(attempt: number): Promise<boolean> {
    if (this.isKnown(attempt)) return true;
    const sentMs = performance.now();
    const row = await this.rows.job(this.jobId);
    const isWanted = row?.status === 'processing' && row.attempt === attempt;
    if (isWanted) this.wanted = { attempt, atMs: sentMs };
    return isWanted;
  }

  /**
   * The same for a post, whose events are noted in the row if it wants them: at most once a second;
   * the newest progress is late, never lost. The first note of an attempt is the question as well.
   */
  async admits(
    attempt: number,
    events: readonly RunnerEvent[],
    doing: Doing | null,
  ): Promise<boolean> {
    const isQuestion = !this.isKnown(attempt) && attempt >= this.attempt && events.length > 0;
    if (!isQuestion && !(await this.wants(attempt))) return false;
    if (events.length === 0) return true;
    this.keep(attempt, events, doing);
    if (isQuestion) return this.writeNote();
    const dueInMs = this.notedMs + NOTE_INTERVAL_MS - performance.now();
    if (dueInMs <= 0) this.noteLater();
    else this.timer ??= setTimeout(() => this.noteLater(), dueInMs).unref();
    return true;
  }

  private isKnown(attempt: number): boolean {
    const { attempt: wanted, atMs } = this.wanted;
    return wanted === attempt && performance.now() - atMs <= WANTED_FOR_MS;
  }

  private keep(attempt: number, events: readonly RunnerEvent[], doing: Doing | null): void {
    this.doing = doing;
    if (attempt !== this.attempt) this.progress = this.message = null;
    this.attempt = attempt;
    for (const event of events) {
      if (event.type !== 'progress') continue;
      this.progress = event.progress;
      this.message = event.message;
    }
  }

  private noteLater(): void {
    void this.writeNote().catch(
      warned(this.log, { jobId: this.jobId }, 'progress could not be noted'),
    );
  }

  /** False = the row does not want this attempt; the next post then asks again. */
  private async writeNote(): Promise<boolean> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const sentMs = (this.notedMs = performance.now());
    const [attempt, progress, message] = [this.attempt, this.progress, this.message];
    this.progress = this.message = null;
    const row = await this.rows.noteProgress(this.jobId, attempt, progress, message, this.doing);
    if (row) this.wanted = { attempt, atMs: sentMs };
    else if (attempt === this.wanted.attempt) this.wanted.atMs = -Infinity;
    return row !== null;
  }
}
