import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { withHeartbeats } from './heartbeats.js';

it('a step that takes a while beats while it works, and not afterwards', async () => {
  const env = new MockActivityEnvironment();
  let beats = 0;
  env.on('heartbeat', () => {
    beats += 1;
  });
  const activities = withHeartbeats({
    step: async (text: string) => {
      while (beats === 0) await sleep(20);
      return text;
    },
  });
  await expect(env.run(activities.step, 'はい')).resolves.toBe('はい');
  const whileItWorked = beats;
  // Bare time: longer than between two beats.
  await sleep(1_200);
  expect(beats).toBe(whileItWorked);
});
