import type { Client } from '@temporalio/client';
import { streamWorkflowId } from '../../contracts/base/ids.js';
import type { RevisionRow } from '../../contracts/rows/rows.js';
import { CONTEXT_FOLDER } from '../../domain/game/version-paths.js';
import type { Store } from '../../store/index.js';
import { changedFiles, type FileSides } from '../../versions/format/diff.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { RunSummary, WorkRow } from '../../contracts/rows/operators.js';
import { readRuns } from '../../runs/find.js';
import { operatorPageUrl, workflowUrl } from '../../runs/links.js';
import { orImported } from '../archive/imported.js';
import { shown, type Output } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { readSettings } from '../settings.js';
import { withServer, type Surroundings } from '../with-server.js';
import { readKept, readRecordings } from './left.js';
import { renderJob } from './render.js';
import type { ChangedFile, ShownJob } from './shown.js';
import { describeFailure, endOf, readStory, type PendingStep } from './story.js';

/**
 * `npx dreamcore show <job>`: the story of one job or action, of this product or imported. Throws
 * when neither knows the id.
 */
export async function showJob(id: string, options: Output): Promise<string> {
  const { DATA_DIR } = readSettings(options.envFile).config;
  const here = () => readJob(id, options.envFile);
  const job = await orImported(DATA_DIR, id, here, (imported) => imported.shown);
  return shown(job, options, renderJob);
}

/** Throws when no job and no action has the id. */
export async function readJob(id: string, envFile: string | undefined): Promise<ShownJob> {
  const running = await openRunningStore(envFile);
  const { store, versions } = running;
  const [work] = await store.operators.work({ id }, { skip: 0, limit: 1 });
  if (!work) throw new Error(`No job and no action has the id ${id}.`);
  const [usage, job, version] = await Promise.all([
    store.operators.usageOf(id),
    store.jobs.get(id),
    store.revisions.ofJob(id),
  ]);
  const files = version && (await filesOf(versions, version));
  const told = await tellRun(id, envFile);
  return {
    work,
    ...told.run,
    usage,
    modelUsage: job?.usage ?? null,
    version: version && { ...version },
    files,
    recordings: await readRecordings(running, work),
    kept: await readKept(versions, work),
    reruns: await store.operators.rerunsWith(id),
    links: await linksOf(store, work, told),
    missing: [
      ...told.missing,
      ...(version !== null && files === null ? ['the files of the version are not here'] : []),
    ],
  };
}

interface ToldRun {
  readonly run: Pick<ShownJob, 'run' | 'end' | 'steps'>;
  readonly surroundings: (Surroundings & { namespace: string }) | null;
  readonly missing: string[];
}

const UNTOLD = { run: null, end: null, steps: [] } satisfies ToldRun['run'];

function tellRun(id: string, envFile: string | undefined): Promise<ToldRun> {
  return withServer<ToldRun>(
    envFile,
    async (client, surroundings) => {
      const { namespace } = client.options;
      const run = (await readRuns(client, [id])).get(id) ?? null;
      const missing = run === null ? ['Temporal does not remember a run of it'] : [];
      const told = run === null ? UNTOLD : await readRun(client, run);
      return { run: told, surroundings: { ...surroundings, namespace }, missing };
    },
    (problem) => ({ run: UNTOLD, surroundings: null, missing: [problem] }),
  );
}

async function readRun(client: Client, run: RunSummary): Promise<ToldRun['run']> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  const [history, { raw }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const scheduled = new Map(
    (history.events ?? []).map((event) => [
      event.activityTaskScheduledEventAttributes?.activityId,
      Number(event.eventId),
    ]),
  );
  const pending = (raw.pendingActivities ?? []).map((activity): PendingStep => ({
    event: scheduled.get(activity.activityId ?? '') ?? 0,
    tries: activity.attempt ?? 1,
    isRunning: activity.lastStartedTime != null && Number(activity.state) === STARTED,
    error: describeFailure(activity.lastFailure),
  }));
  return { run, end: endOf(history), steps: readStory(history, pending) };
}

/** Of an activity, as the server numbers its states. */
const STARTED = 2;

/** What a version changed; null when its files are not here. */
async function filesOf(
  versions: Pick<Versions, 'listFiles'>,
  { project_id: projectId, revision, parent }: RevisionRow,
): Promise<ChangedFile[] | null> {
  const list = (each: string) => versions.listFiles({ projectId, revision: each });
  try {
    const [before, after] = await Promise.all([
      parent === null ? [] : list(parent),
      list(revision),
    ]);
    return changedFiles(before, after)
      .filter(({ path }) => !path.startsWith(CONTEXT_FOLDER))
      .map((file): ChangedFile => ({
        path: file.path,
        change: changeOf(file),
        bytes: file.after?.size ?? 0,
      }));
  } catch {
    return null;
  }
}

function changeOf({ before, after }: FileSides<unknown>): ChangedFile['change'] {
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

/** Where a person goes on. */
async function linksOf(
  store: Store,
  work: WorkRow,
  { run: { run }, surroundings }: ToldRun,
): Promise<Record<string, string>> {
  const links: Record<string, string> = {};
  if (surroundings === null) return links;
  const { config, stack, temporalUi, namespace } = surroundings;
  const base = stack?.baseUrl ?? config.PUBLIC_URL;
  links['operators'] = operatorPageUrl(base, work.id);
  if (work.project_id !== null) {
    links['editor'] = `${base}/project/${work.project_id}`;
    const game = await store.publishedGames.get(work.project_id);
    if (game !== null) links['play'] = `${base}/play/${game.id}`;
  }
  const ui = { ui: temporalUi, namespace };
  const temporal = run && workflowUrl(ui, run.workflowId, run.runId);
  const stream = work.kind === 'generate' ? workflowUrl(ui, streamWorkflowId(work.id)) : null;
  if (temporal !== null) links['temporal'] = temporal;
  if (stream !== null) links['stream'] = stream;
  return links;
}
