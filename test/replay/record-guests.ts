import { randomUUID } from 'node:crypto';
import { adoptionWorkflowId, projectWorkflowId } from '../../src/contracts/base/ids.js';
import type { FakeActivities, WorkflowEnv } from '../support/workflow-env.js';
import type { Recorder } from './record-images.js';

/** A guest whose game goes to an account, and the round that removes others. */
export async function recordGuests(
  env: WorkflowEnv,
  { succeed, isWanted, save }: Recorder,
): Promise<void> {
  const names = ['adopt-guest', 'adopt-project', 'remove-guests'];
  if (!names.some(isWanted)) return;
  const [guestId, userId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
  let projectIds = [projectId];
  const activities: FakeActivities = {
    ...succeed,
    chooseBackend: async () => ({ backend: 'local', reason: 'no Modal', hasVolumes: false }),
    projectsOfGuest: async () => projectIds,
    adoptProject: async () => {
      projectIds = [];
      return true;
    },
    stopAccountWork: async () => ({ runs: [], projectIds: [], projectsLeft: 0 }),
    awaitRunsEnded: async () => [],
    forgottenGuests: async () => [guestId],
  };
  await env.withWorkers(activities, async () => {
    await env.client.workflow.execute('adoptGuest', {
      workflowId: adoptionWorkflowId(guestId),
      taskQueue: 'dreamcore',
      args: [{ guestId, userId }],
    });
    await env.client.workflow.execute('removeGuests', {
      workflowId: 'removeGuests',
      taskQueue: 'dreamcore',
    });
  });
  await save(env, 'adopt-guest', adoptionWorkflowId(guestId));
  await save(env, 'adopt-project', projectWorkflowId(projectId));
  await save(env, 'remove-guests', 'removeGuests');
}
