import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { playTempName } from '../../src/contracts/media/video.js';
import { listAll } from '../../src/objects/object-store.js';
import type { VersionRef, Versions } from '../../src/versions/kept/versions.js';
import { withTemporalOf } from '../support/builds.js';
import type { PlayReport } from '../../src/contracts/game/play.js';
import type { Stack } from '../support/stack.js';
import type { Diary } from './actors.js';
import { placesOf } from '../support/hosts.js';
import { objectsOf } from '../support/objects.js';
import { leftInScratch } from '../support/scratch.js';
import { versionsOf } from '../support/versions.js';
import { isModelProgram, isRunner, listProcesses } from '../support/processes.js';

export interface JobFacts {
  id: string;
  user_id: string;
  project_id: string;
  status: string;
  attempt: number;
}
export interface RevisionFacts {
  project_id: string;
  ordinal: number;
  revision: string;
  parent: string | null;
  job_id: string;
  kind: string;
  /** What its play has found; null = it was not played. */
  play: PlayReport | null;
}
export interface ChatFacts {
  id: string;
  project_id: string;
  role: string;
  message: string;
}
export interface ActionFacts {
  id: string;
  project_id: string | null;
  kind: string;
  state: string;
}
/** A paid step of an action that its user bears. */
export interface PaidFacts {
  id: string;
  job_id: string;
}
export interface CommitFacts {
  parent: string | null;
  jobId: string;
  /** Faults of the demo model that stand in its page. */
  faults: string[];
}
/** The objects of a project's versions. */
export interface StoredFacts {
  projectId: string;
  /** Of every published revision what its object holds; null when that cannot be read. */
  commits: Record<string, CommitFacts | null>;
  /** Every object, published or not. */
  candidates: { jobId: string; revision: string; ageMs: number }[];
}
export interface WriterFacts {
  runId: string;
  projectId: string;
  jobId: string | null;
  type: string;
  status: string;
  publishes: number;
}

/** What is found of the things that players have made. */
export interface Served {
  /** Bytes that a row names, and uploads that were answered, which are not there as they were. */
  damaged: string[];
  /** Games that some API does not give to who asks for them. */
  unplayed: string[];
}

/**
 * What is there when all is quiet, seen from outside: rows, objects, histories, processes,
 * folders, and the users' diary.
 */
export interface Evidence extends Served {
  diary: Diary;
  jobs: JobFacts[];
  revisions: RevisionFacts[];
  chatLines: ChatFacts[];
  actions: ActionFacts[];
  stored: StoredFacts[];
  writers: WriterFacts[];
  paid: PaidFacts[];
  /** Runs that an operator has terminated: `<run id> of <workflow id>`. */
  terminated: string[];
  processes: string[];
  scratchFolders: string[];
}

export async function collectEvidence(
  stack: Stack,
  diary: Diary,
  { runs, terminated }: { runs: ReadonlySet<number>; terminated: string[] },
): Promise<Evidence> {
  const { SUPABASE_URL: url = '', SUPABASE_SERVICE_ROLE_KEY: key = '' } = stack.env;
  const database = createClient(url, key, { auth: { persistSession: false } });
  const places = placesOf(stack);
  const [jobs, revisions, chatLines, actions, paid] = await Promise.all([
    allRows<JobFacts>(database, 'jobs', 'id, user_id, project_id, status, attempt', 'id'),
    allRows<RevisionFacts>(
      database,
      'revisions',
      'project_id, ordinal, revision, parent, job_id, kind, play',
      'job_id',
    ),
    allRows<ChatFacts>(database, 'chat_history', 'id, project_id, role, message', 'id'),
    allRows<ActionFacts>(database, 'actions', 'id, project_id, kind, state', 'id'),
    allRows<PaidFacts>(database, 'usage_events', 'id, job_id', 'id', {
      state: ['settled'],
      kind: ['image', 'video'],
    }),
  ]);
  return {
    diary,
    jobs,
    revisions,
    chatLines,
    actions,
    stored: await readStored(stack, revisions),
    writers: await readWriters(stack),
    paid,
    terminated,
    processes: await leftProcesses(places, runs),
    scratchFolders: (
      await Promise.all(
        places.map(async ({ dataDir, temp = tmpdir() }) => [
          ...(await leftInScratch(dataDir)),
          ...(await leftOfPlays(temp, jobs)),
        ]),
      )
    ).flat(),
    damaged: [],
    unplayed: [],
  };
}

