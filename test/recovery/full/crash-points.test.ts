import { describe, it } from 'vitest';
import { expectNextAccepted, expectOneEnd } from '../../support/checker.js';
import { crashingStack, MESSAGE_POINTS } from '../../support/crashing-stack.js';

/**
 * A process dies (`kill -9`, by its own hand) at each named point; the promise of A8 must hold
 * every time.
 */
const crashing = crashingStack({ env: { DEMO_SECONDS: '1' } });

describe('A8: a message whose process dies', () => {
  it.each(MESSAGE_POINTS)('%s ends in exactly one new version', async (point) => {
    const someone = await crashing.addPlayer();
    const jobId = await crashing.sayWithCrash(someone, point);
    await expectOneEnd(crashing.stack, someone, jobId, 'completed');
    await expectNextAccepted(someone);
  });
});
