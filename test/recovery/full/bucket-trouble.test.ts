import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectNextAccepted, serviceClient, type Player } from '../../support/checker.js';
import { fileFolder } from '../../support/own-folder.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { startTroubledStore, type Trouble, type TroubledStore } from '../../support/s3-trouble.js';
import { startStack, type Stack } from '../../support/stack.js';

/** The product on a bucket that is slow, failing, full, refusing, away or cuts its answers. */
const folder = fileFolder();
let s3: S3Server;
let store: TroubledStore;
let stack: Stack;
beforeAll(async () => {
  s3 = await startS3Server(path.join(folder, 's3'));
  store = await startTroubledStore(s3.port);
  stack = await startStack({ env: { ...s3.env('', store.port), DEMO_SECONDS: '1' } });
});
afterAll(async () => {
  await stack?.stop();
  await store?.close();
  await s3?.stop();
});

let player: Player;
beforeEach(async () => {
  player = await newPlayer(stack);
  return () => {
    store.trouble = 'none';
    player.listener.close();
  };
});

/** How often the model program ran for a job, and its versions. */
async function attemptsAndVersions(jobId: string): Promise<[number, number]> {
  const client = serviceClient(stack);
  const { data: job } = await client.from('jobs').select('attempt').eq('id', jobId).single();
  const { data: made } = await client.from('revisions').select('revision').eq('job_id', jobId);
  return [(job as { attempt: number }).attempt, made?.length ?? 0];
}

async function read(): Promise<Response> {
  const { user, projectId } = player;
  return fetch(`${stack.baseUrl}/api/projects/${projectId}/code`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
}

/** As a new host: what the API has read is neither in its memory nor on its disk. */
async function forgetAll(): Promise<void> {
  await stack.untilRestarted('api', await stack.kill('api'));
  await rm(path.join(stack.dataDir, 'object-cache'), { recursive: true, force: true });
}

describe('E4: a run whose store is in trouble when it is to be kept', () => {
  it.each<Trouble>(['away', 'failing', 'refusing'])(
    'waits while it is %s, and is neither lost nor made again',
    async (trouble) => {
      const jobId = await say(player);
      await player.listener.untilMidRun();
      store.trouble = trouble;
      const from = store.troubled.length;
      // The candidate is put, in vain, and put again.
      await expect
        .poll(() => store.troubled.slice(from).filter(({ method }) => method === 'PUT').length, {
          timeout: patient(60_000),
        })
        .toBeGreaterThan(1);
      store.trouble = 'none';
      expect(await player.listener.untilEnd()).toMatchObject({ type: 'completed', jobId });
      expect(await attemptsAndVersions(jobId)).toEqual([1, 1]);
      await expectNextAccepted(player);
    },
  );

  it('comes to its end when every request is slow', async () => {
    store.trouble = 'slow';
    const jobId = await say(player);
    expect(await player.listener.untilEnd()).toMatchObject({ type: 'completed', jobId });
    expect(await attemptsAndVersions(jobId)).toEqual([1, 1]);
  });

  it('fails clearly when the bucket is full, and the next one succeeds', async () => {
    const jobId = await say(player);
    await player.listener.untilMidRun();
    store.trouble = 'full';
    const end = await player.listener.untilEnd();
    expect(end).toMatchObject({ type: 'failed', jobId });
    expect(String(end['error'])).not.toBe('');
    store.trouble = 'none';
    const from = player.listener.frames.length;
    const next = await say(player);
    expect(await player.listener.untilEnd(from)).toMatchObject({ type: 'completed', jobId: next });
  });
});

describe('E7: a reader of a store in trouble', () => {
  it.each<Trouble>(['away', 'failing', 'refusing', 'torn'])(
    'is asked to come again while it is %s, and never told of a loss',
    async (trouble) => {
      await say(player);
      await player.listener.untilEnd();
      const before = await (await read()).text();
      await forgetAll();
      store.trouble = trouble;
      const answer = await read();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      store.trouble = 'none';
      await expect.poll(async () => (await read()).text()).toBe(before);
    },
  );

  it('sees by /api/ready why messages wait, and that it is over', async () => {
    const reason = async (): Promise<unknown> => {
      const answer = await fetch(`${stack.baseUrl}/api/ready`);
      return ((await answer.json()) as { checks: Record<string, unknown> }).checks['objects'];
    };
    store.trouble = 'away';
    await expect.poll(reason).toBe('the object store does not answer');
    store.trouble = 'none';
    await expect.poll(reason).toBe(null);
  });
});
