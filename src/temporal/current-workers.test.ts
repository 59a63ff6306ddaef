import { describe, expect, it } from 'vitest';
import { describeWait } from './current-workers.js';

const NOW_MS = 1_800_000_000_000;
const version = (buildId: string) => ({ buildId, firstSeenAtMs: 0 });
const deployment = (current: string | null, ...builds: string[]) => ({
  current,
  ramping: null,
  versions: builds.map(version),
});
const queue = (name: string, agesMs: Readonly<Record<string, number>>) => ({
  name,
  polls: new Map(Object.entries(agesMs).map(([build, ageMs]) => [build, NOW_MS - ageMs])),
});

describe('I1: why new runs wait', () => {
  it('is nothing while workers of the current build poll every queue', () => {
    const polled = [queue('q', { a: 59_000 }), queue('r', { a: 0 })];
    expect(describeWait(deployment('a', 'a'), polled, NOW_MS)).toBeNull();
  });

  it('names the command when only workers of another build are there', () => {
    const polled = [queue('q', { a: 91_000, b: 1_000 }), queue('r', { b: 1_000 })];
    expect(describeWait(deployment('a', 'b', 'a'), polled, NOW_MS)).toBe(
      'no worker of the current build a polls q, r; run: npx dreamcore deploy current b',
    );
  });

  it('names no build that does not poll all of the queues', () => {
    const polled = [queue('q', { b: 1_000 }), queue('r', {})];
    expect(describeWait(deployment('a', 'b', 'a'), polled, NOW_MS)).toMatch(/start a worker$/);
  });

  it('says that no build is current', () => {
    expect(describeWait(deployment(null, 'b'), [queue('q', { b: 0 })], NOW_MS)).toBe(
      'no build is current, so nothing new runs; run: npx dreamcore deploy current b',
    );
    expect(describeWait(null, [queue('q', {})], NOW_MS)).toMatch(/start a worker$/);
  });
});
