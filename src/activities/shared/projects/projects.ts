import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { poll } from '../../../concurrency.js';
import { crashPoint } from '../../../process/crash-points.js';
import { projectWorkflowId } from '../../../contracts/base/ids.js';
import type { PublishedCopies } from '../../../versions/kept/published-copies.js';
import { describeOrNull } from '../../../temporal/describe.js';
import type { Store } from '../../../store/index.js';
import type { DeleteActivities } from '../../ports/delete-ports.js';
import type { RunRef } from '../../ports/refs.js';
import { removePublishedCopy } from '../publishing/publishing.js';

const LOOK_EVERY_MS = 200;

export interface ProjectDeps {
  store: Pick<Store, 'actions' | 'activityLog' | 'projects' | 'publishedGames'>;
  client: Pick<Client, 'workflow'>;
  copies: PublishedCopies;
}

/**
 * Removing a project's work, rows and published game; its own files are the backend's business
 * (F2).
 */
export function projectActivities({ store, client, copies }: ProjectDeps): DeleteActivities {
  return {
    async cancelProjectWork({ actionId, userId, projectId }) {
      const opened = await store.actions.open({ id: actionId, userId, projectId, kind: 'delete' });
      if (opened.outcome === 'refused') return null;
      await store.actions.cancelOthers(projectId, actionId);
      const runs = await runsOfProject(client, projectId);
      await Promise.all(runs.map((run) => cancelRun(client, run)));
      return runs;
    },

    awaitRunsEnded: ({ runs, waitMs }) =>
      poll(
        () => stillRunning(client, runs),
        (left) => left.length === 0,
        waitMs,
        LOOK_EVERY_MS,
      ),

    async removeProjectRows({ actionId, userId, projectId }) {
      const opened = await store.actions.open({ id: actionId, userId, projectId, kind: 'delete' });
      if (opened.outcome === 'refused') return false;
      await store.actions.cancelOthers(projectId, actionId);
      await store.publishedGames.remove(projectId);
      await store.projects.remove(projectId);
      crashPoint('after-delete-rows');
      await removePublishedCopy(copies, projectId);
      await store.actions.complete(actionId, null);
      store.activityLog.ofProject('delete', projectId, null);
      return true;
    },
  };
}

/** What works on the project beside its writer, which is the delete itself. */
function runsOfProject(client: ProjectDeps['client'], projectId: string): Promise<RunRef[]> {
  const writer = projectWorkflowId(projectId);
  return runningOf(client, `ProjectId = '${projectId}'`, ({ workflowId }) => workflowId !== writer);
}

/** The running workflows that Temporal finds by a filter, those alone that `isMeant` names. */
export async function runningOf(
  client: ProjectDeps['client'],
  filter: string,
  isMeant: (run: Pick<WorkflowExecutionInfo, 'workflowId' | 'type'>) => boolean,
): Promise<RunRef[]> {
  const runs: RunRef[] = [];
  const query = `${filter} AND ExecutionStatus = 'Running'`;
  for await (const run of client.workflow.list({ query }))
    if (isMeant(run)) runs.push({ workflowId: run.workflowId, runId: run.runId });
  return runs;
}

export async function cancelRun(
  client: ProjectDeps['client'],
  { workflowId, runId }: RunRef,
): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId, runId).cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function stillRunning(
  client: ProjectDeps['client'],
  runs: readonly RunRef[],
): Promise<RunRef[]> {
  const described = await Promise.all(
    runs.map(({ workflowId, runId }) => describeOrNull(client, workflowId, runId)),
  );
  return runs.filter((_run, at) => described[at]?.status.name === 'RUNNING');
}