/** Folders of plays that a model has asked for. */
async function leftOfPlays(temp: string, jobs: readonly JobFacts[]): Promise<string[]> {
  const own = jobs.map(({ id }) => playTempName(`${id}.`));
  const temps = await readdir(temp);
  return temps.filter((name) => own.some((start) => name.startsWith(start)));
}

const PAGE = 500;

export async function allRows<Row>(
  database: SupabaseClient,
  table: string,
  columns: string,
  order: string,
  where: Readonly<Record<string, readonly string[]>> = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const asked = database.from(table).select(columns);
    for (const [column, values] of Object.entries(where)) asked.in(column, values);
    const { data, error } = await asked.order(order).range(rows.length, rows.length + PAGE - 1);
    if (error) throw new Error(`${table}: ${error.message}`);
    rows.push(...(data as Row[]));
    if (data.length < PAGE) return rows;
  }
}

async function readStored(
  stack: Stack,
  revisions: readonly RevisionFacts[],
): Promise<StoredFacts[]> {
  const works = new Map<string, Set<string>>();
  for await (const { key } of listAll(objectsOf(stack), 'p/')) {
    const [, projectId = '', workId = ''] = key.split('/');
    works.set(projectId, (works.get(projectId) ?? new Set()).add(workId));
  }
  const versions = versionsOf(stack);
  return Promise.all(
    [...works].map(([projectId, ids]) =>
      readProject(
        versions,
        projectId,
        ids,
        revisions.filter(({ project_id }) => project_id === projectId),
      ),
    ),
  );
}

const faultsIn = (page: string): string[] =>
  [...page.matchAll(/<script data-fault="([a-z-]+)"/g)].map(([, name = '']) => name);

async function readProject(
  versions: Versions,
  projectId: string,
  works: ReadonlySet<string>,
  revisions: readonly RevisionFacts[],
): Promise<StoredFacts> {
  const candidates = [];
  for (const workId of works)
    for (const { revision, commit } of await versions.candidates({ projectId, workId }))
      candidates.push({ jobId: workId, revision, ageMs: Date.now() - commit.madeAt.getTime() });
  const commits: StoredFacts['commits'] = {};
  for (const { revision } of revisions)
    commits[revision] = await readCommit(versions, { projectId, revision }).catch(() => null);
  return { projectId, commits, candidates };
}

async function readCommit(versions: Versions, version: VersionRef): Promise<CommitFacts> {
  const { commit } = await versions.describe(version);
  const files = await versions.readAll(version);
  const page = files.find(({ path: name }) => name === 'index.html')?.bytes.toString('utf8');
  return {
    parent: commit.parent,
    jobId: commit.trailers['Job-Id'] ?? '',
    faults: faultsIn(page ?? ''),
  };
}

async function readWriters(stack: Stack): Promise<WriterFacts[]> {
  return withTemporalOf(stack, async (client) => {
    const writers: WriterFacts[] = [];
    for await (const run of client.workflow.list({
      query: "WorkflowType IN ('generateGame', 'restoreVersion', 'deleteProject')",
    })) {
      const { events = [] } = await client.workflow
        .getHandle(run.workflowId, run.runId)
        .fetchHistory();
      const scheduled = new Set(
        (events ?? [])
          .filter(
            ({ activityTaskScheduledEventAttributes: a }) =>
              a?.activityType?.name === 'publishRevision',
          )
          .map(({ eventId }) => String(eventId)),
      );
      const publishes = (events ?? []).filter(
        ({ activityTaskCompletedEventAttributes: a }) =>
          a && scheduled.has(String(a.scheduledEventId)),
      ).length;
      const memo = run.memo as { jobId?: string } | undefined;
      writers.push({
        runId: run.runId,
        projectId: run.workflowId.split('/')[1] ?? '',
        jobId: memo?.jobId ?? null,
        type: run.type,
        status: run.status.name,
        publishes,
      });
    }
    return writers;
  });
}

async function leftProcesses(
  places: ReturnType<typeof placesOf>,
  runs: ReadonlySet<number>,
): Promise<string[]> {
  const all = await listProcesses();
  const left = all.filter(
    (process) =>
      ((isRunner(process) || isModelProgram(process)) && runs.has(process.pid)) ||
      (isModelProgram(process) && places.some(({ dataDir }) => process.command.includes(dataDir))),
  );
  return left.map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`);
}
