import { LRUCache } from 'lru-cache';
import type { StreamItem } from '../contracts/durable/stream.js';
import { isMeasuring, observe } from '../telemetry/metrics.js';

/** Measures the time from `jobStarted` to a job's first text, where metrics are served. */
export class FirstTexts {
  /** Start times of jobs without a text yet; some end without one. */
  private readonly waiting = new LRUCache<string, number>({ max: 10_000, ttl: 15 * 60_000 });

  /** `jobStarted` was sent. */
  begin(jobId: string): void {
    if (isMeasuring()) this.waiting.set(jobId, performance.now());
  }

  /** Items of a job arrived; the first text ends its wait. */
  take(jobId: string, items: readonly StreamItem[]): void {
    const sinceMs = this.waiting.get(jobId);
    if (sinceMs === undefined || !items.some(({ event }) => event.type === 'stream')) return;
    this.waiting.delete(jobId);
    observe('dreamcore_first_text_seconds', {}, (performance.now() - sinceMs) / 1_000);
  }
}
