import { randomUUID } from 'node:crypto';
import { objectOf } from '../../src/activities/shared/projects/version-object.js';
import type { PlayReport } from '../../src/contracts/game/play.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { createStore, type Store } from '../../src/store/index.js';
import { createLog } from '../../src/telemetry/log.js';
import type { ObjectPlace } from '../../src/versions/format/manifest.js';
import {
  createVersions,
  type KeptVersion,
  type RevisionPlaces,
  type Versions,
  type Work,
} from '../../src/versions/kept/versions.js';
import { objectsOf } from './objects.js';
import type { Stack } from './stack.js';

/** Of rows whose files are of no interest. */
export const SOME_OBJECT = { sha: 'c'.repeat(64), bytes: 1, refs: [] } as const;

/** Files of a version by their paths. */
export type GameFiles = Readonly<Record<string, string | Buffer>>;

/** Versions as every process has them: objects of a data folder, named by rows. */
export function versionsIn(dataDir: string, { revisions }: Pick<Store, 'revisions'>): Versions {
  return createVersions(createFileObjectStore(dataDir), revisions);
}

/** The versions of a stack that runs. */
export function versionsOf(stack: Pick<Stack, 'dataDir' | 'env'>): Versions {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  const access = { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY };
  return createVersions(objectsOf(stack), createStore(access, createLog('test')).revisions);
}

/** What rows say of versions, for tests without a database. */
export class PlacesInMemory implements RevisionPlaces {
  private readonly places = new Map<string, ObjectPlace | null>();

  /** A version of the project counts as published; `place` null = it is not moved yet. */
  publish(projectId: string, revision: string, place: ObjectPlace | null): void {
    this.places.set(`${projectId} ${revision}`, place);
  }

  async placeOf(projectId: string, revision: string) {
    const place = this.places.get(`${projectId} ${revision}`);
    return place === undefined ? null : { place };
  }
}

interface Making {
  readonly parent?: string | null;
  readonly subject?: string;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly madeAt?: Date;
}

/** The object of a version that holds these files alone, as a job or an action leaves it. */
export function makeVersion(
  versions: Versions,
  work: Work,
  files: GameFiles,
  { parent = null, subject = '題', trailers = {}, madeAt = new Date() }: Making = {},
): Promise<KeptVersion> {
  return versions.commit(work, {
    parent,
    message: { subject, trailers: { 'Job-Id': work.workId, ...trailers } },
    madeAt,
    kept: [],
    files: Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) })),
  });
}

interface Publishing {
  readonly jobId?: string;
  readonly kind?: 'generate' | 'tune';
  readonly screenshot?: string | null;
  readonly play?: PlayReport | null;
  readonly subject?: string;
}

/** Publishes these files upon the head, as the generation `jobId` whose row is open. */
export async function publishAs(
  { store }: { readonly store: Pick<Store, 'revisions'> },
  dataDir: string,
  projectId: string,
  files: GameFiles,
  { jobId = randomUUID(), kind = 'generate', subject = 'ゲームを作って', ...seen }: Publishing,
): Promise<string> {
  const parent = (await store.revisions.head(projectId))?.revision ?? null;
  const versions = versionsIn(dataDir, store);
  const work = { projectId, workId: jobId };
  const made = await makeVersion(versions, work, files, { parent, subject });
  await store.revisions.publish({
    projectId,
    revision: made.revision,
    parent,
    jobId,
    kind,
    subject,
    restoredFrom: null,
    screenshot: seen.screenshot ?? null,
    play: seen.play ?? null,
    object: await objectOf(versions, projectId, made),
  });
  return made.revision;
}

/** Opens a job of the user; what it works on is the project. */
export async function openJob(
  { store }: { readonly store: Pick<Store, 'jobs'> },
  user: { readonly id: string },
  projectId: string,
  jobId: string,
): Promise<void> {
  const opened = await store.jobs.open({
    id: jobId,
    userId: user.id,
    projectId,
    content: 'ゲームを作って',
    chatId: randomUUID(),
    maxQueuedJobs: 50,
  });
  if (opened.outcome === 'refused') throw new Error(opened.code);
}

/** Publishes these files as the next version of the project, as a finished generation does. */
export async function publishVersion(
  database: { readonly store: Pick<Store, 'jobs' | 'revisions'> },
  dataDir: string,
  user: { readonly id: string },
  projectId: string,
  files: GameFiles,
  how: Publishing = {},
): Promise<string> {
  const { store } = database;
  const { jobId = randomUUID() } = how;
  await openJob(database, user, projectId, jobId);
  await store.jobs.startProcessing(jobId, true);
  const revision = await publishAs(database, dataDir, projectId, files, { ...how, jobId });
  await store.jobs.complete({
    id: jobId,
    message: { text: 'できました' },
    result: {},
    history: { text: 'できました' },
    chatId: randomUUID(),
    pendingQuestion: null,
    usage: null,
  });
  return revision;
}
