import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CompleteJobInput, FailJobInput } from '../../src/activities/ports/job-port.js';
import type { GenerationPlan } from '../../src/activities/ports/plan-port.js';
import { cancelOwnWorkflow } from '../../src/activities/frame/own-cancel.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/durable/search-attributes.js';
import {
  ANSWER_QUEUE,
  TASK_QUEUE,
  type AdmitRequest,
  type GenerateGameInput,
} from '../../src/contracts/durable/workflows.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import {
  acceptedUpdates,
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

const REVISION = 'a'.repeat(40);
const PLAN: GenerationPlan = {
  kind: 'generate',
  hasDefaultName: false,
  spec: { request: 'x', dimension: '2d', styleId: null, autoFix: false, parent: null },
};

const env = workflowEnvOf(import.meta.filename);

/** Activities that succeed at once and keep a diary; overridden per promise. */
function fakes(input: GenerateGameInput, overrides: FakeActivities = {}) {
  const diary: string[] = [];
  const completed: CompleteJobInput[] = [];
  const failed: FailJobInput[] = [];
  let attempt = 0;
  const activities: FakeActivities = {
    async openJob() {
      diary.push('open');
      return { outcome: 'opened', job: jobRow(input) };
    },
    async noteMessage({ messageId }) {
      diary.push(`note ${messageId.slice(0, 4)}`);
    },
    async planGeneration() {
      diary.push('plan');
      return PLAN;
    },
    async startAttempt() {
      attempt += 1;
      diary.push(`attempt ${attempt}`);
      return { attempt, slotAgeMs: 0 };
    },
    async runAgent() {
      diary.push('run');
      return {
        kind: 'candidate',
        revision: REVISION,
        summary: '完成',
        suggestions: [],
        usage: null,
      };
    },
    async publishRevision() {
      diary.push('publish');
      return { revision: REVISION };
    },
    async completeJob(end) {
      diary.push('complete');
      completed.push(end);
      return true;
    },
    async failJob(end) {
      diary.push(`fail ${end.kind}`);
      failed.push(end);
      return true;
    },
    async cancelJob() {
      diary.push('cancel');
      return 'cancelled';
    },
    async nameProject() {
      diary.push('name');
      return { name: 'x' };
    },
    ...overrides,
  };
  return { activities, diary, completed, failed };
}

const message = (input: GenerateGameInput, messageId = input.messageId): AdmitRequest => ({
  kind: 'generate',
  messageId,
  userId: input.userId,
  content: input.content,
});
const send = (input: GenerateGameInput, request: AdmitRequest = message(input)) =>
  admit(env.client, 'generateGame', input, request);
const handle = (input: GenerateGameInput) =>
  env.client.workflow.getHandle(projectWorkflowId(input.projectId));
