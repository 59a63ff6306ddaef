import { afterAll, beforeAll } from 'vitest';
import { startStack, type Stack } from '../../support/stack.js';
import { describeMainJob } from '../journey/main-job-promises.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ modalEmulator: true, env: { DEMO_SECONDS: '1' } });
});
afterAll(() => stack?.stop());

describeMainJob('on Modal, through its emulator', () => stack, { isWhole: true });
