import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunAgentOutcome } from '../../src/activities/ports/agent-port.js';
import type { Alerts } from '../../src/store/alerts.js';
import { reportUnpolledQueues } from '../../src/activities/watch/unpolled-queues.js';
import { actionsOf, WAITING } from '../support/action-workflows.js';
import { startOperation } from '../../src/api/admission.js';
import { createSearchRenewal } from '../../src/api/search-renewals.js';
import { projectWorkflowId, searchWorkflowId } from '../../src/contracts/base/ids.js';
import { BACKENDS } from '../../src/contracts/execution/backends.js';
import { type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import { polledQueues, setCurrent } from '../../src/temporal/versions.js';
import { admitUpdate } from '../../src/workflows/common/writer-messages.js';
import { log } from '../support/database.js';
import { patient } from '../support/patience.js';
import {
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';
import { isFullRun } from '../scope.js';

const env = workflowEnvOf(import.meta.filename);

const REVISION = 'd'.repeat(40);
const FLOOD = 10;
/** More than a worker does at once of any other work. */
const QUESTIONS = isFullRun ? 100 : 25;
const PLACES = { PUBLIC_URL: 'http://127.0.0.1:9', namespace: 'fairness' };

/** Starts a job as the API does, with its priority. */
async function start(input: GenerateGameInput): Promise<void> {
  const { messageId, userId, content } = input;
  await env.client.workflow.executeUpdateWithStart(admitUpdate, {
    args: [{ kind: 'generate', messageId, userId, content }],
    startWorkflowOperation: startOperation({ kind: 'generate', input }, PLACES),
  });
}

/** Waits until an activity of the workflow has the slot or waits for it. */
async function untilWaiting(workflowId: string, activity: string): Promise<void> {
  const handle = env.client.workflow.getHandle(workflowId);
  await expect
    .poll(
      async () =>
        (await handle.describe()).raw.pendingActivities?.map(
          ({ activityType }) => activityType?.name,
        ),
      { timeout: patient(20_000) },
    )
    .toContain(activity);
}
const untilRunWaits = ({ projectId }: GenerateGameInput): Promise<void> =>
  untilWaiting(projectWorkflowId(projectId), 'runAgent');
const endOf = ({ projectId }: GenerateGameInput): Promise<unknown> =>
  env.client.workflow.getHandle(projectWorkflowId(projectId)).result();

/** Work that waits until it is let go. */
function held(): { wait: Promise<void>; letGo: () => void } {
  let letGo = (): void => undefined;
  const wait = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { wait, letGo };
}

const CANDIDATE: RunAgentOutcome = {
  kind: 'candidate',
  revision: REVISION,
  summary: '完成',
  suggestions: [],
  usage: null,
};
const generating: FakeActivities = {
  openJob: async (input) => ({ outcome: 'opened', job: jobRow(generateInput(input)) }),
  planGeneration: async ({ content }) =>
    content.endsWith('?')
      ? { kind: 'chat' }
      : {
          kind: 'generate',
          hasDefaultName: false,
          spec: { request: 'r', dimension: '2d', styleId: null, autoFix: false, parent: null },
        },
  startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
  publishRevision: async () => ({ revision: REVISION }),
  completeJob: async () => true,
  runAgent: async () => CANDIDATE,
};

describe('the slot queue', () => {
  it('serves users in turn: one who has ten runs waiting does not keep out another', async () => {
    const flooder = randomUUID();
    const flood = Array.from({ length: FLOOD }, () => generateInput({ userId: flooder }));
    const other = generateInput();
    const order: string[] = [];
    const { wait, letGo } = held();
    const activities: FakeActivities = {
      ...generating,
      runAgent: async ({ userId }) => {
        await wait;
        order.push(userId);
        return CANDIDATE;
      },
    };
    await env.withWorkers(
      activities,
      async () => {
        await Promise.all(flood.map(start));
        await Promise.all(flood.map(untilRunWaits));
        await start(other);
        await untilRunWaits(other);
        letGo();
        await Promise.all([...flood, other].map(endOf));
      },
      { [BACKENDS.local.long.agent.queue]: 1 },
    );
    expect(order).toHaveLength(FLOOD + 1);
    // First come, first served would make it the last.
    expect(order.indexOf(other.userId)).toBeLessThan(3);
  });

  it("of images serves users in turn, too: one's ten do not keep out another's", async () => {
    const order: string[] = [];
    const { wait, letGo } = held();
    const activities: FakeActivities = {
      openAction: async () => 'opened',
      completeAction: async () => true,
      async drawImage({ userId }) {
        await wait;
        order.push(userId);
        return { mimeType: 'image/png', prompt: null };
      },
    };
    const actions = actionsOf(env.client);
    const draw = async (userId: string) => {
      const actionId = randomUUID();
      const start = {
        kind: 'generateImage',
        workflowId: `action/${actionId}`,
        input: { actionId, userId, projectId: null, prompt: '猫' },
        summary: 'an image',
      } as const;
      const end = actions.perform(start, WAITING);
      await untilWaiting(`action/${actionId}`, 'drawImage');
      return { end };
    };
    const [flooder, other] = [randomUUID(), randomUUID()];
    await env.withWorkers(
      activities,
      async () => {
        const flood = await Promise.all(Array.from({ length: FLOOD }, () => draw(flooder)));
        const late = await draw(other);
        letGo();
        await Promise.all([...flood, late].map(({ end }) => end));
      },
      { [BACKENDS.local.long.image.queue]: 1 },
    );
    expect(order.indexOf(other)).toBeLessThan(3);
  });
});

describe('P3: searches', () => {
  it("serve users in turn: ten of one do not keep out another's", async () => {
    const order: string[] = [];
    const { wait, letGo } = held();
    const activities: FakeActivities = {
      async searchGame({ userId }) {
        await wait;
        order.push(userId);
        return 'searched';
      },
    };
    const renew = createSearchRenewal(env.client, log, 0);
    const search = async (userId: string) => {
      const projectId = randomUUID();
      await renew({ userId, projectId, revision: REVISION });
      await untilWaiting(searchWorkflowId(projectId), 'searchGame');
      return { end: env.client.workflow.getHandle(searchWorkflowId(projectId)).result() };
    };
    const [flooder, other] = [randomUUID(), randomUUID()];
    await env.withWorkers(
      activities,
      async () => {
        const flood = await Promise.all(Array.from({ length: FLOOD }, () => search(flooder)));
        const late = await search(other);
        letGo();
        await Promise.all([...flood, late].map(({ end }) => end));
      },
      { [BACKENDS.local.long.search.queue]: 1 },
    );
    expect(order.indexOf(other)).toBeLessThan(3);
  });
});

describe('G2: short work', () => {
  it('a chat model that hangs with many questions delays no commit', async () => {
    const { wait, letGo } = held();
    let asked = 0;
    const activities: FakeActivities = {
      ...generating,
      async answerQuestion() {
        asked += 1;
        await wait;
        return { message: 'はい', suggestions: [] };
      },
    };
    const questions = Array.from({ length: QUESTIONS }, () => generateInput({ content: 'なに?' }));
    const game = generateInput();
    await env.withWorkers(activities, async () => {
      await Promise.all(questions.map(start));
      await expect.poll(() => asked, { timeout: patient(30_000) }).toBe(questions.length);
      await start(game);
      expect(await endOf(game)).toMatchObject({ ended: 'completed' });
      letGo();
      await Promise.all(questions.map(endOf));
    });
  });

  it('on a queue that nobody polls raises an alert, until somebody does', async () => {
    const [polled, lonely] = [`polled-${randomUUID()}`, `lonely-${randomUUID()}`];
    const build = { buildId: randomUUID(), commit: null, queues: [polled, lonely] };
    const told: string[] = [];
    const alerts: Alerts = {
      raise: async ({ kind, key }) => void told.push(`raise ${kind} ${key}`),
      clear: async ({ kind, key }) => void told.push(`clear ${kind} ${key}`),
    };
    let working: string | null = null;
    const isWorkedOn = (queue: string) => queue === working;
    const deps = { client: env.client, build, alerts, isWorkedOn };
    const look = () => reportUnpolledQueues(deps, new Map());
    await env.withBuild(build.buildId, [polled], async () => {
      await expect
        .poll(() => polledQueues(env.client, build.buildId), { timeout: patient(20_000) })
        .toHaveLength(1);
      await setCurrent(env.client, build.buildId, 'this test');
      await look();
      expect(told).toContain(`raise queueUnpolled ${lonely}`);
      expect(told).toContain(`clear queueUnpolled ${polled}`);
      told.length = 0;
      // Its only worker has its slots in use.
      working = lonely;
      await look();
      expect(told).toContain(`clear queueUnpolled ${lonely}`);
      working = null;
      told.length = 0;
      await env.withBuild(build.buildId, [lonely], async () => {
        await expect.poll(() => polledQueues(env.client, build.buildId)).toHaveLength(2);
        await look();
        expect(told).toContain(`clear queueUnpolled ${lonely}`);
      });
    });
  });
});
