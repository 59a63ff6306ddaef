import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { DesignGameInput, GenerationPlan } from '../../src/activities/ports/plan-port.js';
import type { RunAgentInput } from '../../src/activities/ports/agent-port.js';
import type { GameBrief } from '../../src/contracts/game/brief.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { ANSWER_QUEUE, TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

const REVISION = 'a'.repeat(40);
const SPEC = { request: '猫', dimension: '2d', styleId: null, autoFix: false } as const;
const BRIEF = briefByRules({ ...SPEC, language: 'ja' });

const env = workflowEnvOf(import.meta.filename);

type Asked = Pick<DesignGameInput, 'by'> & { queue: string };

/** A job that is planned so; what its design was asked for, and what its run was told. */
function jobWith(
  plan: Partial<Extract<GenerationPlan, { kind: 'generate' }>>,
  designGame: (asked: Asked) => Promise<GameBrief>,
  message: Parameters<typeof generateInput>[0] = {},
) {
  const input = generateInput(message);
  const asked: Asked[] = [];
  const runs: RunAgentInput[] = [];
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({
      kind: 'generate',
      hasDefaultName: false,
      spec: { ...SPEC, parent: null },
      ...plan,
    }),
    async designGame({ by }) {
      const one = { by, queue: Context.current().info.taskQueue };
      asked.push(one);
      return designGame(one);
    },
    startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
    async runAgent(given) {
      runs.push(given);
      return {
        kind: 'candidate',
        revision: REVISION,
        summary: '完成',
        suggestions: [],
        usage: null,
      };
    },
    publishRevision: async () => ({ revision: REVISION }),
    completeJob: async () => true,
    failJob: async () => true,
    cancelJob: async () => 'cancelled',
  };
  const run = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
  const start = () =>
    admit(env.client, 'generateGame', input, {
      kind: 'generate',
      messageId: input.messageId,
      userId: input.userId,
      content: input.content,
    });
  return { input, asked, runs, activities, run, start };
}

async function endOf(job: ReturnType<typeof jobWith>) {
  return env.withWorkers(job.activities, async () => {
    await job.start();
    return endOfJob(job.run);
  });
}

describe('B2: a first game is designed before it is written', () => {
  it('by the small model, once, on the queue of answers; its run is told the brief', async () => {
    const designed = { ...BRIEF, by: 'model' } as const;
    const job = jobWith({ design: 'model' }, async () => designed);
    await expect(endOf(job)).resolves.toEqual({ ended: 'completed', revision: REVISION });
    expect(job.asked).toEqual([{ by: 'model', queue: ANSWER_QUEUE }]);
    expect(job.runs.map(({ spec }) => spec)).toEqual([{ ...SPEC, parent: null, brief: designed }]);
  });

  it('by rules when the step fails: the model is not asked again, the job goes on', async () => {
    const job = jobWith({ design: 'model' }, async ({ by }) => {
      if (by === 'model') throw ApplicationFailure.create({ type: 'RunCrashed' });
      return BRIEF;
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed' });
    expect(job.asked).toEqual([
      { by: 'model', queue: ANSWER_QUEUE },
      { by: 'rules', queue: TASK_QUEUE },
    ]);
    expect(job.runs[0]?.spec.brief).toEqual(BRIEF);
  });

  it('by rules at once when the model could not read the message either', async () => {
    const job = jobWith({ design: 'rules' }, async () => BRIEF);
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed' });
    expect(job.asked).toEqual([{ by: 'rules', queue: TASK_QUEUE }]);
  });

  it('and a change is not', async () => {
    const job = jobWith({ spec: { ...SPEC, parent: REVISION } }, async () => BRIEF);
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed' });
    expect(job.asked).toEqual([]);
    expect(job.runs[0]?.spec).not.toHaveProperty('brief');
  });

  it('and its run gets no skills where the sender has asked for none', async () => {
    const asked = { disableSkills: true } as const;
    const job = jobWith({ design: 'rules' }, async () => BRIEF, asked);
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed' });
    expect(job.runs[0]?.spec).toMatchObject({ brief: BRIEF, ...asked });
  });

  it('F1: a cancel while it is designed starts no run', async () => {
    let begun = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const job = jobWith({ design: 'model' }, async () => {
      begun();
      for (;;) await Promise.race([sleep(200), Context.current().cancelled]);
    });
    const end = await env.withWorkers(job.activities, async () => {
      await job.start();
      await isAsked;
      await job.run.executeUpdate(cancelUpdate, { args: [{ jobId: job.input.jobId }] });
      return endOfJob(job.run);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect([job.asked.length, job.runs]).toEqual([1, []]);
  });
});
