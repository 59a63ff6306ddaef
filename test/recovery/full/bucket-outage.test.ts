import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectNextAccepted, serviceClient, type Player } from '../../support/checker.js';
import { isRunText } from '../../support/listener.js';
import { fileFolder } from '../../support/own-folder.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { startTroubledStore, type TroubledStore } from '../../support/s3-trouble.js';
import { startStack, type Stack } from '../../support/stack.js';

/** The product on a bucket that is away for longer than a job may take. */
const JOB_TIMEOUT_MS = 20_000 + patient(5_000);
/** A candidate waits as long again. */
const END = { timeout: 3 * JOB_TIMEOUT_MS + patient(60_000) };
const folder = fileFolder();
let s3: S3Server;
let store: TroubledStore;
let stack: Stack;
beforeAll(async () => {
  s3 = await startS3Server(path.join(folder, 's3'));
  store = await startTroubledStore(s3.port);
  stack = await startStack({
    env: {
      ...s3.env('', store.port),
      DEMO_SECONDS: '1',
      JOB_TIMEOUT_MS: String(JOB_TIMEOUT_MS),
    },
  });
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

interface Row {
  attempt: number;
  slot_at: string | null;
}
async function rowOf(jobId: string): Promise<Row> {
  const query = serviceClient(stack).from('jobs').select('attempt, slot_at').eq('id', jobId);
  return (await query.single()).data as Row;
}

async function versions(): Promise<number> {
  const query = serviceClient(stack).from('revisions').select('revision');
  return (await query.eq('project_id', player.projectId)).data?.length ?? 0;
}

/** A job whose candidate is put in vain until its time is over. */
async function outlastJob(): Promise<string> {
  const jobId = await say(player);
  await player.listener.untilMidRun();
  store.trouble = 'away';
  const slotAt = (await rowOf(jobId)).slot_at ?? '';
  await expect.poll(() => Date.now() - Date.parse(slotAt), END).toBeGreaterThan(JOB_TIMEOUT_MS);
  expect(store.troubled.some(({ method }) => method === 'PUT')).toBe(true);
  return jobId;
}

const untilEnd = (from = 0) =>
  player.listener.until(
    ({ type }) => ['completed', 'failed', 'cancelled'].includes(type),
    from,
    END.timeout,
  );

/** The project goes on once the store is back. */
async function expectNextGame(versionsBefore: number): Promise<void> {
  store.trouble = 'none';
  const from = player.listener.frames.length;
  const next = await say(player);
  expect(await untilEnd(from)).toMatchObject({ type: 'completed', jobId: next });
  expect(await versions()).toBe(versionsBefore + 1);
}

describe('E4: a store that is away for longer than a job may take', () => {
  it('a candidate waits beyond the time of its job, is published, and made once', END, async () => {
    const jobId = await outlastJob();
    store.trouble = 'none';
    expect(await untilEnd()).toMatchObject({ type: 'completed', jobId });
    expect([(await rowOf(jobId)).attempt, await versions()]).toEqual([1, 1]);
    await expectNextAccepted(player);
  });

  it(
    'is one clear failure when it does not come back, and the next one succeeds',
    END,
    async () => {
      const jobId = await outlastJob();
      const end = await untilEnd();
      expect(end).toMatchObject({ type: 'failed', jobId });
      expect(String(end['error'])).not.toBe('');
      expect([(await rowOf(jobId)).attempt, await versions()]).toEqual([1, 0]);
      await expectNextGame(0);
    },
  );

  it('a job that begins meanwhile fails clearly, before a model is paid', END, async () => {
    store.trouble = 'away';
    const jobId = await say(player);
    const end = await untilEnd();
    expect(end).toMatchObject({ type: 'failed', jobId });
    expect(player.listener.frames.filter(isRunText)).toEqual([]);
    await expectNextGame(0);
  });

  it('E5: a restore waits for it, and is done once', END, async () => {
    for (const content of ['2Dのゲームを作って', '敵を青にして']) {
      const from = player.listener.frames.length;
      await say(player, content);
      await untilEnd(from);
    }
    const line = serviceClient(stack).from('revisions').select('revision').order('ordinal');
    const [first] = (await line.eq('project_id', player.projectId)).data as { revision: string }[];
    const from = player.listener.frames.length;
    const troubledBefore = store.troubled.length;
    store.trouble = 'away';
    const restore = { type: 'restoreVersion', versionId: first?.revision };
    player.listener.send({ ...restore, projectId: player.projectId });
    await expect.poll(() => store.troubled.length, END).toBeGreaterThan(troubledBefore + 3);
    store.trouble = 'none';
    await player.listener.until(({ type }) => type === 'versionRestored', from, END.timeout);
    expect(await versions()).toBe(3);
  });
});
