import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { projectWorkflowId, pushWorkflowId } from '../../src/contracts/base/ids.js';
import { PUSH_QUEUE, type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

/** Who is away is told of the end of a job, beside the job. */
const env = workflowEnvOf(import.meta.filename);

/** A job that ends with an answer, and browsers that want to hear of it. */
function answered(input: GenerateGameInput, overrides: FakeActivities = {}) {
  const told: string[] = [];
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({ kind: 'chat' }),
    answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
    completeJob: async () => ({ costUsd: 0, push: 'answered' }),
    failJob: async () => ({ costUsd: 0, push: 'failed' }),
    listPushTargets: async () => ['phone', 'laptop'],
    async sendPush({ subscriptionId, event }) {
      told.push(`${subscriptionId} ${event} ${Context.current().info.taskQueue}`);
      return 'sent';
    },
    ...overrides,
  };
  return { activities, told };
}

const run = async (input: GenerateGameInput) => {
  await admit(env.client, 'generateGame', input, {
    kind: 'generate',
    messageId: input.messageId,
    userId: input.userId,
    content: input.content,
  });
  return endOfJob(env.client.workflow.getHandle(projectWorkflowId(input.projectId)));
};
const pushing = ({ jobId }: GenerateGameInput) =>
  env.client.workflow.getHandle(pushWorkflowId(jobId));

it('G2: every browser is told once, on a queue that nobody else waits on', async () => {
  const input = generateInput();
  const { activities, told } = answered(input);
  await env.withWorkers(activities, async () => {
    await expect(run(input)).resolves.toMatchObject({ ended: 'completed' });
    await expect(pushing(input).result()).resolves.toEqual({ sent: 2, gone: 0, failed: 0 });
  });
  expect(told.toSorted()).toEqual([
    `laptop answered ${PUSH_QUEUE}`,
    `phone answered ${PUSH_QUEUE}`,
  ]);
});

it('a failure is told, too', async () => {
  const input = generateInput();
  const { activities, told } = answered(input, {
    async planGeneration() {
      throw ApplicationFailure.create({ type: 'ModelRefused', message: '!', nonRetryable: true });
    },
  });
  await env.withWorkers(activities, async () => {
    await expect(run(input)).resolves.toMatchObject({ ended: 'failed' });
    await pushing(input).result();
  });
  expect(told[0]).toMatch(/ failed /);
});

it('a push service that hangs or is away keeps no job from its end', async () => {
  const input = generateInput();
  const tries: string[] = [];
  const { activities } = answered(input, {
    async sendPush({ subscriptionId }) {
      tries.push(subscriptionId);
      if (subscriptionId === 'laptop') return 'gone';
      throw ApplicationFailure.create({
        type: 'PushUnavailable',
        message: '503',
        nextRetryDelay: '10 milliseconds',
      });
    },
  });
  await env.withWorkers(activities, async () => {
    await expect(run(input)).resolves.toMatchObject({ ended: 'completed' });
    await expect(pushing(input).result()).resolves.toEqual({ sent: 0, gone: 1, failed: 1 });
  });
  expect(tries.filter((each) => each === 'phone')).toHaveLength(4);
  expect(tries.filter((each) => each === 'laptop')).toHaveLength(1);
});

it('nothing is started where nobody wants to hear of it', async () => {
  const input = generateInput();
  const { activities } = answered(input, { completeJob: async () => ({ costUsd: 0 }) });
  await env.withWorkers(activities, async () => {
    await run(input);
    await expect(pushing(input).describe()).rejects.toThrow(/not found/i);
  });
});
