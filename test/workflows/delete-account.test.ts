import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accountWorkflowId, projectWorkflowId } from '../../src/contracts/base/ids.js';
import { TASK_QUEUE, type DeleteProjectInput } from '../../src/contracts/durable/workflows.js';
import { workflowEnvOf, type FakeActivities } from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

/** Projects of a user whose removal is written down. */
function account(projectIds: string[]) {
  const left = [...projectIds];
  const diary: string[] = [];
  const activities: FakeActivities = {
    stopAccountWork: async () => {
      diary.push(`stop ${left.length}`);
      return { runs: [], projectIds: left.slice(0, 4), projectsLeft: left.length };
    },
    awaitRunsEnded: async () => [],
    removeProjectRows: async ({ projectId }) => {
      left.splice(left.indexOf(projectId), 1);
      return true;
    },
    removeProjectFiles: async () => undefined,
    removeAccountRows: async () => void diary.push('rows'),
    removeUserFiles: async () => void diary.push('files'),
  };
  return { left, diary, activities };
}

const deleted = (userId: string): Promise<unknown> =>
  env.client.workflow.execute('deleteAccount', {
    workflowId: accountWorkflowId(userId),
    taskQueue: TASK_QUEUE,
    args: [{ userId }],
  });

describe('F2: deleting an account', () => {
  it('removes every project, then the rows of the user, then his files', async () => {
    const { left, diary, activities } = account(Array.from({ length: 6 }, () => randomUUID()));
    await env.withWorkers(activities, () => deleted(randomUUID()));
    expect(left).toEqual([]);
    expect(diary).toEqual(['stop 6', 'stop 2', 'stop 0', 'rows', 'files']);
  });

  it('waits for a project that another delete holds, and goes on', async () => {
    const [userId, projectId] = [randomUUID(), randomUUID()];
    const { left, diary, activities } = account([projectId]);
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const stop = activities.stopAccountWork;
    await env.withWorkers(
      {
        ...activities,
        cancelProjectWork: async () => {
          await held;
          return [];
        },
        stopAccountWork: async (input) => {
          // The account has met the other one when it looks for the second time.
          if (diary.length > 0) letGo();
          return stop!(input);
        },
      },
      async () => {
        const input: DeleteProjectInput = {
          actionId: randomUUID(),
          messageId: randomUUID(),
          userId,
          projectId,
        };
        await env.client.workflow.start('deleteProject', {
          workflowId: projectWorkflowId(projectId),
          taskQueue: TASK_QUEUE,
          args: [input],
        });
        await deleted(userId);
      },
    );
    expect(left).toEqual([]);
    expect(diary.slice(-3)).toEqual(['stop 0', 'rows', 'files']);
  });

  it('removes files again after the last work that did not stop in time', async () => {
    const { diary, activities } = account([]);
    const run = { workflowId: 'action/slow', runId: randomUUID() };
    let looks = 0;
    await env.withWorkers(
      {
        ...activities,
        stopAccountWork: async () => ({ runs: [run], projectIds: [], projectsLeft: 0 }),
        awaitRunsEnded: async () => {
          diary.push('wait');
          looks += 1;
          return looks < 3 ? [run] : [];
        },
      },
      () => deleted(randomUUID()),
    );
    expect(diary).toEqual(['wait', 'rows', 'files', 'wait', 'wait', 'files']);
  });
});
