import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { createLog } from '../../src/telemetry/log.js';
import { createStore, type StoreConfig } from '../../src/store/index.js';
import {
  currentBuild,
  deploy,
  makeOtherBuild,
  startWorkerOf,
  withTemporalOf,
  type OtherBuild,
} from '../support/builds.js';
import { expectNextAccepted, expectOneEnd, type Player } from '../support/checker.js';
import { newPlayer, say } from '../support/player.js';
import { startStack, type Stack } from '../support/stack.js';
import { patient } from '../support/patience.js';

/** In the next build the code of the workflow fails on messages that hold this word. */
const BROKEN_WORD = 'こわれもの';
const CHANGE = {
  text: 'const worked = await this.workOn(this.opened);',
  by:
    `if (this.input.content.includes('${BROKEN_WORD}')) throw new TypeError('broken');` +
    'const worked = await this.workOn(this.opened);',
};

let stack: Stack;
let next: OtherBuild;
let worker: { stop(): Promise<void> };
beforeAll(async () => {
  [stack, next] = await Promise.all([
    startStack({
      env: { DEMO_SECONDS: '4', WATCH_INTERVAL_MS: '1000', BROKEN_RUN_MS: '1000' },
    }),
    makeOtherBuild(CHANGE),
  ]);
  worker = await startWorkerOf(stack, next);
});
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  await next?.remove();
});

async function buildOf({ projectId }: Player): Promise<string | undefined> {
  return withTemporalOf(stack, async (client) => {
    const { raw } = await client.workflow.getHandle(projectWorkflowId(projectId)).describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
  });
}

describe('a deploy', () => {
  it('I1: a job of the build before ends there; what comes next runs on the new one', async () => {
    const before = (await currentBuild()).buildId;
    const player = await newPlayer(stack);
    const jobId = await say(player);
    await player.listener.untilMidRun();
    expect(await deploy(stack, 'current', next.buildId)).toContain(next.buildId);
    expect(await deploy(stack, 'status')).toMatch(
      new RegExp(`^${next.buildId} .*current +yes`, 'm'),
    );
    expect(await buildOf(player)).toBe(before);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'completed', jobId });
    await expectOneEnd(stack, player, jobId, 'completed');
    const from = player.listener.frames.length;
    const nextId = await say(player, '敵を青にして');
    expect(await buildOf(player)).toBe(next.buildId);
    await expect(player.listener.untilEnd(from)).resolves.toMatchObject({
      type: 'completed',
      jobId: nextId,
      attempt: 1,
    });
    player.listener.close();
  });

  it('I2/B3: that breaks a workflow: the run is ended, its user hears it and goes on', async () => {
    const player = await newPlayer(stack);
    const jobId = await say(player, `2Dの${BROKEN_WORD}ゲームを作って`);
    await expect(player.listener.untilEnd()).resolves.toMatchObject({ type: 'failed', jobId });
    const store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
    expect(await store.jobs.get(jobId)).toMatchObject({ status: 'failed' });
    expect(await store.alerts.standing('workflowBroken')).toEqual([
      projectWorkflowId(player.projectId),
    ]);
    expect((await store.watch.lastRun())?.ageMs).toBeLessThan(patient(30_000));
    await expectNextAccepted(player);
    player.listener.close();
  });

  it('refuses a build that nobody runs, in words', async () => {
    await expect(deploy(stack, 'ramp', 'nowhere', '10')).rejects.toThrow(
      'Build nowhere cannot get runs: Temporal has not seen a worker of build nowhere.',
    );
  });
});
