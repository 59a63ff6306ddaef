import { describe, expect, it } from 'vitest';
import { cancelOwnWorkflow } from '../../src/activities/frame/own-cancel.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import { admitNext, queueActivities } from '../../src/activities/shared/jobs/queue.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import type { AdmitRequest, GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import type { QueuedMessage } from '../../src/contracts/rows/queued.js';
import { patient } from '../support/patience.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

/** Q3: messages that wait, as the project's writer and the one who admits them see them. */
const env = workflowEnvOf(import.meta.filename);

/** Jobs that are answered in words once they `may` end; who waits is admitted by `admitted`. */
function answering(overrides: FakeActivities = {}) {
  let end = () => {};
  const may = new Promise<void>((resolve) => (end = resolve));
  const admitted: string[] = [];
  const noted: string[] = [];
  const activities: FakeActivities = {
    openJob: async (job) => ({ outcome: 'opened', job: jobRow(generateInput(job)) }),
    async noteMessage({ messageId }) {
      noted.push(messageId);
      return { outcome: 'queued', jobId: messageId, place: noted.length };
    },
    async admitQueued({ userId }) {
      admitted.push(userId);
    },
    planGeneration: async () => ({ kind: 'chat' }),
    async answerQuestion() {
      await may;
      return { message: 'はい', suggestions: [] };
    },
    completeJob: async () => ({ costUsd: 0 }),
    ...overrides,
  };
  return { activities, admitted, noted, end };
}

const asked = ({ messageId, userId, content }: GenerateGameInput, more = {}): AdmitRequest => ({
  ...{ kind: 'generate' as const, messageId, userId, content },
  queue: {
    ...{ isAsked: true, isUnnamed: false, maxQueued: 50 },
    options: { selectedStyle: null, autoFix: false },
    ...more,
  },
});
const send = (input: GenerateGameInput, more = {}) =>
  admit(env.client, 'generateGame', input, asked(input, more));
const runOf = ({ projectId }: { projectId: string }) =>
  env.client.workflow.getHandle(projectWorkflowId(projectId));
const another = ({ projectId, userId }: GenerateGameInput, content = 'もっと速く') =>
  generateInput({ projectId, userId, content });

describe('Q3: a message while a job runs', () => {
  it('waits in order, and the next one is admitted when the job has ended', async () => {
    const input = generateInput();
    const { activities, admitted, noted, end } = answering();
    await env.withWorkers(activities, async () => {
      await send(input);
      for (const place of [1, 2]) {
        const message = another(input);
        await expect(send(message)).resolves.toEqual({
          ...{ kind: 'queued', jobId: message.messageId, place },
        });
      }
      expect(admitted).toEqual([]);
      end();
      await expect(endOfJob(runOf(input))).resolves.toMatchObject({ ended: 'completed' });
      await expect.poll(() => admitted, { timeout: patient(5_000) }).toEqual([input.userId]);
    });
    expect(noted).toHaveLength(2);
  });

  it('that says the same without an id is that job: tapped twice', async () => {
    const input = generateInput();
    const { activities, noted, end } = answering();
    await env.withWorkers(activities, async () => {
      await send(input);
      const again = another(input, input.content);
      await expect(send(again, { isUnnamed: true })).resolves.toMatchObject({
        ...{ kind: 'generate', jobId: input.jobId, isExisting: true },
      });
      end();
      await endOfJob(runOf(input));
    });
    expect(noted).toEqual([]);
  });

  it('is refused by a whole queue, and the job goes on', async () => {
    const input = generateInput();
    const { activities, end } = answering({
      noteMessage: async () => ({ outcome: 'refused', code: 'SYSTEM_LIMIT_EXCEEDED' }),
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(send(another(input))).rejects.toMatchObject({
        cause: { type: 'SYSTEM_LIMIT_EXCEEDED' },
      });
      end();
      await expect(endOfJob(runOf(input))).resolves.toMatchObject({ ended: 'completed' });
    });
  });

  it('in another project is admitted at once after a cancel, too', async () => {
    const input = generateInput();
    const { activities, admitted, end } = answering({
      async cancelJob() {
        await cancelOwnWorkflow(env.client);
        return 'cancelled';
      },
      costOfJob: async () => ({ costUsd: 0, isAwaited: true }),
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await runOf(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      // The answer may have been begun: its worker ends when that has.
      end();
      await expect(endOfJob(runOf(input))).resolves.toMatchObject({ ended: 'cancelled' });
      await expect.poll(() => admitted, { timeout: patient(5_000) }).toEqual([input.userId]);
    });
  });

  it('that came to the user in another project is admitted at the end, too', async () => {
    const input = generateInput();
    const { activities, admitted, end } = answering({
      completeJob: async () => ({ costUsd: 0, isAwaited: true }),
    });
    end();
    await env.withWorkers(activities, async () => {
      await send(input);
      await endOfJob(runOf(input));
      await expect.poll(() => admitted, { timeout: patient(5_000) }).toEqual([input.userId]);
    });
  });
});

it('Q3: a message that finds others waiting is answered with its place and ends', async () => {
  const input = generateInput();
  const { activities, admitted } = answering({
    openJob: async ({ jobId }) => ({ outcome: 'queued', jobId, place: 3 }),
  });
  await env.withWorkers(activities, async () => {
    await expect(send(input)).resolves.toEqual({ kind: 'queued', jobId: input.jobId, place: 3 });
    await expect(endOfJob(runOf(input))).resolves.toMatchObject({ ended: 'queued' });
    await expect.poll(() => admitted, { timeout: patient(5_000) }).toEqual([input.userId]);
  });
});

describe('Q3: out of the queue', () => {
  const headOf = (input: GenerateGameInput): QueuedMessage => ({
    ...{ id: input.jobId, message_id: input.messageId, project_id: input.projectId },
    ...{ user_id: input.userId, content: input.content },
    options: { selectedStyle: null, autoFix: true },
  });
  const queueOf = (heads: GenerateGameInput[]) => ({
    store: { queuedMessages: { heads: async () => heads.map(headOf) } } as never,
    client: env.client,
    config: { MAX_QUEUED_JOBS: 50, JOB_TIMEOUT_MS: 60_000 },
  });

  it('one message of each user is started as it was sent, where there is no writer', async () => {
    const [first, other] = [generateInput(), generateInput()];
    const second = generateInput({ userId: first.userId });
    const opened: string[] = [];
    const { activities, end } = answering({
      async openJob(job) {
        opened.push(job.jobId);
        return { outcome: 'opened', job: jobRow(generateInput(job)) };
      },
    });
    await env.withWorkers(activities, async () => {
      await expect(admitNext(queueOf([first, second, other]), null)).resolves.toBe('started');
      await expect.poll(() => opened.length, { timeout: patient(5_000) }).toBe(2);
      expect(new Set(opened)).toEqual(new Set([first.jobId, other.jobId]));
      await expect(admitNext(queueOf([first]), first.userId)).resolves.toBe('busy');
      end();
      for (const input of [first, other])
        await expect(endOfJob(runOf(input))).resolves.toMatchObject({ ended: 'completed' });
      await expect(admitNext(queueOf([]), null)).resolves.toBe('none');
    });
  });

  it('waits for a writer that is in its last step', async () => {
    const [running, next] = [generateInput(), generateInput()];
    next.projectId = running.projectId;
    const { activities, end } = answering();
    await env.withWorkers(activities, async () => {
      await send(running);
      const admitted = queueActivities(queueOf([next])).admitQueued({ userId: next.userId });
      end();
      await admitted;
      await expect
        .poll(async () => (await runOf(next).describe()).memo?.['jobId'], {
          timeout: patient(5_000),
        })
        .toBe(next.jobId);
      await endOfJob(runOf(next));
    });
  });
});
