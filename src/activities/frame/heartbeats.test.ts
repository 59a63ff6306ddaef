import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { heartbeatInterceptor } from './heartbeats.js';

it('a short activity heartbeats while it runs, and not afterwards', async () => {
  const env = new MockActivityEnvironment({}, { interceptors: [heartbeatInterceptor] });
  let beats = 0;
  env.on('heartbeat', () => {
    beats += 1;
  });
  const step = async (text: string): Promise<string> => {
    while (beats === 0) await sleep(20);
    return text;
  };
  await expect(env.run(step, 'はい')).resolves.toBe('はい');
  const whileItRan = beats;
  // Bare time: longer than between two beats.
  await sleep(1_200);
  expect(beats).toBe(whileItRan);
});
