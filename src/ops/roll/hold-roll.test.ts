import { expect, it, vi } from 'vitest';
import { patient } from '../../../test/support/patience.js';
import { holdRoll } from './hold-roll.js';

it('O4: a roll whose lease another one has taken moves nothing more', async () => {
  let isOurs = true;
  const leases = { take: async () => isOurs };
  const { lost, end } = await holdRoll(leases, 20);
  expect(lost.aborted).toBe(false);
  isOurs = false;
  await expect(holdRoll(leases)).rejects.toThrow('Another roll goes on');
  await vi.waitUntil(() => lost.aborted, { timeout: patient(1_000) });
  expect(() => lost.throwIfAborted()).toThrow('moves nothing more');
  await end();
});
