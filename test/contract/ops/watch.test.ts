import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeOrphanedRows } from '../../../src/activities/watch/orphaned-rows.js';
import { jobActivities } from '../../../src/activities/shared/jobs/jobs.js';
import type { WatchDeps } from '../../../src/activities/watch/watch-deps.js';
import { errorText, message } from '../../../src/contracts/messages/message.js';
import { failedEvent, type JobEvent } from '../../../src/contracts/durable/stream.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser } from '../../support/users.js';
import { SOME_OBJECT, versionsIn } from '../../support/versions.js';

const {
  TEMPORAL_ADDRESS = '',
  SUPABASE_URL = '',
  SUPABASE_ANON_KEY = '',
  SUPABASE_SERVICE_ROLE_KEY = '',
} = sharedStack().env;
const store = createStore({ SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, log);
const hash = (): string => randomBytes(20).toString('hex');

let connection: Connection;
let userId: string;
let projectId: string;
let first: string;
let told: JobEvent[];
beforeAll(async () => {
  connection = await Connection.connect({ address: TEMPORAL_ADDRESS });
  userId = (await createUser(sharedStack().env, 'watched')).id;
});
afterAll(() => connection.close());
beforeEach(async () => {
  told = [];
  ({ id: projectId } = await store.projects.create(userId, '題'));
  first = await publish(await openAction('remix'), 'remix', null, null);
});

async function openAction(kind: string): Promise<string> {
  const id = randomUUID();
  await store.actions.open({ id, userId, projectId, kind });
  return id;
}

/** The commit point of an action; answers the revision. */
async function publish(
  jobId: string,
  kind: 'generate' | 'remix' | 'restore' | 'tune',
  parent: string | null,
  restoredFrom: string | null,
): Promise<string> {
  const revision = hash();
  await store.revisions.publish({
    ...{ projectId, revision, parent, jobId, kind, restoredFrom },
    subject: '題',
    object: SOME_OBJECT,
  });
  return revision;
}

/** A round of the watch that sees this project alone: others are at work in this stack. */
const look = (): Promise<void> => {
  const openWork: typeof store.watch.openWork = async (...limits) => {
    const { jobs, actions } = await store.watch.openWork(...limits);
    const isOwn = (row: { project_id: string | null }): boolean => row.project_id === projectId;
    return { jobs: jobs.filter(isOwn), actions: actions.filter(isOwn) };
  };
  const client = new Client({ connection });
  const append: WatchDeps['stream']['append'] = async (_job, _attempt, _seq, events) => {
    told.push(...events);
  };
  const { completeJob } = jobActivities({
    ...{ store, client, log },
    versions: versionsIn(sharedStack().dataDir, store),
    stream: { append },
    pushes: { isOn: false },
    alerts: { raise: async () => undefined, clear: async () => undefined },
  });
  return closeOrphanedRows({
    ...{ client, log },
    config: { WATCH_INTERVAL_MS: 0 },
    store: { ...store, watch: { ...store.watch, openWork } },
    stream: { append },
    complete: completeJob,
  } as unknown as WatchDeps);
};

async function openJob(): Promise<string> {
  const opened = await store.jobs.open({
    ...{ id: randomUUID(), userId, projectId, content: '作って' },
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  if (!('job' in opened)) throw new Error(opened.outcome);
  await store.jobs.startProcessing(opened.job.id, false);
  return opened.job.id;
}

const endOf = async (id: string): Promise<unknown[]> => {
  const row = await store.actions.get(id);
  return [row?.state, row?.result];
};

describe('B3: a job that no workflow works on any more', () => {
  it('has failed before its commit point', async () => {
    const id = await openJob();
    await look();
    const error = errorText('RunCrashed');
    expect(await store.jobs.get(id)).toMatchObject({ status: 'failed', error });
    expect(told).toEqual([failedEvent(message('RunCrashed'))]);
  });

  it('is completed after it, with the version that is there', async () => {
    const id = await openJob();
    const revision = await publish(id, 'generate', first, null);
    await look();
    expect(await store.jobs.get(id)).toMatchObject({ status: 'completed', error: null });
    expect(told).toEqual([{ type: 'published', revision }, { type: 'completed' }]);
  });
});

describe('B3: an action that no workflow works on any more', () => {
  it('has failed where it made nothing', async () => {
    const actions = [await openAction('restore'), await openAction('tune')];
    await look();
    for (const id of actions) expect(await endOf(id)).toEqual(['failed', null]);
  });

  it('is made where its version is published: a restore', async () => {
    const id = await openAction('restore');
    const revision = await publish(id, 'restore', first, first);
    await look();
    expect(await endOf(id)).toEqual(['completed', { revision }]);
  });

  it('is made where its version is published: saved settings', async () => {
    const id = await openAction('tune');
    const revision = await publish(id, 'tune', first, null);
    await look();
    expect(await endOf(id)).toEqual(['completed', { revision, isNew: true }]);
  });
});
