import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';

const MINUTE_MS = 60_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(() => database.sql('delete from public.watch_state'));

describe('I2: the lease of the watch', () => {
  it('is held by one of many who ask at once, who may prolong it', async () => {
    const holders = ['one', 'two', 'three', 'four'];
    const taken = await Promise.all(
      holders.map((holder) => database.store.watch.take(holder, MINUTE_MS)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    const holder = holders[taken.indexOf(true)] ?? '';
    expect(await database.store.watch.take(holder, MINUTE_MS)).toBe(true);
    expect(await database.store.watch.take('five', MINUTE_MS)).toBe(false);
  });

  it('is free again when its time is over', async () => {
    await database.store.watch.take('one', MINUTE_MS);
    await database.sql(`update public.watch_state set leased_until = now() - interval '1 second'`);
    expect(await database.store.watch.take('two', MINUTE_MS)).toBe(true);
    expect(await database.store.watch.take('one', MINUTE_MS)).toBe(false);
  });

  it('says when a round last came to its end, by the clock of the database', async () => {
    expect(await database.store.watch.lastRun()).toBeNull();
    await database.store.watch.take('one', MINUTE_MS);
    expect(await database.store.watch.lastRun()).toBeNull();
    await database.store.watch.noteRun();
    await database.sql(
      `update public.watch_state set last_run_at = now() - interval '200 seconds'`,
    );
    const last = await database.store.watch.lastRun();
    expect(last?.ageMs).toBeGreaterThanOrEqual(200_000);
    expect(last?.ageMs).toBeLessThan(200_000 + patient(10_000));
  });
});

describe('B3: what the watch looks at', () => {
  it('is open and older than asked, jobs and actions alike, the oldest first', async () => {
    const user = await database.createUser();
    const { id: projectId } = await database.store.projects.create(user.id, '題');
    const actions = await Promise.all(
      ['old', 'older', 'young', 'ended'].map(async (name) => {
        const id = randomUUID();
        await database.store.actions.open({ id, userId: user.id, projectId, kind: 'test' });
        return [name, id] as const;
      }),
    );
    const byName = Object.fromEntries(actions);
    const age = (id: string | undefined, seconds: number) =>
      database.sql(
        `update public.actions set created_at = now() - make_interval(secs => $2) where id = $1`,
        [id, seconds],
      );
    await age(byName['old'], 31);
    await age(byName['older'], 45);
    await age(byName['ended'], 60);
    await database.store.actions.fail(byName['ended'] ?? '', '!');
    const job = await database.store.jobs.open({
      id: randomUUID(),
      userId: user.id,
      projectId,
      content: '!',
      chatId: randomUUID(),
      maxQueuedJobs: 9,
    });
    if (!('job' in job)) throw new Error(job.outcome);
    const { jobs: none, actions: open } = await database.store.watch.openWork(30_000, 10);
    expect(none).toEqual([]);
    expect(open.map(({ id }) => id)).toEqual([byName['older'], byName['old']]);
    const { jobs, actions: first } = await database.store.watch.openWork(0, 1);
    expect(jobs.map(({ id }) => id)).toEqual([job.job.id]);
    expect(first.map(({ id }) => id)).toEqual([byName['older']]);
  });
});