const result = (input: GenerateGameInput) => endOfJob(handle(input));
/** What waits for the promise goes on when the function is called. */
function makeGate(): [Promise<void>, () => void] {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
const failureType = (error: unknown) =>
  error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
    ? error.cause.type
    : error;

describe('one message becomes one version', () => {
  it('A1/A4: answers when the job is opened, then plans, runs, publishes, completes', async () => {
    const input = generateInput();
    const { activities, diary, completed } = fakes(input);
    await env.withWorkers(activities, async () => {
      await expect(send(input)).resolves.toMatchObject({
        kind: 'generate',
        jobId: input.jobId,
        isExisting: false,
        job: { id: input.jobId },
      });
      await expect(result(input)).resolves.toEqual({ ended: 'completed', revision: REVISION });
    });
    expect(diary).toEqual(['open', 'plan', 'attempt 1', 'run', 'publish', 'complete']);
    expect(completed[0]).toMatchObject({
      attempt: 1,
      revision: REVISION,
      event: { type: 'published', revision: REVISION },
    });
  });

  it('B2: answers, questions and undo proposals never take a slot', async () => {
    const open = { dimension: '2d' as const, styleId: null, styles: [], request: 'r' };
    const plans: GenerationPlan[] = [
      { kind: 'chat', look: { type: 'look', ...open } },
      {
        kind: 'question',
        question: { type: 'dimension', message: '?', suggestions: ['2Dで作成'], request: 'r' },
      },
      {
        kind: 'restoreProposal',
        question: {
          type: 'restore',
          message: '?',
          confirmLabel: '戻す',
          cancelLabel: 'キャンセル',
        },
      },
    ];
    for (const plan of plans) {
      const input = generateInput();
      const { activities, diary, completed } = fakes(input, {
        planGeneration: async () => plan,
        answerQuestion: async () => ({ message: 'はい', suggestions: [] }),
      });
      await env.withWorkers(activities, async () => {
        await send(input);
        await result(input);
      });
      expect(diary).not.toContain('run');
      expect(completed[0]).toMatchObject({
        attempt: 0,
        mode: plan.kind === 'restoreProposal' ? 'restore' : 'chat',
        // A2: what was chosen for a game stays open.
        pendingQuestion: 'question' in plan ? plan.question : { type: 'look', ...open },
      });
    }
  });

  it('G2: an answer waits for its model on another queue than the short steps', async () => {
    const input = generateInput();
    const queues: string[] = [];
    const note = () => queues.push(Context.current().info.taskQueue);
    const { activities } = fakes(input, {
      planGeneration: async () => ({ kind: 'chat' }),
      async answerQuestion() {
        note();
        return { message: 'はい', suggestions: [] };
      },
      async completeJob() {
        note();
        return true;
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await result(input);
    });
    expect(queues).toEqual([ANSWER_QUEUE, TASK_QUEUE]);
  });

  it('E4: a job that had published before completes with that version', async () => {
    const input = generateInput();
    const earlier = 'e'.repeat(40);
    const { activities, completed } = fakes(input, {
      publishRevision: async () => ({ revision: earlier }),
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(result(input)).resolves.toEqual({ ended: 'completed', revision: earlier });
    });
    expect(completed[0]).toMatchObject({
      revision: earlier,
      event: { type: 'published', revision: earlier },
    });
  });

  it('C1: a crashed run is tried as a new attempt; only one version is published', async () => {
    const input = generateInput();
    let runs = 0;
    const { activities, diary } = fakes(input, {
      async runAgent({ attempt }) {
        runs += 1;
        if (runs < 3)
          throw ApplicationFailure.create({
            type: 'RunCrashed',
            message: `attempt ${attempt} died`,
          });
        return { kind: 'candidate', revision: REVISION, summary: '', suggestions: [], usage: null };
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await result(input);
    });
    expect(diary).toEqual([
      'open',
      'plan',
      'attempt 1',
      'attempt 2',
      'attempt 3',
      'publish',
      'complete',
    ]);
  });

  it('a message beyond a limit is one clear failure: nothing runs or is retried', async () => {
    for (const kind of ['SPENDING_LIMIT_EXCEEDED', 'STORAGE_LIMIT_EXCEEDED'] as const) {
      const input = generateInput();
      const { activities, diary } = fakes(input, {
        async startAttempt() {
          throw ApplicationFailure.create({ type: kind, message: 'too much', nonRetryable: true });
        },
      });
      await env.withWorkers(activities, async () => {
        await send(input);
        await expect(result(input)).resolves.toEqual({ ended: 'failed', failure: kind });
      });
      expect(diary).toEqual(['open', 'plan', `fail ${kind}`]);
    }
  });

  it('reports one clear failure, without another try, when the model refuses', async () => {
    const input = generateInput();
    const { activities, diary, failed } = fakes(input, {
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
      await expect(result(input)).resolves.toEqual({ ended: 'failed', failure: 'ModelRefused' });
    });
    expect(diary).toEqual(['open', 'plan', 'attempt 1', 'fail ModelRefused']);
    expect(failed).toHaveLength(1);
  });

  it('F3: a run longer than the job may take is failed once, as a time-out', async () => {
    const input = generateInput({ jobTimeoutMs: 1_500 });
    const { activities, diary } = fakes(input, {
      async runAgent() {
        for (;;) {
          Context.current().heartbeat();
          await Context.current().sleep(100);
        }
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(result(input)).resolves.toEqual({ ended: 'failed', failure: 'RunTimedOut' });
    });
    expect(diary.filter((line) => line.startsWith('fail'))).toEqual(['fail RunTimedOut']);
  });
});

describe('admission', () => {
  it('A4: another message meets the running job, and its text is kept', async () => {
    const input = generateInput();
    const [gate, release] = makeGate();
    const { activities, diary } = fakes(input, {
      async runAgent() {
        await gate;
        return { kind: 'candidate', revision: REVISION, summary: '', suggestions: [], usage: null };
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      const other = generateInput({ projectId: input.projectId, userId: input.userId });
      await expect(send(other)).resolves.toMatchObject({ jobId: input.jobId, isExisting: true });
      await expect(
        send(other, { kind: 'restore', messageId: other.messageId, userId: input.userId }),
      ).resolves.toMatchObject({ kind: 'generate', isExisting: true });
      expect(diary).toContain(`note ${other.messageId.slice(0, 4)}`);
      release();
      await result(input);
    });
    expect(diary.filter((line) => line === 'open')).toHaveLength(1);
  });

  it('A3: the same message sent twice is one job', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, {
      async runAgent() {
        await sleep(300); // Bare time: the same message comes meanwhile
        return { kind: 'candidate', revision: REVISION, summary: '', suggestions: [], usage: null };
      },
    });
    await env.withWorkers(activities, async () => {
      const answers = await Promise.all([send(input), send(input), send(input)]);
      const own = { jobId: input.jobId, isExisting: false };
      expect(answers).toMatchObject([own, own, own]);
      await result(input);
    });
    expect(diary.filter((line) => line === 'run' || line === 'open')).toEqual(['open']);
  });

  it('A7: a refusal reaches the caller by its code, and the run ends', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, {
      openJob: async () => ({ outcome: 'refused', code: 'USER_LIMIT_EXCEEDED' }),
    });
    await env.withWorkers(activities, async () => {
      expect(failureType(await send(input).catch((error: unknown) => error))).toBe(
        'USER_LIMIT_EXCEEDED',
      );
      await expect(result(input)).resolves.toEqual({
        ended: 'refused',
        failure: 'USER_LIMIT_EXCEEDED',
      });
    });
    expect(diary).toEqual([]);
  });

  it.each(['publishRevision', 'completeJob'] as const)(
    'A5: from its commit point on the job asks newcomers to come again (%s)',
    async (step) => {
      const input = generateInput();
      const [gate, release] = makeGate();
      const { activities, diary } = fakes(input, {
        async publishRevision() {
          if (step === 'publishRevision') await gate;
          return { revision: REVISION };
        },
        async completeJob() {
          await gate;
          return true;
        },
      });
      await env.withWorkers(activities, async () => {
        await send(input);
        await expect
          .poll(
            async () =>
              (await handle(input).describe()).raw.pendingActivities?.[0]?.activityType?.name,
          )
          .toBe(step);
        const late = send(generateInput({ projectId: input.projectId }));
        await expect.poll(() => acceptedUpdates(env.client, input.projectId)).toBe(2);
        release();
        expect(failureType(await late.catch((error: unknown) => error))).toBe('JobClosing');
        await result(input);
      });
      expect(diary.filter((line) => line.startsWith('note'))).toEqual([]);
    },
  );

  it('A5: ends only when a message that has joined is answered', async () => {
    const input = generateInput();
    const [gate, release] = makeGate();
    const [run, finish] = makeGate();
    const { activities, diary } = fakes(input, {
      async runAgent() {
        await run;
        return { kind: 'candidate', revision: REVISION, summary: '', suggestions: [], usage: null };
      },
      noteMessage: () => gate,
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      const joined = send(generateInput({ projectId: input.projectId }));
      await expect
        .poll(async () =>
          (await handle(input).describe()).raw.pendingActivities?.map(
            ({ activityType }) => activityType?.name,
          ),
        )
        .toContain('noteMessage');
      finish();
      await expect.poll(() => diary.at(-1)).toBe('complete');
      await sleep(200); // Bare time: time to end too early
      release();
      await expect(joined).resolves.toMatchObject({ jobId: input.jobId, isExisting: true });
      await result(input);
    });
  });

  it('a message whose job has ended is answered with its row and does nothing again', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, {
      openJob: async () => ({ outcome: 'existing', job: jobRow(input, { status: 'completed' }) }),
    });
    await env.withWorkers(activities, async () => {
      await expect(send(input)).resolves.toMatchObject({
        isExisting: true,
        job: { status: 'completed' },
      });
      await expect(result(input)).resolves.toEqual({ ended: 'existing' });
    });
    expect(diary).toEqual([]);
  });

  it('a row left active by a lost run is taken up and finished', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, {
      openJob: async () => ({ outcome: 'existing', job: jobRow(input, { status: 'processing' }) }),
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(result(input)).resolves.toMatchObject({ ended: 'completed' });
    });
    expect(diary.at(-1)).toBe('complete');
  });
});

