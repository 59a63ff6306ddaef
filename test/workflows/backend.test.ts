import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { endWorkOfDeadWorkers } from '../../src/activities/dead-workers.js';
import type { Delivery } from '../../src/activities/work-notes.js';
import type { BackendChoice } from '../../src/activities/ports/backend-ports.js';
import type { CompleteJobInput } from '../../src/activities/ports/job-port.js';
import type { RunAgentInput, RunAgentOutcome } from '../../src/activities/ports/agent-port.js';
import type { GenerationPlan } from '../../src/activities/ports/plan-port.js';
import type { ErrorKind } from '../../src/contracts/base/errors.js';
import { projectWorkflowId, replicationWorkflowId } from '../../src/contracts/base/ids.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import { WORKER_SHUTDOWN, type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';
import { patient } from '../support/patience.js';

const MODAL: BackendChoice = { backend: 'modal', reason: 'switched to modal', hasVolumes: true };
const LOCAL: BackendChoice = {
  backend: 'local',
  reason: 'switched to local by ops',
  hasVolumes: true,
};
const PLAN: GenerationPlan = {
  kind: 'generate',
  hasDefaultName: false,
  spec: { request: 'x', dimension: '2d', styleId: null, autoFix: false, parent: null },
};

const env = workflowEnvOf(import.meta.filename);

type RunAgent = (input: RunAgentInput) => Promise<RunAgentOutcome>;
const candidateOf = (attempt: number): RunAgentOutcome => ({
  kind: 'candidate',
  revision: String(attempt).repeat(40),
  summary: '',
  suggestions: [],
  usage: null,
});
const succeed: RunAgent = async ({ attempt }) => candidateOf(attempt);
const failWith =
  (type: ErrorKind | 'WorkerStopped', nonRetryable = false): RunAgent =>
  async () => {
    throw ApplicationFailure.create({ type, nonRetryable });
  };
const shutDown =
  (goesOn: boolean): RunAgent =>
  async () => {
    throw ApplicationFailure.create({ type: WORKER_SHUTDOWN, details: [{ goesOn }] });
  };
async function beatFor(timeMs: number): Promise<void> {
  const untilMs = performance.now() + timeMs;
  while (performance.now() < untilMs) {
    Context.current().heartbeat();
    await Context.current().sleep(50);
  }
}
const untilCancelled: RunAgent = async ({ attempt }) => {
  await beatFor(Infinity);
  return candidateOf(attempt);
};
/** A worker that was killed: it beats no more, for longer than the heartbeat time-out. */
// Bare time: longer than the heartbeat time-out
const fallSilent: RunAgent = () => sleep(9_000, candidateOf(9));

/** Something that is said once, and waited for. */
function signalled<T>(): { said: Promise<T>; say: (value: T) => void } {
  let say: (value: T) => void = () => undefined;
  const said = new Promise<T>((resolve) => (say = resolve));
  return { said, say };
}

interface Scenario {
  modal: RunAgent;
  local?: RunAgent;
  choices?: BackendChoice[];
}

/** Activities that keep a diary of who did what where; the last choice of a backend stays. */
function fakesFor(
  input: GenerateGameInput,
  { modal, local = succeed, choices = [MODAL] }: Scenario,
) {
  const diary: string[] = [];
  const completed: CompleteJobInput[] = [];
  let attempt = 0;
  let slotAtMs = 0;
  const ranAtMs: number[] = [];
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => PLAN,
    async chooseBackend() {
      diary.push('choose');
      return (choices.length > 1 ? choices.shift() : choices[0]) ?? MODAL;
    },
    async startAttempt() {
      attempt += 1;
      return { attempt, slotAgeMs: slotAtMs && Date.now() - slotAtMs };
    },
    async runAgent(run) {
      slotAtMs ||= Date.now();
      ranAtMs.push(performance.now());
      const isModal = Context.current().info.taskQueue === BACKENDS.modal.long.agent.queue;
      diary.push(`${isModal ? 'modal' : 'local'} ${run.attempt}`);
      return (isModal ? modal : local)(run);
    },
    async publishRevision({ revision }) {
      diary.push(`publish ${revision.slice(0, 1)}`);
      return { revision };
    },
    async completeJob(end) {
      completed.push(end);
      return true;
    },
    async failJob(end) {
      diary.push(`fail ${end.kind}`);
      return true;
    },
    cancelJob: async () => 'cancelled',
    replicateProject: async ({ userId, projectId }) => ({
      userId,
      projectId,
      toVolume: { revisions: 0, assets: 0 },
      problem: null,
    }),
  };
  return { activities, diary, completed, ranAtMs };
}

