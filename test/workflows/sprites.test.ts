import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { RunAgentInput } from '../../src/activities/ports/agent-port.js';
import type { PlannedAttachments } from '../../src/contracts/media/assets.js';
import type { AddSpritesInput } from '../../src/activities/ports/sprite-port.js';
import type { GameBrief } from '../../src/contracts/game/brief.js';
import { render } from '../../src/contracts/messages/message.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
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
import { patient } from '../support/patience.js';

const [CANDIDATE, AMENDED] = ['a'.repeat(40), 'b'.repeat(40)];
const SPEC = { request: '猫', dimension: '2d', styleId: null, autoFix: false } as const;
const sprite = (name: string) => ({ name, draws: name, fallback: '丸' });
const BRIEF: GameBrief = {
  ...briefByRules({ ...SPEC, language: 'ja' }),
  by: 'model',
  sprites: [sprite('cat'), sprite('dog')],
};
const NOTHING_SENT = { revisions: 0, assets: 0 };
const planned = (name: string) => ({ name, prompt: `draw ${name}`, usd: 0.04 });

const env = workflowEnvOf(import.meta.filename);

/** Work that ends by its cancellation alone. */
const untilCancelled = async (): Promise<never> => {
  for (;;) {
    Context.current().heartbeat();
    await Context.current().sleep(50);
  }
};

const NO_TROUBLE = async (): Promise<void> => undefined;

interface Story {
  /** Draws one; the default is at once. */
  draw?: (name: string) => Promise<void>;
  run?: (attempt: number) => Promise<void>;
  plans?: boolean;
  /** What goes with the message, and what its placing comes to; the default is well. */
  attached?: PlannedAttachments;
  place?: (name: string) => Promise<void>;
  more?: FakeActivities;
}

/** A first game whose brief has two figures; what became of it, and all that was asked for. */
function tell({ draw = NO_TROUBLE, place = NO_TROUBLE, run, plans = true, attached, more }: Story) {
  const input = generateInput({ jobTimeoutMs: 600_000 });
  const seen = {
    diary: [] as string[],
    runs: [] as RunAgentInput[],
    added: [] as AddSpritesInput[],
    published: '',
    message: '',
  };
  let attempts = 0;
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({
      kind: 'generate',
      hasDefaultName: false,
      spec: { ...SPEC, parent: null },
      design: 'model',
      ...(plans ? { drawsSprites: true as const } : {}),
      ...(attached && { attached }),
    }),
    designGame: async () => BRIEF,
    async planSprites({ spec }) {
      seen.diary.push('planned');
      return (spec.brief?.sprites ?? []).map(({ name }) => planned(name));
    },
    async drawSprite({ name, attempt }) {
      const on =
        Context.current().info.taskQueue === BACKENDS.local.long.image.queue ? 'local' : 'modal';
      seen.diary.push(`draw ${name} ${attempt} ${on}`);
      await draw(name);
      return { sizeBytes: 1 };
    },
    async placeImage({ name, attempt }) {
      const on =
        Context.current().info.taskQueue === BACKENDS.local.long.image.queue ? 'local' : 'modal';
      seen.diary.push(`place ${name} ${attempt} ${on}`);
      await place(name);
      return { width: 512, height: 300 };
    },
    async addSprites(asked) {
      seen.added.push(asked);
      return { revision: asked.drawn.length > 0 ? AMENDED : CANDIDATE, added: asked.drawn };
    },
    async startAttempt() {
      attempts += 1;
      seen.diary.push(`attempt ${attempts}`);
      return { attempt: attempts, slotAgeMs: 0 };
    },
    async runAgent(given) {
      seen.runs.push(given);
      // Bare time: a run takes a moment
      await (run ?? (() => Context.current().sleep(500)))(given.attempt);
      return {
        kind: 'candidate',
        ...{ revision: CANDIDATE, summary: '完成', suggestions: [], usage: null },
      };
    },
    async publishRevision({ revision }) {
      seen.published = revision;
      return { revision };
    },
    async completeJob({ message }) {
      seen.message = render(message);
      return true;
    },
    failJob: async () => true,
    cancelJob: async () => 'cancelled',
    ...more,
  };
  const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
  const start = () =>
    admit(env.client, 'generateGame', input, {
      kind: 'generate',
      messageId: input.messageId,
      userId: input.userId,
      content: input.content,
    });
  return { input, seen, activities, handle, start };
}

