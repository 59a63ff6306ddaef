import { describe, it } from 'vitest';
import { crashingStack, MESSAGE_POINTS } from '../../support/crashing-stack.js';
import { expectSurvivesOnModal } from '../../support/modal-trouble.js';

/** Processes die (`kill -9`) at each step of a message that is made on Modal; ../modal.test.ts. */
const crashing = crashingStack({ modalEmulator: true, env: { DEMO_SECONDS: '2' } });

describe('A8: a message whose process dies while it is made on Modal', () => {
  it.each(MESSAGE_POINTS)('%s ends in exactly one new version, which both stores hold', (point) =>
    expectSurvivesOnModal(crashing, point),
  );
});
