import { ALL_QUEUES, TASK_QUEUE } from '../contracts/durable/workflows.js';
import { makeCurrent, whyNotReady } from '../temporal/make-current.js';
import { lastPolls, TASK_KIND } from '../temporal/task-queues.js';
import {
  countRuns,
  readDeployment,
  readNotes,
  setRamping,
  type Deployment,
} from '../temporal/versions.js';
import { operatorHere, shown, type Output } from './options.js';
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

/** The builds in words. */
function renderBuilds(deployment: Deployment, builds: readonly BuildLine[]): string {
  const lines = builds.map(({ buildId, commit, role, isPolled, runs }) =>
    [
      buildId.padEnd(18),
      (commit ?? '-').padEnd(14),
      role.padEnd(14),
      (isPolled ? 'has workers' : 'no workers').padEnd(13),
      `${runs} running`,
    ].join(''),
  );
  const warning =
    deployment.current === null
      ? ['No build is current: nothing new runs. npx dreamcore deploy current <build>']
      : [];
  return [...lines, ...warning].join('\n');
}

function roleOf({ current, ramping }: Deployment, buildId: string): string {
  if (buildId === current) return 'current';
  return ramping?.buildId === buildId ? `ramping ${ramping.percent} %` : '';
}