async function endOf(job: ReturnType<typeof tell>) {
  return env.withWorkers(job.activities, async () => {
    await job.start();
    return endOfJob(job.handle);
  });
}

const historyOf = async ({ handle }: ReturnType<typeof tell>) =>
  (await handle.fetchHistory()).events ?? [];
/** Seconds of every timer that the job has started. */
const timersOf = async (job: ReturnType<typeof tell>): Promise<number[]> =>
  (await historyOf(job)).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
  );
/** How many steps the job has asked to stop. */
const givenUp = async (job: ReturnType<typeof tell>): Promise<number> =>
  (await historyOf(job)).filter((event) => event.activityTaskCancelRequestedEventAttributes).length;

const UNDRAWN: readonly (readonly [where: string, Story])[] = [
  ['none is planned', { more: { planSprites: async () => [] } }],
  ['nobody can draw', { plans: false }],
  [
    'they cannot be planned',
    {
      more: {
        planSprites: async () => {
          throw ApplicationFailure.nonRetryable('away', 'OPERATION_FAILED');
        },
      },
    },
  ],
];

describe('C4: images of a game are drawn while it is written', () => {
  it('are planned before the first attempt and are files in what is published', async () => {
    const job = tell({});
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: AMENDED });
    const { diary, runs, added, published, message } = job.seen;
    expect(diary.slice(0, 2)).toEqual(['planned', expect.stringMatching(/^(attempt|draw)/)]);
    expect(diary.filter((line) => line.startsWith('draw')).sort()).toEqual([
      'draw cat 1 local',
      'draw dog 1 local',
    ]);
    expect(runs.map(({ spec }) => spec.sprites)).toEqual([['cat', 'dog']]);
    expect(added).toMatchObject([
      { attempt: 1, revision: CANDIDATE, drawn: ['cat', 'dog'], missing: [] },
    ]);
    expect([published, message]).toEqual([AMENDED, '完成']);
    // Nobody waits for images that are there when the model is done.
    expect(await timersOf(job)).toEqual([]);
  });

  it('are waited for 5 s after the end of the model; who is missing is said', async () => {
    const job = tell({
      draw: (name) => (name === 'dog' ? untilCancelled() : Promise.resolve()),
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: AMENDED });
    const { added, message } = job.seen;
    expect(added).toMatchObject([{ drawn: ['cat'], missing: ['dog'] }]);
    expect(message).toMatch(/^完成\n\n（画像2枚のうち1枚が間に合わなかった.*コードで描いて/);
    expect(await timersOf(job)).toEqual([5]);
    expect(await givenUp(job)).toBe(1);
  });

  it('are drawn once, however often the model is tried and whatever keeps one away', async () => {
    const job = tell({
      async draw(name) {
        if (name === 'dog') throw ApplicationFailure.create({ type: 'ImageRefused' });
      },
      async run(attempt) {
        if (attempt === 1) throw ApplicationFailure.create({ type: 'RunCrashed' });
      },
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed' });
    expect(job.seen.diary.filter((line) => line.startsWith('draw')).sort()).toEqual([
      'draw cat 1 local',
      'draw dog 1 local',
    ]);
    expect(job.seen.runs.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(job.seen.added).toMatchObject([{ attempt: 2, drawn: ['cat'], missing: ['dog'] }]);
  });

  it('G1: are drawn here when Modal is away', async () => {
    const job = tell({
      draw: async () => {
        if (Context.current().info.taskQueue === BACKENDS.modal.long.agent.queue)
          throw ApplicationFailure.create({ type: 'ModalQuota' });
      },
      more: {
        chooseBackend: async () => ({ backend: 'modal', reason: 'switched', hasVolumes: true }),
        replicateProject: async (project) => ({
          ...project,
          ...{ toVolume: NOTHING_SENT, problem: null },
        }),
      },
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: AMENDED });
    expect(job.seen.diary.filter((line) => line.startsWith('draw cat'))).toEqual([
      'draw cat 1 modal',
      'draw cat 2 local',
    ]);
  });

  it('J3: leave the candidate as it is when they cannot be put into it', async () => {
    const job = tell({
      more: {
        addSprites: async () => {
          throw ApplicationFailure.nonRetryable('no such revision', 'RevisionMissing');
        },
      },
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: CANDIDATE });
    expect(job.seen.message).toContain('画像2枚のうち2枚');
  });

  it.each(UNDRAWN)('are nothing that anybody hears of where %s', async (_, story) => {
    const job = tell(story);
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: CANDIDATE });
    expect(job.seen).toMatchObject({ added: [], message: '完成' });
    expect(job.seen.runs[0]?.spec).not.toHaveProperty('sprites');
  });

  it('are given up with a run that fails', async () => {
    const job = tell({
      draw: untilCancelled,
      async run() {
        // Bare time: a run takes a moment
        await Context.current().sleep(300);
        throw ApplicationFailure.create({ type: 'ModelKeyInvalid' });
      },
    });
    const end = { ended: 'failed', failure: 'ModelKeyInvalid' };
    await expect(endOf(job)).resolves.toMatchObject(end);
    expect([job.seen.added, await givenUp(job)]).toEqual([[], 2]);
  });

  it('F1: are given up with a job that is cancelled while they are waited for', async () => {
    const job = tell({ draw: untilCancelled });
    const end = await env.withWorkers(job.activities, async () => {
      await job.start();
      await expect.poll(() => timersOf(job), { timeout: patient(10_000) }).toEqual([5]);
      await job.handle.executeUpdate(cancelUpdate, { args: [{ jobId: job.input.jobId }] });
      return endOfJob(job.handle);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect(await givenUp(job)).toBe(2);
    expect(job.seen).toMatchObject({ added: [], published: '' });
  });
});

describe("a player's own images", () => {
  const image = (name: string) => ({ number: '1', called: name, name, assetId: randomUUID() });
  const [ship, tree] = [image('ship-1'), image('tree-2')];
  const SIZE = { width: 512, height: 300 };
  const attached = { images: [ship, tree], unusable: 0 };

  it('are in the form of files before the model begins, in each of its attempts', async () => {
    const job = tell({
      ...{ attached, plans: false },
      async run(attempt) {
        if (attempt === 1) throw ApplicationFailure.create({ type: 'RunCrashed' });
      },
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: CANDIDATE });
    const { diary, runs, message } = job.seen;
    const placed = ['place ship-1 1 local', 'place tree-2 1 local'];
    expect(diary.slice(0, 2).sort()).toEqual(placed);
    expect(diary.slice(2)).toEqual(['attempt 1', 'attempt 2']);
    const given = [
      { ...ship, ...SIZE },
      { ...tree, ...SIZE },
    ];
    expect(runs.map(({ spec }) => spec.attached)).toEqual([given, given]);
    expect(message).toBe('完成');
    expect(await timersOf(job)).toEqual([60]);
  });

  it('that cannot be used are said, and the game is made without them', async () => {
    const job = tell({
      attached: { images: [ship, tree], unusable: 1 },
      async place(name) {
        if (name === tree.name) throw ApplicationFailure.nonRetryable('no', 'ImageUnreadable');
      },
    });
    await expect(endOf(job)).resolves.toMatchObject({ ended: 'completed', revision: AMENDED });
    expect(job.seen.runs.map(({ spec }) => spec.attached)).toEqual([[{ ...ship, ...SIZE }]]);
    expect(job.seen.message).toBe(
      '完成\n\n（送られた画像3枚のうち2枚は使えなかったので、ゲームに入っていません。）',
    );
  });

  it('F1: are given up with a job that is cancelled while they are placed', async () => {
    const job = tell({ attached, plans: false, place: untilCancelled });
    const end = await env.withWorkers(job.activities, async () => {
      await job.start();
      await expect.poll(() => job.seen.diary.length, { timeout: patient(10_000) }).toBe(2);
      await job.handle.executeUpdate(cancelUpdate, { args: [{ jobId: job.input.jobId }] });
      return endOfJob(job.handle);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect([await givenUp(job), job.seen.runs]).toEqual([2, []]);
  });
});
