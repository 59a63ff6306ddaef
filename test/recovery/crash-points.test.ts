import { describe, it } from 'vitest';
import { expectNextAccepted, expectOneEnd } from '../support/checker.js';
import { crashStage, MESSAGE_POINTS } from '../support/crash-stage.js';

/**
 * A process dies (`kill -9`, by its own hand) at each named point; the promise of A8 must hold
 * every time.
 */
const stage = crashStage({ env: { DEMO_SECONDS: '1' } });

describe('A8: a message whose process dies', () => {
  it.each(MESSAGE_POINTS)('%s ends in exactly one new version', async (point) => {
    const someone = await stage.somebody();
    const jobId = await stage.sayWithCrash(someone, point);
    await expectOneEnd(stage.stack, someone, jobId, 'completed');
    await expectNextAccepted(someone);
  });
});