describe('F1: cancel', () => {
  const waiting: FakeActivities = {
    async runAgent() {
      for (;;) {
        Context.current().heartbeat();
        await Context.current().sleep(50);
      }
    },
  };

  it('stops the work of exactly this job and writes nothing afterwards', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, waiting);
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect.poll(() => diary.at(-1)).toBe('attempt 1');
      const run = handle(input);
      await expect(
        run.executeUpdate(cancelUpdate, { args: [{ jobId: generateInput().jobId }] }),
      ).resolves.toEqual({ outcome: 'otherJob' });
      await expect(
        run.executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] }),
      ).resolves.toEqual({ outcome: 'cancelled' });
      await expect(result(input)).resolves.toEqual({ ended: 'cancelled' });
    });
    expect(diary).toEqual(['open', 'plan', 'attempt 1', 'cancel']);
  });

  it('comes too late after the commit point: the job completes', async () => {
    const input = generateInput();
    const [gate, release] = makeGate();
    const { activities, diary } = fakes(input, {
      async completeJob() {
        await gate;
        return true;
      },
      cancelJob: async () => 'tooLate',
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect.poll(() => diary.at(-1)).toBe('publish');
      await expect(
        handle(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] }),
      ).resolves.toEqual({ outcome: 'tooLate' });
      release();
      await expect(result(input)).resolves.toMatchObject({ ended: 'completed' });
    });
  });

  it('an operator who cancels the workflow gets a reported failure, not a silent end', async () => {
    const input = generateInput();
    const { activities, diary } = fakes(input, waiting);
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect.poll(() => diary.at(-1)).toBe('attempt 1');
      await handle(input).cancel();
      await expect(result(input)).resolves.toEqual({ ended: 'failed', failure: 'RunCancelled' });
    });
    expect(diary.at(-1)).toBe('fail RunCancelled');
  });
});

