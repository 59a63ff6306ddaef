import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import type { MessageReading } from '../../src/domain/generation/generation-plan.js';
import { ANSWER_QUEUE, type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

const READING: MessageReading = {
  intent: 'chat',
  request: 'ありがとう',
  dimension: null,
  styleId: null,
  language: 'ja',
};

/** Runs one message to its end; answers what it was read from and what it was planned with. */
async function play(
  input: GenerateGameInput,
  readMessage: NonNullable<FakeActivities['readMessage']>,
) {
  const queues: string[] = [];
  const readings: unknown[] = [];
  const asked: unknown[] = [];
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    async readMessage(message) {
      queues.push(Context.current().info.taskQueue);
      asked.push(message.skipStyleSelection);
      return readMessage(message);
    },
    async planGeneration({ reading, skipStyleSelection }) {
      readings.push(reading);
      asked.push(skipStyleSelection);
      if (readings.length === 1) throw ApplicationFailure.create({ type: 'OPERATION_FAILED' });
      return { kind: 'chat' };
    },
    answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
    completeJob: async () => true,
  };
  const run = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
  await env.withWorkers(activities, async () => {
    await admit(env.client, 'generateGame', input, {
      kind: 'generate',
      messageId: input.messageId,
      userId: input.userId,
      content: input.content,
    });
    await expect(endOfJob(run)).resolves.toMatchObject({ ended: 'completed' });
  });
  return { queues, readings, asked };
}

describe('B2: the small model reads a message', () => {
  it('once, on the queue of answers, and a plan that is tried again has its words', async () => {
    const { queues, readings } = await play(generateInput(), async () => READING);
    expect(queues).toEqual([ANSWER_QUEUE]);
    expect(readings).toEqual([READING, READING]);
  });

  it('and is not asked again when it fails: then the keyword rules decide', async () => {
    const { queues, readings } = await play(generateInput(), async () => {
      throw ApplicationFailure.create({ type: 'ModelOverloaded', message: 'away' });
    });
    expect(queues).toEqual([ANSWER_QUEUE]);
    expect(readings).toEqual([null, null]);
  });

  it('A2: both are told that nothing is asked, where the message says so', async () => {
    const unasked = generateInput({ skipStyleSelection: true });
    expect((await play(unasked, async () => READING)).asked).toEqual([true, true, true]);
    expect((await play(generateInput(), async () => READING)).asked).toEqual(
      Array.from({ length: 3 }, () => undefined),
    );
  });

  it('but not the errors that a repair is asked for with', async () => {
    const { queues, readings } = await play(generateInput({ autoFix: true }), async () => READING);
    expect(queues).toEqual([]);
    expect(readings).toEqual([null, null]);
  });
});
