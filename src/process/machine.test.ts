import { describe, expect, it } from 'vitest';
import { runsFor, thisMachine } from './machine.js';

describe('runs at once by the machine', () => {
  it.each([
    [{ cores: 2, memoryMib: 24_576 }, 8],
    [{ cores: 16, memoryMib: 24_576 }, 35],
    [{ cores: 2, memoryMib: 4_096 }, 3],
    [{ cores: 1, memoryMib: 1_024 }, 1],
  ])('%o carries %i: the scarcer of cores and memory counts, one at least', (machine, runs) => {
    expect(runsFor(machine)).toBe(runs);
  });

  it('a limit that a container has counts as its memory', () => {
    const { cores, memoryMib } = thisMachine();
    expect(cores).toBeGreaterThan(0);
    expect(memoryMib).toBeGreaterThan(0);
    expect(memoryMib * 2 ** 20).toBeLessThanOrEqual(process.constrainedMemory() || Infinity);
  });
});
