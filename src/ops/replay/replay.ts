import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { builtFile, WORKFLOW_BUNDLE } from '../../programs.js';
import { readWorkerBuild, WORKER_BUILD_FILE } from '../../worker-build.js';
import { PROJECT_ROOT } from '../../config.js';
import type { RunHistory } from '../jobs/story.js';
import { readRuns } from '../jobs/outcomes.js';
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

/**
 * `npx dreamcore replay <job>`: runs the recorded history through a build. 1 = they part.
 */
export async function replayJob(
  options: ReplayOptions,
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const build = await findBuild(options.build);
  const fetched = await fetchHistory(options.id, options.envFile);
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const { workflowId, runId, history, ranOn } = fetched;
  const parting = await findParting({ codePath: build.codePath }, history, workflowId);
  const events = history.events?.length ?? 0;
  const replayed = { workflowId, runId, events, ranOn, build: build.id, parting };
  const text = options.json ? JSON.stringify(replayed, null, 2) : renderReplay(replayed);
  return { text, exitCode: parting === null ? 0 : 1 };
}

async function fetchHistory(id: string, envFile: string | undefined) {
  return withServer(envFile, async (client) => {
    const run = (await readRuns(client, [id])).get(id);
    if (!run) throw new Error(`Temporal does not remember a run of ${id}.`);
    const { workflowId, runId, build } = run;
    const history: RunHistory = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    return { workflowId, runId, ranOn: build, history };
  });
}

/** The build that this program is part of, or another one by its id. */
async function findBuild(wanted: string | undefined): Promise<{ id: string; codePath: string }> {
  const here = path.dirname(builtFile(WORKER_BUILD_FILE));
  const folders = [here, ...(wanted === undefined ? [] : await otherBuilds())];
  const known: string[] = [];
  for (const folder of folders) {
    const build = await readWorkerBuild(folder).catch(() => null);
    if (build === null) continue;
    known.push(build.buildId);
    if (wanted === undefined || build.buildId === wanted)
      return { id: build.buildId, codePath: path.join(folder, WORKFLOW_BUNDLE) };
  }
  throw new Error(
    `Build ${wanted ?? ''} is not on this machine; there are: ${known.join(', ') || 'none'}.`,
  );
}

async function otherBuilds(): Promise<string[]> {
  const folder = path.join(PROJECT_ROOT, 'dist/builds');
  return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
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
