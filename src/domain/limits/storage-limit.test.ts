import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageState, largestText } from './storage-limit.js';

const GIB = 1024 ** 3;
const limits = { stepGib: 5, maxGib: 20 };
const at = (gib: number) => storageState(gib * GIB, limits);

describe("the limit of a user's files", () => {
  it.each([
    [0, 5, null, false],
    [3.9, 5, null, false],
    [4, 10, 5, false],
    [7.9, 10, 5, false],
    [8, 15, 10, false],
    [12, 20, 15, false],
    [15.9, 20, 15, false],
    [16, 20, 20, false],
    [20, 20, 20, false],
    [20.01, 20, 20, true],
    [500, 20, 20, true],
  ])(
    'at %d GiB the soft limit is %d GiB, the last one passed by 80 %% is %s',
    (used, softGib, passedGib, isBeyond) => {
      expect(at(used)).toEqual({ softGib, passedGib, isBeyond });
    },
  );

  it(
    'rises with what is used and never above the maximum; the refusal comes after every ' +
      'warning',
    () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 1, max: 100 }),
          fc.double({ min: 0, max: 200, noNaN: true }),
          (stepGib, maxGib, used) => {
            const state = storageState(used * GIB, { stepGib, maxGib });
            const more = storageState((used + 1) * GIB, { stepGib, maxGib });
            expect(state.softGib).toBeLessThanOrEqual(maxGib);
            expect(more.softGib).toBeGreaterThanOrEqual(state.softGib);
            expect(more.passedGib ?? 0).toBeGreaterThanOrEqual(state.passedGib ?? 0);
            if (state.isBeyond) expect(state.passedGib).toBe(maxGib);
            else if (used < maxGib * 0.8) expect(used).toBeLessThan(state.softGib * 0.8 + 1e-9);
          },
        ),
      );
    },
  );
});

describe('the refusal', () => {
  it('names the largest things as the user knows them', () => {
    const things = [
      { name: '宇宙シューティング', bytes: 1.25 * GIB },
      { name: 'bgm.mp3', bytes: 300 * 1024 ** 2 },
      { name: 'a.png', bytes: 10 },
      { name: 'b.png', bytes: 9 },
    ];
    expect(largestText(things)).toBe(
      '「宇宙シューティング」(1.3 GB)、「bgm.mp3」(300 MB)、「a.png」(1 MB)',
    );
    expect(largestText([])).toBeUndefined();
  });
});