const handle = (input: GenerateGameInput) =>
  env.client.workflow.getHandle(projectWorkflowId(input.projectId));
const send = (input: GenerateGameInput) =>
  admit(env.client, 'generateGame', input, {
    kind: 'generate',
    messageId: input.messageId,
    userId: input.userId,
    content: input.content,
  });

async function play(scenario: Scenario, overrides: Partial<GenerateGameInput> = {}) {
  const input = generateInput(overrides);
  const { activities, diary, completed, ranAtMs } = fakesFor(input, scenario);
  const outcome = await env.withWorkers(activities, async () => {
    await send(input);
    return endOfJob(handle(input));
  });
  return {
    input,
    diary,
    completed,
    outcome,
    attemptsTookMs: (ranAtMs.at(-1) ?? 0) - (ranAtMs[0] ?? 0),
  };
}

async function shownBackend(input: GenerateGameInput): Promise<unknown> {
  const { typedSearchAttributes } = await handle(input).describe();
  return typedSearchAttributes.getAll().find(({ key }) => key.name === 'Backend')?.value;
}

describe('G1, N4: a run on Modal', () => {
  it('is chosen, done and shown there', async () => {
    const { input, diary, outcome } = await play({ modal: succeed });
    expect(diary).toEqual(['choose', 'modal 1', 'publish 1']);
    expect(outcome).toMatchObject({ ended: 'completed' });
    expect(await shownBackend(input)).toBe('modal');
    await expect(
      env.client.workflow.getHandle(replicationWorkflowId(input.projectId)).describe(),
    ).resolves.toMatchObject({ type: 'replicateProject' });
  });

  it('that was never asked for leaves Modal alone afterwards too', async () => {
    const { input, diary } = await play({ modal: succeed, choices: [LOCAL] });
    expect(diary).toEqual(['choose', 'local 1', 'publish 1']);
    expect(await shownBackend(input)).toBe('local');
    await expect(
      env.client.workflow.getHandle(replicationWorkflowId(input.projectId)).describe(),
    ).rejects.toThrow(/not found/);
  });

  it.each([
    ['ModalUnavailable', ['choose', 'modal 1', 'choose', 'modal 2', 'local 3', 'publish 3']],
    ['ModalQuota', ['choose', 'modal 1', 'local 2', 'publish 2']],
    ['ModalOutdated', ['choose', 'modal 1', 'local 2', 'publish 2']],
    ['RunCrashed', ['choose', 'modal 1', 'choose', 'modal 2', 'local 3', 'publish 3']],
    [
      'RunStalled',
      ['choose', 'modal 1', 'choose', 'modal 2', 'choose', 'modal 3', 'local 4', 'publish 4'],
    ],
    [
      'RunTimedOut',
      ['choose', 'modal 1', 'choose', 'modal 2', 'choose', 'modal 3', 'local 4', 'publish 4'],
    ],
  ] as const)(
    'that ends with %s goes on here, also when the set would let Temporal try again',
    async (kind, story) => {
      const { input, diary, completed, outcome, attemptsTookMs } = await play({
        modal: failWith(kind),
      });
      expect(diary).toEqual(story);
      expect(outcome).toMatchObject({ ended: 'completed' });
      expect(completed).toHaveLength(1);
      expect(await shownBackend(input)).toBe('local');
      expect(attemptsTookMs).toBeLessThan(patient(10_000));
    },
  );

  it.each([
    'ModelBadRequest',
    'ModelRefused',
    'CandidateRefused',
    'ModelKeyInvalid',
    'RunSuperseded',
  ] as const)('that ends with %s is reported, not repeated here', async (kind) => {
    const { diary, outcome } = await play({ modal: failWith(kind, true) });
    expect(diary).toEqual(['choose', 'modal 1', `fail ${kind}`]);
    expect(outcome).toMatchObject({ ended: 'failed', failure: kind });
  });

  it('that has left Modal stays here for all further attempts, without asking again', async () => {
    let localRuns = 0;
    // P6: each attempt is told why the one before it ended.
    const told: unknown[] = [];
    const { diary } = await play({
      modal: failWith('ModalQuota'),
      async local(run) {
        localRuns += 1;
        told.push(run.ended?.kind);
        return localRuns < 3 ? failWith('RunCrashed')(run) : succeed(run);
      },
    });
    expect(diary).toEqual(['choose', 'modal 1', 'local 2', 'local 3', 'local 4', 'publish 4']);
    expect(told).toEqual(['ModalQuota', 'RunCrashed', 'RunCrashed']);
  });

  it('follows the switch at its next attempt', async () => {
    const { input, diary } = await play({ modal: failWith('RunStalled'), choices: [MODAL, LOCAL] });
    expect(diary).toEqual(['choose', 'modal 1', 'choose', 'local 2', 'publish 2']);
    expect(await shownBackend(input)).toBe('local');
  });

  it('F1: that is cancelled is stopped there, and nothing is done here', async () => {
    const input = generateInput();
    const { activities, diary } = fakesFor(input, { modal: untilCancelled });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect.poll(() => diary.at(-1), { timeout: patient(30_000) }).toBe('modal 1');
      await handle(input).executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      await expect(endOfJob(handle(input))).resolves.toEqual({ ended: 'cancelled' });
    });
    expect(diary).toEqual(['choose', 'modal 1']);
  });

  it('F3: that takes too long leaves time for a run here', async () => {
    const { diary, outcome } = await play(
      {
        async modal(run) {
          await beatFor(run.limitMs ?? 0);
          return failWith('RunTimedOut')(run);
        },
      },
      { jobTimeoutMs: 12_000 },
    );
    expect(diary).toEqual(['choose', 'modal 1', 'choose', 'local 2', 'publish 2']);
    expect(outcome).toEqual({ ended: 'completed', revision: '2'.repeat(40) });
  });

  it('E4: a candidate that waits for its store outlasts the time of its job', async () => {
    const { diary, outcome } = await play(
      {
        async modal(run) {
          await beatFor((run.limitMs ?? 0) + 1_500);
          return candidateOf(run.attempt);
        },
      },
      { jobTimeoutMs: 6_000 },
    );
    expect(diary).toEqual(['choose', 'modal 1', 'publish 1']);
    expect(outcome).toMatchObject({ ended: 'completed' });
  });

  it('F3: with too little time left for Modal begins here', async () => {
    const input = generateInput({ jobTimeoutMs: 60_000 });
    const { activities, diary } = fakesFor(input, { modal: succeed });
    await env.withWorkers(
      { ...activities, startAttempt: async () => ({ attempt: 1, slotAgeMs: 50_000 }) },
      async () => {
        await send(input);
        await expect(handle(input).result()).resolves.toMatchObject({ ended: 'completed' });
      },
    );
    expect(diary).toEqual(['choose', 'local 1', 'publish 1']);
  });
});

