import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { cancelOwnWorkflow } from '../../src/activities/frame/own-cancel.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/durable/search-attributes.js';
import type { GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import { untilCancelled } from '../replay/record-images.js';
import { patient } from '../support/patience.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

/** What operators read of a job in Temporal, on a real server. */
const env = workflowEnvOf(import.meta.filename);

const REVISION = 'd'.repeat(40);
const CANDIDATE = {
  kind: 'candidate' as const,
  revision: REVISION,
  summary: '完成',
  suggestions: [],
  usage: null,
};

/** A job whose steps succeed at once, but for what is given. */
function steps(input: GenerateGameInput, overrides: FakeActivities = {}): FakeActivities {
  let attempt = 0;
  return {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({
      kind: 'generate',
      hasDefaultName: false,
      spec: { request: 'x', dimension: '2d', styleId: null, autoFix: false, parent: null },
    }),
    startAttempt: async () => ({ attempt: (attempt += 1), slotAgeMs: 0 }),
    runAgent: async () => CANDIDATE,
    publishRevision: async () => ({ revision: REVISION }),
    completeJob: async () => ({ costUsd: 1.25 }),
    failJob: async () => ({ costUsd: 0.5 }),
    ...overrides,
  };
}

const handle = ({ projectId }: GenerateGameInput) =>
  env.client.workflow.getHandle(projectWorkflowId(projectId));
const send = (input: GenerateGameInput) =>
  admit(env.client, 'generateGame', input, {
    kind: 'generate',
    messageId: input.messageId,
    userId: input.userId,
    content: input.content,
  });
async function attributes(input: GenerateGameInput): Promise<unknown[]> {
  const { typedSearchAttributes: known } = await handle(input).describe();
  return [known.get(SEARCH_ATTRIBUTES.attempts), known.get(SEARCH_ATTRIBUTES.costUsd)];
}

describe('I4: jobs are found by their attempts and their cost', () => {
  it('the number of an attempt is known while it runs, the cost when the job ends', async () => {
    const input = generateInput();
    const seen: unknown[] = [];
    const activities = steps(input, {
      async runAgent({ attempt }) {
        seen.push(await attributes(input));
        if (attempt < 3) throw ApplicationFailure.create({ type: 'RunCrashed', message: 'died' });
        return CANDIDATE;
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await endOfJob(handle(input));
    });
    expect(seen).toEqual([1, 2, 3].map((attempt) => [attempt, undefined]));
    expect(await attributes(input)).toEqual([3, 1.25]);
    const found = async (query: string) => (await env.client.workflow.count(query)).count;
    await expect
      .poll(() => found('Attempts >= 3 AND CostUsd > 1'), { timeout: patient(20_000) })
      .toBe(1);
    expect(await found('Attempts > 3 OR CostUsd > 1.25')).toBe(0);
  });

  it('a job that fails has both, too; metrics are told where its last run was', async () => {
    const input = generateInput();
    const endedOn: unknown[] = [];
    const activities = steps(input, {
      chooseBackend: async () => ({ backend: 'modal', reason: 'x', hasVolumes: true }),
      async failJob({ backend }) {
        endedOn.push(backend);
        return { costUsd: 0.5 };
      },
      async runAgent() {
        throw ApplicationFailure.create({
          type: 'ModelRefused',
          message: 'no',
          nonRetryable: true,
        });
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await endOfJob(handle(input));
    });
    expect(await attributes(input)).toEqual([1, 0.5]);
    expect(endedOn).toEqual(['modal']);
  });

  it('a job that is cancelled has what its run told when it had stopped', async () => {
    const input = generateInput();
    const endedOn: unknown[] = [];
    let told = 0;
    let running = (): void => undefined;
    const isRunning = new Promise<void>((resolve) => (running = resolve));
    const activities = steps(input, {
      async runAgent() {
        running();
        try {
          return await untilCancelled();
        } finally {
          // Bare time: a run that is stopped takes a moment to tell its cost
          await sleep(500);
          told = 0.75;
        }
      },
      async cancelJob({ backend }) {
        endedOn.push(backend);
        await cancelOwnWorkflow(env.client);
        return 'cancelled';
      },
      costOfJob: async () => told,
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await isRunning;
      await handle(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      await expect(endOfJob(handle(input))).resolves.toEqual({ ended: 'cancelled' });
    });
    expect(await attributes(input)).toEqual([1, 0.75]);
    expect(endedOn).toEqual(['local']);
  });

  it('an answer takes no attempt; a worker that cannot tell the cost leaves it out', async () => {
    const input = generateInput();
    const activities = steps(input, {
      planGeneration: async () => ({ kind: 'chat' }),
      answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
      async completeJob({ backend }) {
        expect(backend).toBeUndefined();
        return true;
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(endOfJob(handle(input))).resolves.toEqual({ ended: 'completed' });
    });
    expect(await attributes(input)).toEqual([undefined, undefined]);
  });
});
