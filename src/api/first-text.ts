import { LRUCache } from 'lru-cache';
import type { StreamItem } from '../contracts/stream.js';
import { isMeasuring, observe } from '../telemetry/metrics.js';

/** Jobs that have been told of and have not said a word; some end without one. */
const waiting = new LRUCache<string, number>({ max: 10_000, ttl: 15 * 60_000 });

/** `jobStarted` was sent: the wait for the first text begins. */
export function firstTextBegins(jobId: string): void {
  if (isMeasuring()) waiting.set(jobId, performance.now());
}

/** Items of a job have come: with the first text its wait is over. */
export function firstTextEnds(jobId: string, items: readonly StreamItem[]): void {
  const sinceMs = waiting.get(jobId);
  if (sinceMs === undefined || !items.some(({ event }) => event.type === 'stream')) return;
  waiting.delete(jobId);
  observe('dreamcore_first_text_seconds', {}, (performance.now() - sinceMs) / 1_000);
}
