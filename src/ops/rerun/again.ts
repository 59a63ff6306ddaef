import type { RerunStep } from '../../contracts/durable/rerun.js';
import { rerunJob } from '../../runs/rerun.js';
import { operatorOf, shown, type Output } from '../options.js';
import { openRunningStore } from '../running-store.js';
import { withServer } from '../with-server.js';

export interface AgainOptions extends Output {
  /** In whose name; OPERATOR_USER_ID when it is left out. */
  readonly as?: string;
  readonly from: RerunStep;
}

/**
 * `npx dreamcore rerun <job>`: has the job done once more in the operator's name, by a workflow
 * that makes a copy of its project as it was. Throws a sentence when that cannot begin.
 */
export async function rerunAgain(id: string, options: AgainOptions): Promise<string> {
  const { store, config } = await openRunningStore(options.envFile);
  const userId = operatorOf(config, options.as);
  if ((await store.jobs.get(id)) === null) throw new Error(`No job has the id ${id}.`);
  return withServer(options.envFile, async (client, { config: { PUBLIC_URL }, stack }) => {
    const rerun = await rerunJob(client, store.jobs, { jobId: id, userId, from: options.from });
    const editor = `${stack?.baseUrl ?? PUBLIC_URL}/project/${rerun.projectId}`;
    const told = { ...rerun, from: options.from, editor };
    return shown(told, options, () =>
      [
        `Job ${rerun.jobId} does it once more, from ${options.from} on.`,
        `  ${editor}`,
        `  npx dreamcore show ${rerun.jobId}`,
      ].join('\n'),
    );
  });
}
