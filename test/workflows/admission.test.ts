import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdmitter, type Admitter } from '../../src/api/admission.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import type {
  GenerateGameInput,
  RestoreVersionInput,
} from '../../src/contracts/durable/workflows.js';
import { listProcesses, descendants } from '../support/processes.js';
import {
  endOfJob,
  generateInput,
  jobRow,
  startWorkflowEnv,
  type FakeActivities,
  type WorkflowEnv,
} from '../support/workflow-env.js';
import { sendSignal } from '../support/signals.js';
import { inFullRuns, sample } from '../scope.js';
import { patient } from '../support/patience.js';

/**
 * The API's side of admission against the real workflows and a real server; only what the
 * activities would do is played.
 */
let env: WorkflowEnv;
let admitter: Admitter;
beforeAll(async () => {
  // A server of its own: a test makes it fall silent.
  env = await startWorkflowEnv();
  admitter = createAdmitter(env.client, pino({ level: 'silent' }), {
    PUBLIC_URL: 'http://127.0.0.1:9',
    namespace: 'default',
  });
});
afterAll(() => env.stop());

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** Generations that last until `ends`; openers and noted texts are counted. */
function generating(ends: Promise<unknown> = Promise.resolve()) {
  const opened: string[] = [];
  const noted: string[] = [];
  const activities: FakeActivities = {
    async openJob({ jobId, userId, projectId }) {
      opened.push(jobId);
      return { outcome: 'opened', job: jobRow(generateInput({ jobId, userId, projectId })) };
    },
    async noteMessage({ messageId }) {
      noted.push(messageId);
    },
    planGeneration: async () => ({ kind: 'chat' }),
    async answerQuestion() {
      await ends;
      return { message: 'はい', suggestions: [] };
    },
    completeJob: async () => true,
    cancelJob: async () => 'cancelled',
  };
  return { activities, opened, noted };
}

const admit = (input: GenerateGameInput) => admitter.admit({ kind: 'generate', input });
const another = ({ projectId, userId }: GenerateGameInput) => generateInput({ projectId, userId });
const writer = (projectId: string) => ({
  actionId: randomUUID(),
  messageId: randomUUID(),
  userId: randomUUID(),
  projectId,
});

describe('A1, A3: many callers, one writer', () => {
  it('twenty at once: one job is opened, one caller owns it, everybody is answered', async () => {
    const { open, opened: ends } = gate();
    const { activities, opened, noted } = generating(ends);
    const input = generateInput();
    await env.withWorkers(activities, async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => admit(index === 0 ? input : another(input))),
      );
      const jobs = answers.map((answer) =>
        answer.kind === 'answered' && answer.answer.kind === 'generate' ? answer.answer : null,
      );
      expect(jobs.every((job) => job !== null)).toBe(true);
      expect(new Set(jobs.map((job) => job?.jobId)).size).toBe(1);
      expect(jobs.filter((job) => job?.isExisting === false)).toHaveLength(1);
      open();
      await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
    });
    expect(opened).toHaveLength(1);
    expect(noted).toHaveLength(19);
  });

  it('the same message twice at once is one job and owned by both', async () => {
    // Bare time: both come before it is open
    const { activities, opened } = generating(sleep(300));
    const input = generateInput();
    await env.withWorkers(activities, async () => {
      const answers = await Promise.all([admit(input), admit(input)]);
      for (const answer of answers)
        expect(answer).toMatchObject({
          kind: 'answered',
          answer: { jobId: input.jobId, isExisting: false },
        });
      await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
    });
    expect(opened).toEqual([input.jobId]);
  });

  it('is found in the Temporal UI: ids, what it is about, whose turn it is', async () => {
    const { activities } = generating();
    const input = generateInput();
    await env.withWorkers(activities, async () => {
      await admit(input);
      const run = await env.client.workflow
        .getHandle(projectWorkflowId(input.projectId))
        .describe();
      expect(run.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
        expect.arrayContaining([
          ['UserId', input.userId],
          ['ProjectId', input.projectId],
          ['JobId', input.jobId],
          ['JobAction', 'generate'],
          ['Backend', 'local'],
        ]),
      );
      expect(run.memo).toEqual({
        messageId: input.messageId,
        jobId: input.jobId,
        kind: 'generate',
      });
      expect(run.priority).toMatchObject({ fairnessKey: input.userId });
      await expect(run.staticSummary()).resolves.toBe('生成: 2Dのゲームを作って');
      await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
    });
  });
});

