import { LRUCache } from 'lru-cache';
import type { JobRow } from '../contracts/rows/rows.js';

/** Age at which a row of a job still serves a progress frame, ms. */
export const RECENT_MS = 5_000;

/**
 * Rows of jobs as this process last received them, so that a row that a callback's note returned is
 * not read again for the frames of the same events.
 */
export class RecentRows {
  private readonly rows = new LRUCache<string, { row: JobRow; atMs: number }>({ max: 5_000 });

  constructor(private readonly read: (jobId: string) => Promise<JobRow | null>) {}

  /** The row as of at most `maxAgeMs` ago; null = there is none. */
  async get(jobId: string, maxAgeMs = 0): Promise<JobRow | null> {
    const known = this.rows.get(jobId);
    if (known && performance.now() - known.atMs <= maxAgeMs) return known.row;
    const row = await this.read(jobId);
    if (row === null) this.rows.delete(jobId);
    return this.keep(row);
  }

  /** Keeps a row that was just received. */
  keep(row: JobRow | null): JobRow | null {
    if (row !== null) this.rows.set(row.id, { row, atMs: performance.now() });
    return row;
  }
}
