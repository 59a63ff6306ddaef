import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRow } from '../contracts/rows.js';
import type { RunnerEvent, StreamItem } from '../contracts/stream.js';
import type { Log } from '../log.js';
import { PendingEvents } from './pending-events.js';
import { ProgressNotes } from './progress-notes.js';

const FLUSH_AFTER_MS = 1_000;
const FLUSH_CHARS = 16 * 1024;
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 3_000;
/**
 * So long an attempt counts as wanted after the row said so. While events come, each note of
 * progress says so again.
 */
const WANTED_FOR_MS = 3_000;

export interface InboxDeps {
  /** Brings items into the durable stream of the job (C3). */
  append(jobId: string, items: StreamItem[]): Promise<void>;
  /** Does the durable stream hold this event of this attempt, or a later one? */
  hasInStream(jobId: string, attempt: number, seq: number): Promise<boolean>;
  job(jobId: string): Promise<JobRow | null>;
  /**
   * Writes progress and the time of the last event to the job's row; null when the row is not that
   * attempt's any more (B3, F3).
   */
  noteProgress(
    jobId: string,
    attempt: number,
    progress: number | null,
    message: string | null,
  ): Promise<JobRow | null>;
  log: Log;
}

/**
 * What arrives for one job by callback: gathered, and brought into the durable stream about once a
 * second (D1).
 */
export class JobEventIngest {
  #gathering = new PendingEvents(0);
  #flushing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Up to here events are to be stored now; later ones wait for their own second. */
  #dueSeq = 0;
  /** The attempt that the row wanted, and when it said so. */
  #wanted = { attempt: 0, atMs: -Infinity };
  readonly #notes: ProgressNotes;
  lastUsedMs = performance.now();

  constructor(
    private readonly jobId: string,
    private readonly deps: InboxDeps,
  ) {
    this.#notes = new ProgressNotes(jobId, (...note) => this.#note(...note), deps.log);
  }

  get pendingChars(): number {
    return this.#gathering.chars;
  }
  get isIdle(): boolean {
    return this.#gathering.isEmpty && this.#flushing === null;
  }

  /** The last event of `attempt` that is safely in the stream. */
  ackedSeq(attempt: number): number {
    return this.#gathering.attempt === attempt ? this.#gathering.acked : 0;
  }

  /**
   * Is this attempt the one the row wants events of (C2)? Asks the row only when no note told it
   * lately: no post of a run in flow waits.
   */
  async wants(attempt: number): Promise<boolean> {
    if (this.#wanted.attempt === attempt && performance.now() - this.#wanted.atMs <= WANTED_FOR_MS)
      return true;
    const askedMs = performance.now();
    const row = await this.deps.job(this.jobId);
    const isWanted = row?.status === 'processing' && row.attempt === attempt;
    if (isWanted) this.#wanted = { attempt, atMs: askedMs };
    return isWanted;
  }

  /** Takes the events of a post for the durable lane; returns at once. */
  async take(attempt: number, fromSeq: number, events: readonly RunnerEvent[]): Promise<void> {
    this.lastUsedMs = performance.now();
    this.#notes.note(attempt, events);
    if (attempt > this.#gathering.attempt) this.#gathering = new PendingEvents(attempt);
    if (attempt < this.#gathering.attempt) return;
    const gathering = this.#gathering;
    if (fromSeq > gathering.top + 1) {
      // This process did not see what came before: taken only when somebody else made it durable;
      // else the runner sends it again.
      if (!(await this.deps.hasInStream(this.jobId, attempt, fromSeq - 1))) return;
      if (gathering !== this.#gathering) return;
      gathering.skipTo(fromSeq - 1);
    }
    if (!gathering.take(fromSeq, events) || gathering.isEmpty) return;
    if (gathering.chars >= FLUSH_CHARS) void this.#flush();
    else
      this.#timer ??= setTimeout(
        () => void this.#flush(),
        FLUSH_AFTER_MS * (0.7 + Math.random() * 0.6),
      ).unref();
  }

  /** Brings everything into the stream now; resolves when it is there or after `patienceMs`. */
  async flushNow(patienceMs: number): Promise<void> {
    await Promise.race([this.#flush(), sleep(patienceMs, undefined, { ref: false })]);
  }

  /**
   * One signal at a time; a batch that failed is kept and sent again. Ends when everything that was
   * here is stored. Never rejects.
   */
  #flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueSeq = this.#gathering.top;
    return (this.#flushing ??= this.#drain().finally(() => (this.#flushing = null)));
  }

  async #drain(): Promise<void> {
    let pauseMs = RETRY_FIRST_MS;
    for (
      let batch = this.#gathering.batch();
      batch.length > 0 && this.#isDue();
      batch = this.#gathering.batch()
    ) {
      const gathering = this.#gathering;
      try {
        await this.deps.append(this.jobId, batch);
        gathering.confirm(batch.at(-1)?.seq ?? 0);
        pauseMs = RETRY_FIRST_MS;
      } catch (error) {
        this.deps.log.warn(
          { err: error, jobId: this.jobId },
          'a batch of events could not be stored; trying again',
        );
        await sleep(pauseMs * (0.7 + Math.random() * 0.6), undefined, { ref: false });
        pauseMs = Math.min(pauseMs * 2, RETRY_LAST_MS);
        if (!(await this.#isStillWanted(gathering.attempt))) return this.#drop(gathering);
      }
    }
  }

  /**
   * A slow stream is not fed faster for being slow: what came meanwhile has a timer of its own,
   * unless it is much.
   */
  #isDue(): boolean {
    return this.#gathering.acked < this.#dueSeq || this.#gathering.chars >= FLUSH_CHARS;
  }

  /**
   * Notes progress; the answer tells whether the attempt is still wanted. After a "no" the row has
   * the word, at the next post.
   */
  async #note(attempt: number, progress: number | null, message: string | null): Promise<void> {
    const askedMs = performance.now();
    const row = await this.deps.noteProgress(this.jobId, attempt, progress, message);
    if (attempt === this.#wanted.attempt) this.#wanted.atMs = row ? askedMs : -Infinity;
  }

  /** Events of a job that is over need no storing; whoever cannot be asked is taken for alive. */
  async #isStillWanted(attempt: number): Promise<boolean> {
    return this.wants(attempt).catch(() => true);
  }

  #drop(gathering: PendingEvents): void {
    if (gathering === this.#gathering) this.#gathering = new PendingEvents(gathering.attempt);
  }
}
