import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOperation } from '../../src/api/admission.js';
import { projectWorkflowId } from '../../src/contracts/ids.js';
import type { GenerateGameInput } from '../../src/contracts/workflows.js';
import { admitUpdate } from '../../src/workflows/writer-messages.js';
import {
  generateInput,
  jobRow,
  openWorkflowEnv,
  type FakeActivities,
  type WorkflowEnv,
} from '../support/workflow-env.js';

let env: WorkflowEnv;
beforeAll(async () => {
  env = await openWorkflowEnv(import.meta.filename);
});
afterAll(() => env.stop());

const REVISION = 'd'.repeat(40);
const FLOOD = 10;

/** Starts a job as the API does, with its priority. */
async function start(input: GenerateGameInput): Promise<void> {
  const { messageId, userId, content } = input;
  await env.client.workflow.executeUpdateWithStart(admitUpdate, {
    args: [{ kind: 'generate', messageId, userId, content }],
    startWorkflowOperation: startOperation({ kind: 'generate', input }),
  });
}

/** Waits until the run of a job has the slot or waits for it. */
async function untilWaiting({ projectId }: GenerateGameInput): Promise<void> {
  const handle = env.client.workflow.getHandle(projectWorkflowId(projectId));
  await expect
    .poll(
      async () =>
        (await handle.describe()).raw.pendingActivities?.map(
          ({ activityType }) => activityType?.name,
        ),
      { timeout: 20_000 },
    )
    .toContain('runAgent');
}

describe('the slot queue', () => {
  it('serves users in turn: one who has ten runs waiting does not keep out another', async () => {
    const flooder = randomUUID();
    const flood = Array.from({ length: FLOOD }, () => generateInput({ userId: flooder }));
    const other = generateInput();
    const order: string[] = [];
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const activities: FakeActivities = {
      openJob: async (input) => ({ outcome: 'opened', job: jobRow(generateInput(input)) }),
      planGeneration: async () => ({
        kind: 'generate',
        hasDefaultName: false,
        spec: { request: 'r', dimension: '2d', styleId: null, autoFix: false, parent: null },
      }),
      startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
      publishRevision: async () => ({ revision: REVISION }),
      completeJob: async () => true,
      runAgent: async ({ userId }) => {
        await held;
        order.push(userId);
        return {
          kind: 'candidate',
          revision: REVISION,
          summary: '完成',
          suggestions: [],
          usage: null,
        };
      },
    };
    await env.withWorkers(
      activities,
      async () => {
        await Promise.all(flood.map(start));
        await Promise.all(flood.map(untilWaiting));
        await start(other);
        await untilWaiting(other);
        letGo();
        await Promise.all(
          [...flood, other].map(({ projectId }) =>
            env.client.workflow.getHandle(projectWorkflowId(projectId)).result(),
          ),
        );
      },
      1,
    );
    expect(order).toHaveLength(FLOOD + 1);
    // First come, first served would make it the last.
    expect(order.indexOf(other.userId)).toBeLessThan(3);
  });
});
