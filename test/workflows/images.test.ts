import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/api/action-workflows.js';
import type { Refusal } from '../../src/api/http/refusal.js';
import { cancelOwnWorkflow } from '../../src/activities/frame/own-cancel.js';
import type { BackendChoice } from '../../src/activities/ports/backend-ports.js';
import {
  CANCEL_ACTION_UPDATE,
  type ActionEnd,
  type ActionOutcome,
} from '../../src/contracts/rows/actions.js';
import { actionWorkflowId, renderWorkflowId } from '../../src/contracts/base/ids.js';
import type { ErrorKind } from '../../src/contracts/base/errors.js';
import type { ImageMade } from '../../src/contracts/media/images.js';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/durable/search-attributes.js';
import type { ActionRow } from '../../src/contracts/rows/rows.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import { TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import { WORK_PATIENCE } from '../../src/objects/open.js';
import { actionsOf, WAITING } from '../support/action-workflows.js';
import { patient } from '../support/patience.js';
import { workflowEnvOf, type FakeActivities } from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

const REVISION = 'b'.repeat(40);
const IMAGE: ImageMade = { mimeType: 'image/png', prompt: null };
const MODAL: BackendChoice = { backend: 'modal', reason: 'switched to modal', hasVolumes: true };
const LOCAL: BackendChoice = {
  backend: 'local',
  reason: 'switched to local by ops',
  hasVolumes: true,
};

type MakeImage = () => Promise<ImageMade>;
const succeed: MakeImage = async () => IMAGE;
const failWith =
  (type: ErrorKind): MakeImage =>
  async () => {
    throw ApplicationFailure.create({ type, message: `${type} it is` });
  };
const untilCancelled: MakeImage = async () => {
  for (;;) {
    Context.current().heartbeat();
    await Context.current().sleep(50);
  }
};

interface Scenario {
  modal?: MakeImage;
  local?: MakeImage;
  choice?: BackendChoice;
  cutsBy?: 'service' | 'network';
  plan?: 'draw' | 'screenshot';
  more?: FakeActivities;
}

/** Activities that keep a diary of who did what where. */
function fakesFor({
  modal = succeed,
  local = succeed,
  choice = LOCAL,
  cutsBy = 'network',
  plan = 'draw',
  more = {},
}: Scenario) {
  const diary: string[] = [];
  const make =
    (name: string): MakeImage =>
    () => {
      const isModal = Context.current().info.taskQueue === BACKENDS.modal.long.agent.queue;
      diary.push(`${name} ${isModal ? 'modal' : 'local'}`);
      return (isModal ? modal : local)();
    };
  const activities: FakeActivities = {
    openAction: async () => 'opened',
    async completeAction({ result }) {
      diary.push(`complete ${(result as ImageMade | null)?.mimeType}`);
      return true;
    },
    async failAction({ kind }) {
      diary.push(`fail ${kind}`);
      return true;
    },
    async cancelAction() {
      diary.push('cancel');
      await cancelOwnWorkflow(env.client);
      return true;
    },
    chooseBackend: async () => choice,
    planCutout: async () => ({ by: cutsBy }),
    planThumbnail: async () =>
      plan === 'draw' ? { kind: 'draw', prompt: '星' } : { kind: 'screenshot', revision: REVISION },
    async keepThumbnail() {
      diary.push('keep');
    },
    drawImage: make('draw'),
    removeBackground: make('cut'),
    removeBackgroundByService: make('service'),
    takeScreenshot: make('look'),
    ...more,
  };
  return { diary, activities };
}

/**
 * The same server, whose list of workflows is empty the first `times` times, as one that is written
 * a moment later.
 */
function withLateList(client: Client, times: number): Client {
  let asked = 0;
  const list: Client['workflow']['list'] = (options) =>
    asked++ < times
      ? client.workflow.list({ query: `JobId = 'nobody'` })
      : client.workflow.list(options);
  return Object.create(client, {
    workflow: { value: Object.create(client.workflow, { list: { value: list } }) as unknown },
  }) as Client;
}

/** What an operator sees of a run that has ended. */
async function endSeen(handle: WorkflowHandle) {
  const { status, typedSearchAttributes } = await handle.describe();
  const { outcome, failureKind, kind } = SEARCH_ATTRIBUTES;
  const failure: unknown = await handle.result().then(
    () => null,
    (error: Error) => error.cause,
  );
  return {
    status: status.name,
    outcome: typedSearchAttributes.get(outcome),
    failureKind: typedSearchAttributes.get(failureKind),
    kind: typedSearchAttributes.get(kind),
    isBenign:
      failure instanceof ApplicationFailure &&
      failure.category === ApplicationFailureCategory.BENIGN,
  };
}

