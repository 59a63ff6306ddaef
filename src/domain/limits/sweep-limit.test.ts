import { expect, it } from 'vitest';
import { maySweep } from './sweep-limit.js';

it.each([
  [0, 0, true],
  [1, 1, true],
  [199, 199, true],
  [200, 0, true],
  [200, 4, true],
  [200, 5, false],
  [200, 200, false],
  [50_000, 1_000, true],
  [50_001, 1_000, true],
  [100_000, 1_001, false],
])('U2/L3: of %i listed, %i unknown may be swept: %s', (listed, unknown, isAllowed) => {
  expect(maySweep({ listed, unknown })).toBe(isAllowed);
});
