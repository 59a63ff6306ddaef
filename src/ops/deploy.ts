import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_QUEUES, TASK_QUEUE } from '../contracts/durable/workflows.js';
import { makeCurrent, whyNotReady } from '../temporal/make-current.js';
import { lastPolls, TASK_KIND } from '../temporal/task-queues.js';
import {
  countRuns,
  noteRoll,
  readDeployment,
  readNotes,
  runsOfOthers,
  setRamping,
  type Deployment,
} from '../temporal/versions.js';
import { operatorHere, shown, type Answer, type Output } from './options.js';
import { renderTable } from './table.js';
import { withServer } from './with-server.js';

/** A command that finds a build without all of its queues waits no longer. */
const READY_LIMIT_MS = 15_000;

/** One build, as an operator sees it. */
interface BuildLine {
  readonly buildId: string;
  readonly commit: string | null;
  readonly role: string;
  readonly isPolled: boolean;
  readonly runs: number;
}

/** `npx dreamcore deploy status`: the builds, who runs them, and how many runs are on each. */
export async function deployStatus(options: Output): Promise<string> {
  return withServer(options.envFile, async (client) => {
    const deployment = await readDeployment(client);
    if (!deployment) return shown([], options, () => 'No worker has told Temporal of a build yet.');
    const polls = await lastPolls(client, TASK_QUEUE, TASK_KIND.workflow);
    const lines = await Promise.all(
      deployment.versions.map(async ({ buildId }): Promise<BuildLine> => ({
        buildId,
        commit: (await readNotes(client, buildId)).commit,
        role: roleOf(deployment, buildId),
        isPolled: polls.has(buildId),
        runs: await countRuns(client, buildId),
      })),
    );
    return shown(lines, options, () => renderBuilds(deployment, lines));
  });
}

/** `npx dreamcore deploy current <build>`: new runs start on it once all its queues are there. */
export async function deployCurrent(buildId: string, { envFile }: Output): Promise<string> {
  return withServer(envFile, async (client) => {
    const { queues } = await readNotes(client, buildId);
    await makeCurrent(client, {
      buildId,
      queues: queues ?? ALL_QUEUES,
      by: operatorHere(),
      limitMs: READY_LIMIT_MS,
    });
    await noteRoll(client, buildId, 'roll', null);
    return `New runs start on build ${buildId}. Runs of other builds end where they are.`;
  });
}

/** `npx dreamcore deploy ramp <build> <percent>`: that share of the new runs; 0 ends that. */
export async function deployRamp(
  buildId: string,
  percent: number,
  { envFile }: Output,
): Promise<string> {
  return withServer(envFile, async (client) => {
    if ((await readDeployment(client))?.current === buildId)
      throw new Error(`Build ${buildId} is current: all new runs start on it already.`);
    const { queues } = await readNotes(client, buildId);
    const why = percent === 0 ? null : await whyNotReady(client, buildId, queues ?? ALL_QUEUES);
    if (why !== null) throw new Error(`Build ${buildId} cannot get runs: ${why}.`);
    await setRamping(client, buildId, percent, operatorHere());
    return percent === 0
      ? 'All new runs start on the current build.'
      : `${percent} % of the new runs start on build ${buildId}.`;
  });
}

const DRAIN_LOOK_MS = 2_000;

export interface DrainOptions extends Output {
  /** The longest wait. */
  readonly seconds: number;
}

/**
 * `npx dreamcore deploy drain`: waits until no run is left on a build that is not current, so that
 * workers of such builds may stop; what is left is printed when that changes. Exits 1 when the time
 * is over.
 */
export async function deployDrain({ envFile, seconds }: DrainOptions): Promise<Answer> {
  return withServer(envFile, async (client) => {
    let printed = '';
    for (const startedMs = performance.now(); ; await sleep(DRAIN_LOOK_MS)) {
      const left = await runsOfOthers(client);
      if (left.length === 0)
        return { text: 'No run is left on another build: its workers may stop.' };
      const text = left.map(({ buildId, runs }) => `${runs} run(s) on build ${buildId}`).join(', ');
      if (performance.now() - startedMs > seconds * 1_000)
        return { text: `After ${seconds} s there are still ${text}.`, exitCode: 1 };
      if (text !== printed) process.stderr.write(`${text}\n`);
      printed = text;
    }
  });
}

const HEADERS = ['build', 'commit', 'role', 'workers', 'runs'];

/** The builds in words. */
function renderBuilds(deployment: Deployment, builds: readonly BuildLine[]): string {
  const rows = builds.map(({ buildId, commit, role, isPolled, runs }) => [
    ...[buildId, commit ?? '-', role, isPolled ? 'yes' : 'no', String(runs)],
  ]);
  const table = rows.length === 0 ? [] : [renderTable(HEADERS, rows, 4)];
  const warning =
    deployment.current === null
      ? ['No build is current: nothing new runs. npx dreamcore deploy current <build>']
      : [];
  return [...table, ...warning].join('\n');
}

function roleOf({ current, ramping }: Deployment, buildId: string): string {
  if (buildId === current) return 'current';
  return ramping?.buildId === buildId ? `ramping ${ramping.percent} %` : '';
}