describe('C1: the worker that waits for a call on Modal dies', () => {
  it('another one takes up the same call under the same attempt', async () => {
    const input = generateInput();
    const found: unknown[] = [];
    const { activities, diary } = fakesFor(input, {
      async modal(run) {
        const { attempt, heartbeatDetails } = Context.current().info as {
          attempt: number;
          heartbeatDetails: unknown;
        };
        found.push(heartbeatDetails);
        Context.current().heartbeat({
          callId: `${run.jobId}.${run.attempt}`,
          functionCallId: 'fc-1',
        });
        return attempt === 1 ? fallSilent(run) : succeed(run);
      },
    });
    await env.withWorkers(activities, async () => {
      await send(input);
      await expect(handle(input).result()).resolves.toMatchObject({ ended: 'completed' });
    });
    expect(diary).toEqual(['choose', 'modal 1', 'modal 1', 'publish 1']);
    expect(found).toEqual([undefined, { callId: `${input.jobId}.1`, functionCallId: 'fc-1' }]);
  });

  it('a worker told to stop hands the call over at once, by none of our failures', async () => {
    const { diary, attemptsTookMs } = await play({
      modal: async (run) =>
        Context.current().info.attempt === 1 ? failWith('WorkerStopped')(run) : succeed(run),
    });
    expect(diary).toEqual(['choose', 'modal 1', 'modal 1', 'publish 1']);
    expect(attemptsTookMs).toBeLessThan(patient(10_000));
  });
});

