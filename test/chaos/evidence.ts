import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { withTemporalOf } from '../support/builds.js';
import type { PlayReport } from '../../src/contracts/game/play.js';
import type { Stack } from '../support/stack.js';
import type { Diary } from './actors.js';
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
export interface RepositoryFacts {
  projectId: string;
  main: string | null;
  /**
   * Of every published revision: the job that its commit names, null when the commit is not there.
   */
  commits: Record<string, CommitFacts | null>;
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

/**
 * What is there when all is quiet, seen from outside: rows, repositories, histories, processes,
 * folders, and the users' diary.
 */
export interface Evidence {
  diary: Diary;
  jobs: JobFacts[];
  revisions: RevisionFacts[];
  chatLines: ChatFacts[];
  actions: ActionFacts[];
  repositories: RepositoryFacts[];
  writers: WriterFacts[];
  paid: PaidFacts[];
  /** Runs that an operator has terminated. */
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
    repositories: await readRepositories(stack.dataDir, revisions),
    writers: await readWriters(stack),
    paid,
    terminated,
    processes: await leftProcesses(stack.dataDir, runs),
    scratchFolders: await leftInScratch(path.join(stack.dataDir, 'scratch')),
  };
}

const PAGE = 500;

async function allRows<Row>(
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

async function readRepositories(
  dataDir: string,
  revisions: readonly RevisionFacts[],
): Promise<RepositoryFacts[]> {
  const usersDir = path.join(dataDir, 'users');
  const facts: RepositoryFacts[] = [];
  for (const user of await readdir(usersDir).catch(() => [])) {
    const projectsDir = path.join(usersDir, user, 'projects');
    for (const projectId of await readdir(projectsDir).catch(() => [])) {
      facts.push(
        await readRepository(
          path.join(projectsDir, projectId, 'repo.git'),
          projectId,
          revisions.filter(({ project_id }) => project_id === projectId),
        ),
      );
    }
  }
  return facts;
}

const faultsIn = (page: string): string[] =>
  [...page.matchAll(/<script data-fault="([a-z-]+)"/g)].map(([, name = '']) => name);

async function readRepository(
  gitDir: string,
  projectId: string,
  revisions: readonly RevisionFacts[],
): Promise<RepositoryFacts> {
  const git = async (...args: string[]): Promise<string | null> => {
    try {
      return (await promisify(execFile)('git', ['--git-dir', gitDir, ...args])).stdout.trim();
    } catch {
      return null;
    }
  };
  const commits: RepositoryFacts['commits'] = {};
  for (const { revision } of revisions) {
    const shown = await git(
      'log',
      '-1',
      '--format=parent:%P%x09%(trailers:key=Job-Id,valueonly,separator=%x2C)',
      revision,
    );
    const [parent = '', jobId = ''] = shown?.split('\t') ?? [];
    commits[revision] =
      shown === null
        ? null
        : {
            parent: parent.slice('parent:'.length) || null,
            jobId,
            faults: faultsIn((await git('show', `${revision}:index.html`)) ?? ''),
          };
  }
  const refs =
    (await git(
      'for-each-ref',
      '--format=%(refname) %(objectname) %(committerdate:unix)',
      'refs/jobs',
    )) ?? '';
  const candidates = refs
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [ref = '', revision = '', seconds = '0'] = line.split(' ');
      return {
        jobId: ref.split('/')[2] ?? '',
        revision,
        ageMs: Date.now() - Number(seconds) * 1000,
      };
    });
  return {
    projectId,
    main: await git('rev-parse', '--verify', '--quiet', 'refs/heads/main'),
    commits,
    candidates,
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

/**
 * The bundle file of a killed worker may lie for an hour: it names no call, so that only its age
 * says that nobody reads it (`scratch-sweep.ts`).
 */
const BUNDLE_RESTS_MS = 60 * 60_000;

async function leftInScratch(scratchDir: string): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir(scratchDir).catch(() => [])) {
    const info = await stat(path.join(scratchDir, name)).catch(() => null);
    if (info === null) continue;
    if (!name.endsWith('.bundle') || Date.now() - info.mtimeMs > BUNDLE_RESTS_MS) left.push(name);
  }
  return left;
}

async function leftProcesses(dataDir: string, runs: ReadonlySet<number>): Promise<string[]> {
  const all = await listProcesses();
  const left = all.filter(
    (process) =>
      ((isRunner(process) || isModelProgram(process)) && runs.has(process.pid)) ||
      (isModelProgram(process) && process.command.includes(dataDir)),
  );
  return left.map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`);
}
