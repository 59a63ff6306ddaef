import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rerunActivities } from '../../../src/activities/shared/jobs/rerun.js';
import { jobIdFor, rerunProjectIdFor } from '../../../src/contracts/base/ids.js';
import type { RerunJobInput } from '../../../src/contracts/durable/rerun.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { listAll } from '../../../src/objects/object-store.js';
import { createPlayRecords } from '../../../src/objects/play-records.js';
import { encodeVersion } from '../../../src/versions/format/encode.js';
import { projectPrefix } from '../../../src/versions/kept/places.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import type { TestUser } from '../../support/users.js';
import { makeVersion, openJob, publishVersion, versionsIn } from '../../support/versions.js';

/** The copy in which a job is done once more, on rows of a real database and real objects. */
let database: TestDatabase;
let dataDir: string;
let operator: TestUser;
let projectId: string;
let jobId: string;
let first: string;

beforeAll(async () => {
  database = await startDatabase();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-rerun-copies-'));
});
afterAll(async () => {
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  operator = await database.createUser('operator');
  const maker = await database.createUser('maker');
  projectId = (await database.store.projects.create(maker.id)).id;
  first = await publishVersion(database, dataDir, maker, projectId, { 'index.html': 'one' });
  jobId = randomUUID();
  await openJob(database, maker, projectId, jobId);
  await database.store.jobs.startProcessing(jobId, true);
});

const versions = () => versionsIn(dataDir, database.store);

/** Begins with the play of the candidate `revision`; null = of whatever the job has made. */
async function copy(revision: string | null) {
  const objects = createFileObjectStore(dataDir);
  const activities = rerunActivities({
    store: database.store,
    versions: versions(),
    records: createPlayRecords(objects),
    log,
  });
  const actionId = randomUUID();
  const userId = operator.id;
  await database.store.actions.open({ id: actionId, userId, projectId: null, kind: 'rerun' });
  const taken = { candidate: { revision } } as unknown as RerunJobInput['taken'];
  return {
    projectId: rerunProjectIdFor(actionId),
    workId: jobIdFor(rerunProjectIdFor(actionId), actionId),
    copied: activities.copyForRerun({ actionId, userId, jobId, taken } as RerunJobInput),
  };
}

/** The page of the copied candidate, and of the version that it follows. */
async function pagesOf({ projectId: id, workId, copied }: Awaited<ReturnType<typeof copy>>) {
  const { candidate = '', parent } = await copied;
  const ref = { projectId: id, workId, revision: candidate };
  expect((await versions().describe(ref)).parent).toBe(parent);
  const published = { projectId: id, revision: parent ?? '' };
  return Promise.all(
    [ref, published].map(async (each) => String(await versions().readFile(each, 'index.html'))),
  );
}

describe('E9: the copy of a job', () => {
  it('has the version that it began with, and its candidate upon that', async () => {
    const work = { projectId, workId: jobId };
    const files = { 'index.html': 'two' };
    const made = await makeVersion(versions(), work, files, { parent: first });
    expect(await pagesOf(await copy(made.revision))).toEqual(['two', 'one']);
  });

  it('has what its last failed attempt had made, where there is no candidate', async () => {
    const { bytes } = await encodeVersion({
      parent: first,
      message: { subject: '題' },
      madeAt: new Date(),
      kept: [],
      files: [{ path: 'index.html', bytes: Buffer.from('half') }],
    });
    await versions().keepFailed({ projectId, workId: jobId, attempt: 1 }, bytes, first);
    expect(await pagesOf(await copy(null))).toEqual(['half', 'one']);
  });

  it('is not made where nothing of it is kept any more, and says from where it works', async () => {
    const { projectId: id, copied } = await copy('f'.repeat(40));
    await expect(copied).rejects.toThrow(/candidate is not kept any more; do it --from run$/);
    expect(await database.store.projects.get(id)).toBeNull();
  });

  it('names no object of the project that it comes from', async () => {
    const made = await makeVersion(
      versions(),
      { projectId, workId: jobId },
      { 'index.html': 'two' },
      { parent: first },
    );
    const told = await copy(made.revision);
    await told.copied;
    const objects = createFileObjectStore(dataDir);
    for await (const { key } of listAll(objects, projectPrefix(projectId)))
      await objects.delete(key);
    expect(await pagesOf(told)).toEqual(['two', 'one']);
  });
});