describe('C1: the next worker of a machine tells that one was killed', () => {
  it.each([
    ['on Modal, by the same attempt', MODAL, ['modal 1', 'modal 1', 'publish 1']],
    ['here, by the next attempt', LOCAL, ['local 1', 'choose', 'local 2', 'publish 2']],
  ] as const)('its work goes on at once %s, and what goes on is left alone', async (...row) => {
    const [, choice, ran] = row;
    const input = generateInput();
    const [killed, goingOn] = [signalled<Delivery>(), signalled<void>()];
    const canEnd = signalled<void>();
    let runs = 0;
    const run: RunAgent = async (given) => {
      const { taskToken, workflowExecution } = Context.current().info;
      const token = Buffer.from(taskToken).toString('base64');
      if (runs++ === 0) {
        killed.say({ taskToken: token, ...workflowExecution! });
        return untilCancelled(given);
      }
      goingOn.say();
      await canEnd.said;
      return succeed(given);
    };
    const { activities, diary } = fakesFor(input, { modal: run, local: run, choices: [choice] });
    await env.withWorkers(activities, async () => {
      await send(input);
      const notes = { takeLeft: async () => [await killed.said] };
      const next = { notes, client: env.client, log: pino({ level: 'silent' }) };
      await endWorkOfDeadWorkers(next);
      await goingOn.said;
      await endWorkOfDeadWorkers(next);
      canEnd.say();
      await expect(handle(input).result()).resolves.toMatchObject({ ended: 'completed' });
    });
    expect(diary).toEqual(['choose', ...ran]);
  });
});

describe('I5: a shutdown of the worker costs no try', () => {
  /** As many as there may be tries, and one more. */
  const SHUTDOWNS = 4;
  const first =
    (shutdown: RunAgent): RunAgent =>
    (run) =>
      runs++ < SHUTDOWNS ? shutdown(run) : succeed(run);
  let runs = 0;
  beforeEach(() => {
    runs = 0;
  });

  it('here: what was cut is begun anew, under the next number', async () => {
    const { diary, outcome } = await play({
      modal: succeed,
      local: first(shutDown(false)),
      choices: [LOCAL],
    });
    expect(diary).toEqual([
      ...[1, 2, 3, 4, 5].flatMap((number) => ['choose', `local ${number}`]),
      'publish 5',
    ]);
    expect(outcome).toMatchObject({ ended: 'completed' });
  });

  it('on Modal: the next worker waits for the same call, which goes on', async () => {
    const { diary, outcome } = await play({ modal: first(shutDown(true)) });
    expect(diary).toEqual([
      'choose',
      ...Array.from({ length: SHUTDOWNS + 1 }, () => 'modal 1'),
      'publish 1',
    ]);
    expect(outcome).toMatchObject({ ended: 'completed' });
  });

  it('F3: nor time: what was cut gets all of it again', async () => {
    const { diary, outcome } = await play(
      {
        modal: succeed,
        async local(run) {
          if (run.attempt === 3) return succeed(run);
          // Bare time: most of the time of a job
          await sleep(2_500);
          return shutDown(false)(run);
        },
        choices: [LOCAL],
      },
      { jobTimeoutMs: 4_000 },
    );
    expect(diary.at(-1)).toBe('publish 3');
    expect(outcome).toMatchObject({ ended: 'completed' });
  });

  it('but a failure still does', async () => {
    const { diary, outcome } = await play({
      modal: succeed,
      local: (run) => (run.attempt === 2 ? shutDown(false) : failWith('RunCrashed'))(run),
      choices: [LOCAL],
    });
    expect(diary.filter((entry) => entry !== 'choose')).toEqual([
      ...[1, 2, 3, 4].map((number) => `local ${number}`),
      'fail RunCrashed',
    ]);
    expect(outcome).toMatchObject({ ended: 'failed', failure: 'RunCrashed' });
  });
});
