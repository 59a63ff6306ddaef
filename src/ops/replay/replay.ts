import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../../process/programs.js';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { PARTS } from '../archive/format.js';
import { readImported, readPart } from '../archive/imported.js';
import type { RunHistory } from '../jobs/story.js';
import { shown, type Answer } from '../options.js';
import { readSettings } from '../settings.js';
import { findBuild } from '../builds.js';
import { readRuns } from '../../runs/find.js';
import { withServer } from '../with-server.js';
import type { ReplayOptions } from './options.js';
import { findParting, type Parting } from './parting.js';

interface Replayed {
  readonly workflowId: string;
  readonly runId: string;
  readonly events: number;
  /** The build that ran it, and the one that replayed it. */
  readonly ranOn: string | null;
  readonly build: string;
  readonly parting: Parting | null;
}

/** `npx dreamcore replay <job>`: runs the recorded history through a build. 1 = they part. */
export async function replayJob(options: ReplayOptions): Promise<Answer> {
  const build = await findBuild(options.build);
  const fetched = await fetchHistory(options.id, options.envFile);
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const { workflowId, runId, history, ranOn } = fetched;
  const parting = await findParting(
    { codePath: path.join(build.folder, WORKFLOW_BUNDLE) },
    history,
    workflowId,
  );
  const events = history.events?.length ?? 0;
  const replayed = { workflowId, runId, events, ranOn, build: build.id, parting };
  return {
    text: shown(replayed, options, renderReplay),
    exitCode: parting === null ? 0 : 1,
  };
}

interface Fetched {
  readonly workflowId: string;
  readonly runId: string;
  readonly ranOn: string | null;
  readonly history: RunHistory;
}

/** Of the server, or of an import when it does not know the job or is away. */
async function fetchHistory(id: string, envFile: string | undefined): Promise<Fetched> {
  const imported = await readImportedHistory(readSettings(envFile).config.DATA_DIR, id);
  try {
    return await withServer(envFile, async (client) => {
      const run = (await readRuns(client, [id])).get(id);
      if (!run) throw new Error(`Temporal does not remember a run of ${id}.`);
      const { workflowId, runId, build } = run;
      const history: RunHistory = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      return { workflowId, runId, ranOn: build, history };
    });
  } catch (error) {
    if (imported !== null) return imported;
    throw error;
  }
}

async function readImportedHistory(dataDir: string, id: string): Promise<Fetched | null> {
  const [job, history] = await Promise.all([
    readImported(dataDir, id),
    readPart(dataDir, id, PARTS.history.name),
  ]);
  if (!job?.shown.run || history === null) return null;
  const { workflowId, runId, build } = job.shown.run;
  const json: unknown = JSON.parse(history.toString('utf8'));
  return { workflowId, runId, ranOn: build, history: historyFromJSON(json) };
}

/** The outcome for a person. */
function renderReplay({ workflowId, events, ranOn, build, parting }: Replayed): string {
  const what = `${workflowId} (${events} events, run by build ${ranOn ?? 'unknown'})`;
  if (parting === null) return `${what} replays on build ${build}.`;
  return [
    `${what} parts from build ${build} at event ${parting.event} (${parting.type}).`,
    parting.why,
    'Runs of that kind that are open now cannot go on with this build: leave them to their own, ' +
      'or record why the change is wanted.',
  ].join('\n');
}
