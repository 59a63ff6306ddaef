import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type StoreConfig } from '../../../src/store/index.js';
import {
  deploy,
  HARMLESS_CHANGE,
  makeOtherBuild,
  startWorkerOf,
  type OtherBuild,
} from '../../support/builds.js';
import { newPlayer, say } from '../../support/player.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';

let stack: Stack;
let next: OtherBuild;
let worker: { stop(): Promise<void> };
afterEach(async () => {
  await worker?.stop();
  await stack?.stop();
  await next?.remove();
});

/** Workers of the next build take the place of the current one's; no command is run. */
async function replaceWorkers(deployCurrent: 'auto' | 'manual'): Promise<void> {
  stack = await startStack({
    leaveDown: ['worker'],
    env: { DEPLOY_CURRENT: deployCurrent, WATCH_INTERVAL_MS: '1000' },
  });
  next = await makeOtherBuild(HARMLESS_CHANGE);
  worker = await startWorkerOf(stack, next);
  await stack.kill('worker');
}

describe('I1: workers of a new build, and no command', () => {
  it('I1: are not ready, by an alert and with the command, while a message waits', async () => {
    await replaceWorkers('manual');
    const player = await newPlayer(stack);
    const jobId = await say(player);
    const command = `npx dreamcore deploy current ${next.buildId}`;
    const workers = async (): Promise<string> => {
      const answer = await fetch(`${stack.baseUrl}/api/ready`);
      return ((await answer.json()) as { checks: { workers: string | null } }).checks.workers ?? '';
    };
    // 60 s of the promise, from the message on.
    await expect.poll(workers, { timeout: patient(60_000), interval: 500 }).not.toBe('');
    const store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
    await expect
      .poll(() => store.alerts.standing('workNotBegun'), { timeout: patient(60_000) })
      .toHaveLength(1);
    await expect.poll(workers, { timeout: patient(120_000), interval: 500 }).toContain(command);
    await deploy(stack, 'current', next.buildId);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    player.listener.close();
  });

  it('I1: take over with DEPLOY_CURRENT=auto: the message that waits is answered', async () => {
    await replaceWorkers('auto');
    const player = await newPlayer(stack);
    const jobId = await say(player);
    await expect(
      player.listener.until(({ type }) => type === 'completed', 0, patient(170_000)),
    ).resolves.toMatchObject({ jobId });
    player.listener.close();
  });
});