describe('I4: how a job ended is how its workflow ended', () => {
  const { kind, outcome, failureKind } = SEARCH_ATTRIBUTES;
  const seen = async (input: GenerateGameInput) => {
    const { status, typedSearchAttributes } = await handle(input).describe();
    return [
      status.name,
      ...[kind, outcome, failureKind].map((key) => typedSearchAttributes.get(key)),
    ];
  };
  const failing = (type: string): FakeActivities => ({
    async runAgent() {
      throw ApplicationFailure.create({ type, message: 'no', nonRetryable: true });
    },
  });

  it.each<[string, FakeActivities, unknown[]]>([
    ['completed', {}, ['COMPLETED', 'generate', 'completed', undefined]],
    ['failed', failing('ModelRefused'), ['FAILED', 'generate', 'failed', 'ModelRefused']],
    [
      'refused',
      { openJob: async () => ({ outcome: 'refused', code: 'USER_LIMIT_EXCEEDED' }) },
      ['FAILED', undefined, 'refused', 'USER_LIMIT_EXCEEDED'],
    ],
  ])('%s', async (_what, overrides, expected) => {
    const input = generateInput();
    const { activities } = fakes(input, overrides);
    await env.withWorkers(activities, async () => {
      await send(input).catch(() => undefined);
      await result(input);
      expect(await seen(input)).toEqual(expected);
    });
  });

  it('cancelled by its owner; whoever waits for the end is answered before it', async () => {
    const input = generateInput();
    const [[gate, release], [running, begin]] = [makeGate(), makeGate()];
    const { activities } = fakes(input, {
      async runAgent() {
        begin();
        for (;;) {
          Context.current().heartbeat();
          await Context.current().sleep(50);
        }
      },
      async cancelJob() {
        await gate;
        await cancelOwnWorkflow(env.client);
        return 'cancelled';
      },
    });
    await env.withWorkers(activities, async () => {
      await Promise.all([send(input), running]);
      const stopped = handle(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      await sleep(200); // Bare time: time to end too early
      release();
      await expect(stopped).resolves.toEqual({ outcome: 'cancelled' });
      await expect(result(input)).resolves.toEqual({ ended: 'cancelled' });
      expect(await seen(input)).toEqual(['CANCELLED', 'generate', 'cancelled', undefined]);
    });
  });

  it('a failure is reported only when everybody who waits was answered', async () => {
    const input = generateInput();
    const [gate, release] = makeGate();
    const { activities } = fakes(input, {
      ...failing('ModelRefused'),
      async failJob() {
        await gate;
        return true;
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect
        .poll(
          async () =>
            (await handle(input).describe()).raw.pendingActivities?.[0]?.activityType?.name,
        )
        .toBe('failJob');
      const late = send(generateInput({ projectId: input.projectId }));
      await expect.poll(() => acceptedUpdates(env.client, input.projectId)).toBe(2);
      release();
      expect(failureType(await late.catch((error: unknown) => error))).toBe('JobClosing');
      await expect(result(input)).resolves.toEqual({ ended: 'failed', failure: 'ModelRefused' });
    });
  });
});
