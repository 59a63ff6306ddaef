import { describe, expect, it } from 'vitest';
import { expectNextAccepted, serviceClient } from '../../support/checker.js';
import { isRunText } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { say } from '../../support/player.js';
import { onTroubledStore } from '../../support/troubled-stack.js';

/** The product on a bucket that is away for longer than a job may take. */
const JOB_TIMEOUT_MS = 20_000 + patient(5_000);
/** A candidate waits as long again. */
const END = { timeout: 3 * JOB_TIMEOUT_MS + patient(60_000) };
const on = onTroubledStore({
  DEMO_SECONDS: '1',
  JOB_TIMEOUT_MS: String(JOB_TIMEOUT_MS),
});

interface Row {
  attempt: number;
  slot_at: string | null;
}
async function rowOf(jobId: string): Promise<Row> {
  const query = serviceClient(on.stack).from('jobs').select('attempt, slot_at').eq('id', jobId);
  return (await query.single()).data as Row;
}

async function versions(): Promise<number> {
  const query = serviceClient(on.stack).from('revisions').select('revision');
  return (await query.eq('project_id', on.player.projectId)).data?.length ?? 0;
}

/** A job whose candidate is put in vain until its time is over. */
async function outlastJob(): Promise<string> {
  const jobId = await say(on.player);
  await on.player.listener.untilMidRun();
  on.store.trouble = 'away';
  const slotAt = (await rowOf(jobId)).slot_at ?? '';
  await expect.poll(() => Date.now() - Date.parse(slotAt), END).toBeGreaterThan(JOB_TIMEOUT_MS);
  expect(on.store.troubled.some(({ method }) => method === 'PUT')).toBe(true);
  return jobId;
}

const untilEnd = (from = 0) =>
  on.player.listener.until(
    ({ type }) => ['completed', 'failed', 'cancelled'].includes(type),
    from,
    END.timeout,
  );

/** The project goes on once the store is back. */
async function expectNextGame(versionsBefore: number): Promise<void> {
  on.store.trouble = 'none';
  const from = on.player.listener.frames.length;
  const next = await say(on.player);
  expect(await untilEnd(from)).toMatchObject({ type: 'completed', jobId: next });
  expect(await versions()).toBe(versionsBefore + 1);
}

describe('E4: a store that is away for longer than a job may take', () => {
  it('a candidate waits beyond the time of its job, is published, and made once', END, async () => {
    const jobId = await outlastJob();
    on.store.trouble = 'none';
    expect(await untilEnd()).toMatchObject({ type: 'completed', jobId });
    expect([(await rowOf(jobId)).attempt, await versions()]).toEqual([1, 1]);
    await expectNextAccepted(on.player);
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
    on.store.trouble = 'away';
    const jobId = await say(on.player);
    const end = await untilEnd();
    expect(end).toMatchObject({ type: 'failed', jobId });
    expect(on.player.listener.frames.filter(isRunText)).toEqual([]);
    await expectNextGame(0);
  });

  it('E5: a restore waits for it, and is done once', END, async () => {
    for (const content of ['2Dのゲームを作って', '敵を青にして']) {
      const from = on.player.listener.frames.length;
      await say(on.player, content);
      await untilEnd(from);
    }
    const line = serviceClient(on.stack).from('revisions').select('revision').order('ordinal');
    const [first] = (await line.eq('project_id', on.player.projectId)).data as {
      revision: string;
    }[];
    const from = on.player.listener.frames.length;
    const troubledBefore = on.store.troubled.length;
    on.store.trouble = 'away';
    const restore = { type: 'restoreVersion', versionId: first?.revision };
    on.player.listener.send({ ...restore, projectId: on.player.projectId });
    await expect.poll(() => on.store.troubled.length, END).toBeGreaterThan(troubledBefore + 3);
    on.store.trouble = 'none';
    await on.player.listener.until(({ type }) => type === 'versionRestored', from, END.timeout);
    expect(await versions()).toBe(3);
  });
});
