import type { JobRow } from '../contracts/rows.js';
import type { ProjectBrief } from '../contracts/frames.js';
import type { JobEvent } from '../contracts/stream.js';
import { neededFacts, type FrameFacts, type PublishedCode } from './frames.js';

/**
 * Where frames get what the stream does not carry. Every method may throw; null = not there (any
 * more).
 */
export interface FactsSource {
  job(jobId: string): Promise<JobRow | null>;
  publishedCode(row: JobRow, revision: string): Promise<PublishedCode | null>;
  project(projectId: string): Promise<ProjectBrief | null>;
  /** 1 = next; null when the job does not wait for a slot. */
  queuePosition(jobId: string): Promise<number | null>;
}

const RECENT_MS = 1_000;
const TRIES = 4;
const PAUSE_MS = 150;

/**
 * The facts of one job, with a row that is read at most once a second unless it has to be fresh.
 */
export class JobFacts {
  #row: JobRow | null = null;
  #readAtMs = 0;

  constructor(
    private readonly jobId: string,
    private readonly source: FactsSource,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * The row as of at most `maxAgeMs` ago; null when there is none (project deleted) or the database
   * stays away.
   */
  async row(maxAgeMs = 0): Promise<JobRow | null> {
    if (this.#row && performance.now() - this.#readAtMs <= maxAgeMs) return this.#row;
    const row = await this.#patiently(() => this.source.job(this.jobId));
    this.#readAtMs = performance.now();
    return (this.#row = row);
  }

  /** What the frame of this event needs. */
  async of(event: JobEvent): Promise<FrameFacts> {
    const needed = neededFacts(event);
    const row =
      needed.row === 'none' ? null : await this.row(needed.row === 'fresh' ? 0 : RECENT_MS);
    const code =
      needed.code && row && event.type === 'published'
        ? await this.#patiently(() => this.source.publishedCode(row, event.revision))
        : null;
    const project =
      needed.project && row
        ? await this.#patiently(() => this.source.project(row.project_id))
        : null;
    return { row, code, project };
  }

  async queuePosition(): Promise<number | null> {
    return this.#patiently(() => this.source.queuePosition(this.jobId));
  }

  async #patiently<T>(read: () => Promise<T | null>): Promise<T | null> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (attempt >= TRIES) {
          this.onError(error);
          return null;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }
}