type Story = 'generateImage' | 'removeBackground' | 'generateThumbnail';

async function play(
  type: Story,
  scenario: Scenario,
  cancelWhen?: (diary: readonly string[]) => boolean,
  cancelsBy: 'owner' | 'operator' = 'owner',
) {
  const { diary, activities } = fakesFor(scenario);
  const actionId = randomUUID();
  const input = {
    actionId,
    userId: randomUUID(),
    projectId: type === 'generateThumbnail' ? randomUUID() : null,
    prompt: '猫',
    title: null,
  };
  return env.withWorkers(activities, async () => {
    const handle = await env.client.workflow.start(type, {
      workflowId: `action/${actionId}`,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    let answer: unknown;
    if (cancelWhen) {
      await expect.poll(() => cancelWhen(diary), { timeout: patient(30_000) }).toBe(true);
      answer =
        cancelsBy === 'owner'
          ? await handle.executeUpdate(CANCEL_ACTION_UPDATE)
          : await handle.cancel();
    }
    const outcome = await outcomeOf<ImageMade>(handle.result());
    return { diary, answer, outcome, end: await endSeen(handle) };
  });
}

describe('the end of an image', () => {
  it.each([
    ['generateImage', {}, ['draw local', 'complete image/png']],
    ['removeBackground', {}, ['cut local', 'complete image/png']],
    [
      'removeBackground',
      { cutsBy: 'service', choice: MODAL },
      ['service local', 'complete image/png'],
    ],
    ['generateThumbnail', {}, ['draw local', 'keep', 'complete image/png']],
    [
      'generateThumbnail',
      { plan: 'screenshot', choice: MODAL },
      ['look local', 'keep', 'complete image/png'],
    ],
  ] as const)('%s %j: made, kept, told', async (type, scenario, expected) => {
    const { diary, outcome } = await play(type, scenario);
    expect(diary).toEqual(expected);
    expect(outcome).toEqual({ ok: true, result: IMAGE });
  });

  it.each(['generateImage', 'generateThumbnail'] as const)(
    '%s: a refusal is told at once, and the old image stays',
    async (type) => {
      const { diary, outcome } = await play(type, { local: failWith('ImageRefused') });
      expect(diary).toEqual(['draw local', 'fail ImageRefused']);
      expect(outcome).toEqual({ ok: false, kind: 'ImageRefused', detail: 'ImageRefused it is' });
    },
  );

  it('what may pass is tried three times', async () => {
    const { diary, outcome } = await play('removeBackground', { local: failWith('RunCrashed') });
    expect(diary).toEqual(['cut local', 'cut local', 'cut local', 'fail RunCrashed']);
    expect(outcome).toMatchObject({ ok: false, kind: 'RunCrashed' });
  });

  it("somebody else's project is refused, and nothing is made", async () => {
    const { diary, outcome } = await play('generateThumbnail', {
      more: { openAction: async () => 'denied' },
    });
    expect([diary, outcome]).toEqual([
      [],
      { ok: false, kind: 'ACCESS_DENIED', detail: expect.any(String) as string },
    ]);
  });

  it.each([
    ['removeBackground', 'cut'],
    ['generateThumbnail', 'draw'],
  ] as const)(
    '%s: stopped while it works, here and on Modal; nothing is kept',
    async (type, name) => {
      for (const [choice, place] of [
        [LOCAL, 'local'],
        [MODAL, 'modal'],
      ] as const) {
        const { diary, answer, outcome } = await play(
          type,
          { choice, local: untilCancelled, modal: untilCancelled },
          (seen) => seen.length > 0,
        );
        expect(answer).toEqual({ outcome: 'cancelled' });
        expect(outcome).toMatchObject({ ok: false, kind: 'RunCancelled' });
        expect(diary).toEqual([`${name} ${place}`, 'cancel']);
      }
    },
  );
});

describe('H2: an operator cancels the workflow', () => {
  it.each([
    ['removeBackground', 'cut'],
    ['generateThumbnail', 'draw'],
  ] as const)('%s: the work stops, nothing is kept, the row is cancelled', async (type, name) => {
    const { diary, outcome, end } = await play(
      type,
      { local: untilCancelled },
      (seen) => seen.length > 0,
      'operator',
    );
    expect(diary).toEqual([`${name} local`, 'cancel']);
    expect(outcome).toMatchObject({ ok: false, kind: 'RunCancelled' });
    expect(end).toMatchObject({ status: 'CANCELLED', outcome: 'cancelled', kind: type });
  });
});

describe('H1: a call that comes again after its end', () => {
  it.each<[Story, string, ActionEnd, ActionOutcome<ImageMade>]>([
    [
      'generateThumbnail',
      'completed',
      { ended: 'completed', result: IMAGE },
      { ok: true, result: IMAGE },
    ],
    [
      'removeBackground',
      'failed',
      { ended: 'failed', kind: 'CutoutFailed', detail: 'no subject' },
      { ok: false, kind: 'CutoutFailed', detail: 'no subject' },
    ],
    [
      'generateImage',
      'cancelled',
      { ended: 'cancelled' },
      { ok: false, kind: 'RunCancelled', detail: 'the action was cancelled' },
    ],
  ])(
    '%s, %s: it is answered the first outcome, and nothing is done',
    async (type, _state, end, expected) => {
      const { diary, outcome } = await play(type, { more: { openAction: async () => end } });
      expect(diary).toEqual([]);
      expect(outcome).toEqual(expected);
    },
  );
});

describe('I4: how an action ended is how its workflow ended', () => {
  it.each<[string, Scenario, object]>([
    ['made', {}, { status: 'COMPLETED', outcome: 'completed', failureKind: undefined }],
    [
      'refused by the model: nobody is to be called for it',
      { local: failWith('ImageRefused') },
      { status: 'FAILED', outcome: 'failed', failureKind: 'ImageRefused', isBenign: true },
    ],
    [
      'a wrong key: somebody is',
      { local: failWith('BrowserMissing') },
      { status: 'FAILED', outcome: 'failed', failureKind: 'BrowserMissing', isBenign: false },
    ],
  ])('%s', async (_what, scenario, expected) => {
    const { end } = await play('generateThumbnail', scenario);
    expect(end).toMatchObject({ ...expected, kind: 'generateThumbnail' });
  });

  it.each<[string, Scenario]>([
    [
      'the next attempt finds the row ended',
      { more: { reserveStep: async ({ step }) => step === '1', cancelAction: async () => false } },
    ],
    [
      'no attempt is left',
      { more: { reserveStep: async () => true, failAction: async () => false } },
    ],
  ])('H1: made by a worker that died before it could tell: %s', async (_what, scenario) => {
    const { end, outcome } = await play('generateImage', {
      local: failWith('RunCrashed'),
      more: {
        ...scenario.more,
        readActionEnd: async () => ({ ended: 'completed', result: IMAGE }),
      },
    });
    expect(outcome).toEqual({ ok: true, result: IMAGE });
    expect(end).toMatchObject({ status: 'COMPLETED', outcome: 'completed' });
  });

  it.each<[string, FakeActivities, ActionOutcome<ImageMade>]>([
    ['cancelled', {}, { ok: false, kind: 'RunCancelled', detail: 'the action was cancelled' }],
    [
      'failed',
      {
        cancelAction: async () => false,
        readActionEnd: async () => ({ ended: 'failed', kind: 'CutoutFailed', detail: 'no' }),
      },
      { ok: false, kind: 'CutoutFailed', detail: 'no' },
    ],
  ])('H2: a row that was %s before it could be completed', async (_state, more, expected) => {
    const { outcome } = await play('generateImage', {
      more: { ...more, completeAction: async () => false },
    });
    expect(outcome).toEqual(expected);
  });

  it('cancelled by its owner', async () => {
    const { end } = await play(
      'generateImage',
      { local: untilCancelled },
      (seen) => seen.length > 0,
    );
    expect(end).toMatchObject({ status: 'CANCELLED', outcome: 'cancelled' });
  });
});

describe('H3: paid steps', () => {
  const withMoney = (diary: string[], isOpen: boolean, fails?: ErrorKind): FakeActivities => ({
    async reserveStep({ step, work, backend }) {
      diary.push(`${work} ${step} ${backend}`);
      if (fails) throw ApplicationFailure.nonRetryable(fails, fails);
      return isOpen;
    },
  });

  it('each attempt is paid where it is made; own work is free', async () => {
    const paid: string[] = [];
    const more = withMoney(paid, true);
    const modal = failWith('ModalUnavailable');
    await play('generateThumbnail', { choice: MODAL, modal, more });
    expect(paid).toEqual(['thumbnail 1 modal', 'thumbnail 2 modal', 'thumbnail 3 local']);
    paid.length = 0;
    await play('generateImage', { more });
    await play('removeBackground', { cutsBy: 'service', more });
    await play('removeBackground', { more });
    await play('generateThumbnail', { plan: 'screenshot', more });
    expect(paid).toEqual(['sprite 1 local', 'cutout 1 local']);
  });

  it.each([
    ['a limit that is reached', 'SPENDING_LIMIT_EXCEEDED', 'fail SPENDING_LIMIT_EXCEEDED'],
    ['a row that has ended', undefined, 'cancel'],
  ] as const)('%s: nothing is made', async (_what, fails, end) => {
    const { diary } = await play('generateImage', { more: withMoney([], false, fails) });
    expect(diary).toEqual([end]);
  });

  it('the words of a video are set aside for before the model is asked for them', async () => {
    const diary: string[] = [];
    const { activities } = fakesFor({ more: withMoney(diary, false, 'SPENDING_LIMIT_EXCEEDED') });
    const plans: FakeActivities = {
      planVideo: async () => {
        diary.push('asked');
        throw new Error('not here');
      },
    };
    const [actionId, userId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
    const made = env.withWorkers({ ...activities, ...plans }, () =>
      env.client.workflow.execute('renderVideo', {
        workflowId: renderWorkflowId(projectId, REVISION),
        taskQueue: TASK_QUEUE,
        args: [{ actionId, userId, projectId, revision: REVISION }],
      }),
    );
    await expect(made).rejects.toThrow();
    expect(diary).toEqual(['text words local']);
  });
});

describe('copies that are public no more', () => {
  it('are deleted by an attempt that outlives its slowest request', async () => {
    let longestMs = 0;
    const { activities } = fakesFor({});
    const fakes: FakeActivities = {
      unpublishGame: async () => undefined,
      async deleteStaleReleases() {
        longestMs = Context.current().info.startToCloseTimeoutMs;
      },
    };
    const [actionId, userId, projectId] = [randomUUID(), randomUUID(), randomUUID()];
    await env.withWorkers({ ...activities, ...fakes }, () =>
      env.client.workflow.execute('unpublishGame', {
        workflowId: actionWorkflowId(actionId),
        taskQueue: TASK_QUEUE,
        args: [{ actionId, userId, projectId, gameId: randomUUID() }],
      }),
    );
    expect(longestMs).toBeGreaterThan(WORK_PATIENCE.idleMs + WORK_PATIENCE.retryMs);
  });
});

describe("an action that shares its workflow's id", () => {
  it.each([
    ['is found once the list of workflows knows it', 2, true, 'cancelled'],
    ['is not looked for any longer when its row has ended', Infinity, false, 'tooLate'],
  ] as const)('%s', async (_promise, lag, isOpen, expected) => {
    const { diary, activities } = fakesFor({ local: untilCancelled });
    const [actionId, projectId] = [randomUUID(), randomUUID()];
    const actions = actionsOf(withLateList(env.client, lag));
    await env.withWorkers(activities, async () => {
      const start = {
        kind: 'generateThumbnail',
        workflowId: `project/${projectId}/thumbnail`,
        input: { actionId, userId: randomUUID(), projectId, prompt: '猫', title: null },
        summary: 'a thumbnail',
      } as const;
      const end = actions.perform(start, WAITING);
      await expect.poll(() => diary.length, { timeout: patient(30_000) }).toBe(1);
      expect(await actions.cancelAction(actionId, async () => isOpen)).toBe(expected);
      if (expected === 'tooLate')
        await env.client.workflow
          .getHandle(`project/${projectId}/thumbnail`)
          .executeUpdate(CANCEL_ACTION_UPDATE);
      expect(await end).toMatchObject({ ok: false, kind: 'RunCancelled' });
    });
  });
});

describe('H1: where to ask for an action', () => {
  const startOf = (actionId: string) =>
    ({
      kind: 'generateImage',
      workflowId: `action/${actionId}`,
      input: { actionId, userId: randomUUID(), projectId: null, prompt: '猫' },
      summary: 'an image',
    }) as const;

  it('is the answer of a call that prefers not to wait, once its row is there', async () => {
    const { diary, activities } = fakesFor({});
    const actionId = randomUUID();
    let looked = 0;
    const rows = { get: async () => ((looked += 1) > 2 ? ({} as ActionRow) : null) };
    const actions = actionsOf(env.client, { rows });
    await env.withWorkers(activities, async () => {
      const call = actions.perform(startOf(actionId), { get: () => 'respond-async, wait=0' });
      await expect(call).rejects.toMatchObject({
        status: 202,
        body: { actionId },
        headers: { Location: `/api/actions/${actionId}`, 'Preference-Applied': 'respond-async' },
      });
      expect(looked).toBe(3);
      await env.client.workflow.getHandle(`action/${actionId}`).result();
    });
    expect(diary.at(-1)).toMatch(/^complete/);
  });

  it('is not said to a call whose action ends while it waits as long as it prefers', async () => {
    const { activities } = fakesFor({});
    await env.withWorkers(activities, async () => {
      const preferring = { get: () => 'respond-async, wait=9999' };
      const call = actionsOf(env.client).perform(startOf(randomUUID()), preferring);
      expect(await call).toMatchObject({ ok: true });
    });
  });

  it('is the answer of a call that waits when the process leaves; the action goes on', async () => {
    const { diary, activities } = fakesFor({ local: untilCancelled });
    const [actionId, leaving] = [randomUUID(), new AbortController()];
    const actions = actionsOf(env.client, { leaving: leaving.signal });
    await env.withWorkers(activities, async () => {
      const call = actions.perform(startOf(actionId), WAITING);
      await expect.poll(() => diary.length, { timeout: patient(30_000) }).toBe(1);
      leaving.abort();
      const location = { Location: `/api/actions/${actionId}`, 'Retry-After': '1' };
      await expect(call).rejects.toMatchObject({ status: 503, headers: location });
      const run = env.client.workflow.getHandle(`action/${actionId}`);
      expect((await run.describe()).status.name).toBe('RUNNING');
      await run.executeUpdate(CANCEL_ACTION_UPDATE);
      await expect(run.result()).rejects.toThrow();
    });
  });
});

describe('H1: a run of another call, whose turn comes first', () => {
  const turnsOf = (actionId: string, workflowId: string) =>
    ({
      kind: 'generateImage',
      workflowId,
      input: { actionId, userId: randomUUID(), projectId: null, prompt: '猫' },
      summary: 'an image',
      isInTurn: true,
    }) as const;

  it('is not where to ask: the call has begun nothing', async () => {
    const { diary, activities } = fakesFor({ local: untilCancelled });
    const [workflowId, leaving] = [`action/${randomUUID()}`, new AbortController()];
    const actions = actionsOf(env.client, { leaving: leaving.signal });
    await env.withWorkers(activities, async () => {
      const firstId = randomUUID();
      const first = actions.perform(turnsOf(firstId, workflowId), WAITING);
      await expect.poll(() => diary.length, { timeout: patient(30_000) }).toBe(1);
      const later = turnsOf(randomUUID(), workflowId);
      const ends = Promise.allSettled([
        first,
        actions.perform(later, WAITING),
        actions.perform(later, { get: () => 'respond-async' }),
      ]);
      leaving.abort();
      const asked = (await ends).map((end) =>
        end.status === 'rejected' ? (end.reason as Refusal) : null,
      );
      const location = `/api/actions/${firstId}`;
      expect(asked).toMatchObject([
        { status: 503, headers: { Location: location } },
        ...[1, 2].map(() => ({ status: 503, headers: { 'Retry-After': '1' } })),
      ]);
      expect(asked.slice(1).map((refusal) => Object.keys(refusal?.headers ?? {}))).toEqual([
        ['Retry-After'],
        ['Retry-After'],
      ]);
      const run = env.client.workflow.getHandle(workflowId);
      await run.executeUpdate(CANCEL_ACTION_UPDATE);
      await expect(run.result()).rejects.toThrow();
    });
  });
});

describe('G1: an image leaves Modal', () => {
  it.each([
    ['ModalUnavailable', 2],
    ['RunCrashed', 2],
    ['ImageServiceMissing', 1],
  ] as const)('after %s (%i attempts there) it is made here', async (kind, attempts) => {
    const { diary, outcome } = await play('removeBackground', {
      choice: MODAL,
      modal: failWith(kind),
    });
    expect(diary).toEqual([
      ...Array<string>(attempts).fill('cut modal'),
      'cut local',
      'complete image/png',
    ]);
    expect(outcome.ok).toBe(true);
  });

  it('not after a refusal: it would be the same here', async () => {
    const { diary } = await play('generateImage', {
      choice: MODAL,
      modal: failWith('ImageRefused'),
    });
    expect(diary).toEqual(['draw modal', 'fail ImageRefused']);
  });
});
