import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectNextAccepted, serviceClient } from '../../support/checker.js';
import { patient } from '../../support/patience.js';
import { say } from '../../support/player.js';
import type { Trouble } from '../../support/s3-trouble.js';
import { onTroubledStore } from '../../support/troubled-stack.js';

/** The product on a bucket that is slow, failing, full, refusing, away or cuts its answers. */
const on = onTroubledStore({ DEMO_SECONDS: '1' });

/** How often the model program ran for a job, and its versions. */
async function attemptsAndVersions(jobId: string): Promise<[number, number]> {
  const client = serviceClient(on.stack);
  const { data: job } = await client.from('jobs').select('attempt').eq('id', jobId).single();
  const { data: made } = await client.from('revisions').select('revision').eq('job_id', jobId);
  return [(job as { attempt: number }).attempt, made?.length ?? 0];
}

async function read(): Promise<Response> {
  const { user, projectId } = on.player;
  return fetch(`${on.stack.baseUrl}/api/projects/${projectId}/code`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
}

/** As a new host: what the API has read is neither in its memory nor on its disk. */
async function forgetAll(): Promise<void> {
  await on.stack.untilRestarted('api', await on.stack.kill('api'));
  await rm(path.join(on.stack.dataDir, 'object-cache'), { recursive: true, force: true });
}

describe('E4: a run whose store is in trouble when it is to be kept', () => {
  it.each<Trouble>(['away', 'failing', 'refusing'])(
    'waits while it is %s, and is neither lost nor made again',
    async (trouble) => {
      const jobId = await say(on.player);
      await on.player.listener.untilMidRun();
      on.store.trouble = trouble;
      const from = on.store.troubled.length;
      // The candidate is put, in vain, and put again.
      await expect
        .poll(() => on.store.troubled.slice(from).filter(({ method }) => method === 'PUT').length, {
          timeout: patient(60_000),
        })
        .toBeGreaterThan(1);
      on.store.trouble = 'none';
      expect(await on.player.listener.untilEnd()).toMatchObject({ type: 'completed', jobId });
      expect(await attemptsAndVersions(jobId)).toEqual([1, 1]);
      await expectNextAccepted(on.player);
    },
  );

  it('comes to its end when every request is slow', async () => {
    on.store.trouble = 'slow';
    const jobId = await say(on.player);
    expect(await on.player.listener.untilEnd()).toMatchObject({ type: 'completed', jobId });
    expect(await attemptsAndVersions(jobId)).toEqual([1, 1]);
  });

  it('fails clearly when the bucket is full, and the next one succeeds', async () => {
    const jobId = await say(on.player);
    await on.player.listener.untilMidRun();
    on.store.trouble = 'full';
    const end = await on.player.listener.untilEnd();
    expect(end).toMatchObject({ type: 'failed', jobId });
    expect(String(end['error'])).not.toBe('');
    on.store.trouble = 'none';
    const from = on.player.listener.frames.length;
    const next = await say(on.player);
    expect(await on.player.listener.untilEnd(from)).toMatchObject({
      type: 'completed',
      jobId: next,
    });
  });
});

describe('E7: a reader of a store in trouble', () => {
  it.each<Trouble>(['away', 'failing', 'refusing', 'torn'])(
    'is asked to come again while it is %s, and never told of a loss',
    async (trouble) => {
      await say(on.player);
      await on.player.listener.untilEnd();
      const before = await (await read()).text();
      await forgetAll();
      on.store.trouble = trouble;
      const answer = await read();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      on.store.trouble = 'none';
      await expect.poll(async () => (await read()).text()).toBe(before);
    },
  );

  it('sees by /api/ready why messages wait, and that it is over', async () => {
    const reason = async (): Promise<unknown> => {
      const answer = await fetch(`${on.stack.baseUrl}/api/ready`);
      return ((await answer.json()) as { checks: Record<string, unknown> }).checks['objects'];
    };
    on.store.trouble = 'away';
    await expect.poll(reason).toBe('the object store does not answer');
    on.store.trouble = 'none';
    await expect.poll(reason).toBe(null);
  });
});
