import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runSql, startDatabase, type TestDatabase } from '../../support/database.js';
import { openJob } from '../../support/versions.js';

const DAY_MS = 24 * 60 * 60_000;

let database: TestDatabase;
let userId: string;
let projectId: string;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  userId = await database.newUserId();
  projectId = (await database.store.projects.create(userId)).id;
});

const shaOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const keyOf = (work: string, name: string, project = projectId): string =>
  `p/${project}/${work}/${name}`;

const REMOVABLE = 'select public.removable_objects($1::text[], $2) as found';
const removable = async (...keys: string[]): Promise<string[]> => {
  const [row] = await database.sql<{ found: { key: string }[] }>(REMOVABLE, [keys, DAY_MS]);
  return row?.found.map(({ key }) => key) ?? [];
};

async function newJob(): Promise<string> {
  const jobId = randomUUID();
  await openJob(database, { id: userId }, projectId, jobId);
  return jobId;
}

/** The job has ended so, so long ago. */
const end = (jobId: string, status: string, agoMs: number): Promise<unknown> =>
  runSql(
    database.adminUrl,
    `set session_replication_role = replica;
     update public.jobs set status = '${status}',
       updated_at = now() - make_interval(secs => ${agoMs / 1_000}) where id = '${jobId}'`,
  );

const PUBLISH = `select public.publish_revision($1, $2, null, $3, 'generate', '題', null, null, null,
  $4, 1000, '{}')`;
const published = (jobId: string, sha: string): unknown[] => [
  projectId,
  sha.slice(0, 40),
  jobId,
  sha,
];

describe('what a sweep may remove (L2)', () => {
  it('is what no version has, of work that ended a day ago or has no row', async () => {
    const [made, other] = [shaOf('made'), shaOf('other')];
    const job = await newJob();
    const keys = [keyOf(job, made), keyOf(job, other)];
    expect(await removable(...keys)).toEqual([]);
    await end(job, 'processing', 9 * DAY_MS);
    expect(await removable(...keys)).toEqual([]);
    await end(job, 'cancelled', DAY_MS - 60_000);
    expect(await removable(...keys)).toEqual([]);
    await end(job, 'cancelled', DAY_MS + 60_000);
    expect(await removable(...keys)).toEqual(keys.toSorted());
    const nobody = keyOf(randomUUID(), made);
    expect(await removable(nobody)).toEqual([nobody]);
  });

  it('is never what a version has; another object of its work is', async () => {
    const [winner, loser] = [shaOf('winner'), shaOf('loser')];
    const job = await newJob();
    await database.sql(PUBLISH, published(job, winner));
    await end(job, 'completed', 9 * DAY_MS);
    const lost = keyOf(job, loser);
    expect(await removable(keyOf(job, winner), lost)).toEqual([lost]);
  });

  it('is no fact of another project', async () => {
    const sha = shaOf('same');
    const job = await newJob();
    await database.sql(PUBLISH, published(job, sha));
    await end(job, 'completed', 9 * DAY_MS);
    const elsewhere = (await database.store.projects.create(userId)).id;
    const copy = keyOf(randomUUID(), sha, elsewhere);
    expect(await removable(copy, keyOf(job, sha))).toEqual([copy]);
  });

  it('says the same beside a transaction that publishes: first active, then named', async () => {
    const sha = shaOf('beside');
    const job = await newJob();
    const publisher = new pg.Client({ connectionString: database.adminUrl });
    await publisher.connect();
    try {
      await publisher.query('begin');
      await publisher.query(PUBLISH, published(job, sha));
      expect(await removable(keyOf(job, sha))).toEqual([]);
      await publisher.query('commit');
    } finally {
      await publisher.end();
    }
    await end(job, 'completed', 9 * DAY_MS);
    expect(await removable(keyOf(job, sha))).toEqual([]);
  });

  it('cannot be published any more (E4)', async () => {
    const sha = shaOf('late');
    const job = await newJob();
    await end(job, 'failed', 2 * DAY_MS);
    expect(await removable(keyOf(job, sha))).toEqual([keyOf(job, sha)]);
    await expect(database.sql(PUBLISH, published(job, sha))).rejects.toThrow('JOB_NOT_ACTIVE');
  });
});