describe('A4–A6: meeting somebody else', () => {
  it("a message in a job's last step comes again as its own job, even after 5 s", async () => {
    const { open, opened: mayComplete } = gate();
    const { activities, opened } = generating();
    const first = generateInput();
    const second = another(first);
    let completions = 0;
    await env.withWorkers(
      {
        ...activities,
        async completeJob() {
          if (++completions === 1) await mayComplete;
          return true;
        },
      },
      async () => {
        await admit(first);
        await expect.poll(() => completions, { timeout: patient(15_000) }).toBe(1);
        const late = admit(second);
        // Bare time: longer than one question to be admitted (5 s)
        await sleep(6_000);
        open();
        await expect(late).resolves.toMatchObject({
          kind: 'answered',
          answer: { jobId: second.jobId, isExisting: false },
        });
        await env.client.workflow.getHandle(projectWorkflowId(first.projectId)).result();
      },
    );
    expect(opened).toEqual([first.jobId, second.jobId]);
  });

  it('A5: a message sent while a job is being cancelled becomes a job of its own', async () => {
    const { open: end, opened: ends } = gate();
    const { open: tell, opened: isCancelled } = gate();
    const { open: answer, opened: answers } = gate();
    const { activities, opened, noted } = generating(ends);
    const first = generateInput();
    const next = another(first);
    await env.withWorkers(
      {
        ...activities,
        // Its row says so and its owner was told; the answer to the workflow is late.
        async cancelJob() {
          tell();
          await answers;
          end();
          return 'cancelled';
        },
      },
      async () => {
        await admit(first);
        const stopped = admitter.cancel(first.projectId, first.jobId);
        await isCancelled;
        const late = admit(next);
        // Bare time: the message comes while it is stopped
        await sleep(300);
        answer();
        await expect(late).resolves.toMatchObject({
          kind: 'answered',
          answer: { jobId: next.jobId, isExisting: false },
        });
        await stopped;
        await env.client.workflow.getHandle(projectWorkflowId(first.projectId)).result();
      },
    );
    expect([opened, noted]).toEqual([[first.jobId, next.jobId], []]);
  });

  it('a restore in a job is answered by it; a message in a restore waits over 5 s', async () => {
    const { open, opened: ends } = gate();
    const { activities } = generating(ends);
    const game = generateInput();
    const restore: RestoreVersionInput = { ...writer(game.projectId), versionId: 'abcdef0' };
    await env.withWorkers(
      {
        ...activities,
        openRestore: async () => 'opened',
        async restoreRevision() {
          // Bare time: longer than one question to be admitted (5 s)
          await sleep(6_000);
          return { ok: true, revision: 'c'.repeat(40) };
        },
      },
      async () => {
        await admit(game);
        await expect(admitter.admit({ kind: 'restore', input: restore })).resolves.toMatchObject({
          kind: 'answered',
          answer: { kind: 'generate', jobId: game.jobId },
        });
        open();
        await env.client.workflow.getHandle(projectWorkflowId(game.projectId)).result();

        const restored = admitter.admit({ kind: 'restore', input: restore });
        await expect
          .poll(
            async () =>
              (await env.client.workflow.getHandle(projectWorkflowId(game.projectId)).describe())
                .type,
            { timeout: patient(15_000) },
          )
          .toBe('restoreVersion');
        const next = another(game);
        const late = admit(next);
        await expect(restored).resolves.toMatchObject({
          answer: { kind: 'restore', outcome: { ok: true } },
        });
        await expect(late).resolves.toMatchObject({
          answer: { kind: 'generate', jobId: next.jobId, isExisting: false },
        });
        await env.client.workflow.getHandle(projectWorkflowId(game.projectId)).result();
      },
    );
  });

  it.each(
    sample(
      'each is a name that is passed on',
      ['USER_LIMIT_EXCEEDED', 'SYSTEM_LIMIT_EXCEEDED', 'ACCESS_DENIED'] as const,
      ['USER_LIMIT_EXCEEDED'] as const,
    ),
  )('a refusal keeps its name: %s', async (code) => {
    await env.withWorkers({ openJob: async () => ({ outcome: 'refused', code }) }, async () => {
      await expect(admit(generateInput())).resolves.toEqual({ kind: 'refused', code });
    });
  });

  it.each([
    ['that cannot open the job', 'SchemaMismatch'],
    ['that takes no such value', 'ValueRefused'],
  ])('O5: a database %s refuses the message, in one run', async (_, kind) => {
    const input = generateInput();
    let calls = 0;
    const openJob = async (): Promise<never> => {
      calls += 1;
      throw ApplicationFailure.nonRetryable('open the job: refused', kind);
    };
    await env.withWorkers({ ...generating().activities, openJob }, async () => {
      const refused = { kind: 'refused', code: 'OPERATION_FAILED' };
      await expect(admit(input)).resolves.toEqual(refused);
      const run = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
      await expect(endOfJob(run)).resolves.toEqual({ ended: 'refused', failure: kind });
    });
    expect(calls).toBe(1);
  });

  it.each(['SchemaMismatch', 'ValueRefused'])(
    'O5: a message that cannot be noted is refused, and the job that it met ends (%s)',
    async (kind) => {
      const { open, opened: ends } = gate();
      const input = generateInput();
      let calls = 0;
      const noteMessage = async (): Promise<never> => {
        calls += 1;
        throw ApplicationFailure.nonRetryable('note the message: refused', kind);
      };
      await env.withWorkers({ ...generating(ends).activities, noteMessage }, async () => {
        await admit(input);
        const refused = { kind: 'refused', code: 'OPERATION_FAILED' };
        await expect(admit(another(input))).resolves.toEqual(refused);
        open();
        const run = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
        await expect(run.result()).resolves.toMatchObject({ ended: 'completed' });
      });
      expect(calls).toBe(1);
    },
  );

  it('without a worker a message is accepted after 5 s, and done once there is one', async () => {
    const input = generateInput();
    await expect(admit(input)).resolves.toEqual({ kind: 'waiting' });
    const { activities, opened } = generating();
    await env.withWorkers(activities, async () => {
      await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
    });
    expect(opened).toEqual([input.jobId]);
  });

  inFullRuns('src/runs/failed-tries has its tries; without a worker it is accepted above', () => {
    it('a server falls silent before it is asked for a run: accepted once it can be', async () => {
      const input = generateInput();
      const server = descendants(await listProcesses(), process.pid).find(({ command }) =>
        command.includes('start-dev'),
      );
      const admitted = admit(input);
      // Bare time: the tries have begun
      await sleep(3_500);
      sendSignal(server?.pid, 'SIGSTOP');
      // Bare time: how long the server is silent
      await sleep(5_000);
      sendSignal(server?.pid, 'SIGCONT');
      await expect(admitted).resolves.toEqual({ kind: 'waiting' });
      await env.withWorkers(generating().activities, async () => {
        await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
      });
    });
  });
});

describe('F1: stopping', () => {
  it('stops the job it names and no other', async () => {
    const { open, opened: ends } = gate();
    const { activities } = generating(ends);
    const input = generateInput();
    await env.withWorkers(activities, async () => {
      await expect(admitter.cancel(input.projectId, input.jobId)).resolves.toBe('noAnswer');
      await admit(input);
      await expect(admitter.cancel(input.projectId, randomUUID())).resolves.toBe('otherJob');
      await expect(admitter.cancel(input.projectId, input.jobId)).resolves.toBe('cancelled');
      open();
      await expect(
        endOfJob(env.client.workflow.getHandle(projectWorkflowId(input.projectId))),
      ).resolves.toEqual({ ended: 'cancelled' });
    });
  });
});
