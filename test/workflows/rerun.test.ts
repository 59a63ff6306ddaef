import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { projectWorkflowId, rerunProjectIdFor } from '../../src/contracts/base/ids.js';
import type { JobRerun, RerunJobInput, TakenWork } from '../../src/contracts/durable/rerun.js';
import { TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
import { render } from '../../src/contracts/messages/message.js';
import { findingOf } from '../../src/domain/playing/playing-words.js';
import { reportOf } from '../../src/domain/playing/playing.js';
import {
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

const SPEC = { request: '猫', dimension: '2d', styleId: null } as const;
const BRIEF = {
  ...briefByRules({ ...SPEC, language: 'ja' }),
  by: 'model' as const,
  sprites: [{ name: 'cat', draws: '猫', fallback: '丸' }],
};
const there = (digit: string): string => digit.repeat(40);
/** Revisions of the copy: its version, its candidate, and what a run there makes. */
const [PARENT, CANDIDATE, MADE] = [there('1'), there('2'), there('3')];
const PLAN = {
  kind: 'generate' as const,
  hasDefaultName: false,
  spec: { ...SPEC, autoFix: false, parent: null },
  play: { parent: null },
};
const DESIGNED = { ...PLAN, spec: { ...PLAN.spec, brief: BRIEF } };
const candidate = { revision: there('b'), summary: '完成', suggestions: [] };
const report = reportOf([], [], { needs: [], gameTree: '00000007' });

/**
 * Everything of a job that asks somebody, in the order in which it is asked; `head` is the version
 * of the copy.
 */
function steps(asked: string[], userId: string, head: string | null): FakeActivities {
  const say = <T>(what: string, answer: T): T => {
    asked.push(what);
    return answer;
  };
  return {
    openAction: async () => 'opened',
    completeAction: async () => true,
    failAction: async () => true,
    async copyForRerun({ actionId, taken }) {
      const copy = { projectId: rerunProjectIdFor(actionId), parent: head };
      return taken?.candidate ? { ...copy, candidate: CANDIDATE } : copy;
    },
    openJob: async (job) => ({ outcome: 'opened', job: jobRow(generateInput({ ...job, userId })) }),
    readMessage: async () => say('read', null),
    planGeneration: async () => say('plan', { ...PLAN, design: 'model' as const }),
    designGame: async () => say('design', BRIEF),
    startAttempt: async () => ({ attempt: 1, slotAgeMs: 0, budgetUsd: 2 }),
    runAgent: async ({ spec: { brief, parent }, repair }) => {
      expect([brief, parent]).toEqual([head === null ? BRIEF : undefined, head]);
      const result = { kind: 'candidate' as const, usage: null, ...candidate, revision: MADE };
      return say(repair ? `repair of ${repair.from[0]}` : 'run', result);
    },
    playGame: async ({ revision }) =>
      say(`play ${revision[0]}`, { ...report, sheet: null, tookMs: 1 }),
    judgeGame: async ({ play, checks }) => {
      const checked = checks.map((check) => ({ check, answer: 'met' as const, why: '見た' }));
      return say(`judge ${play}`, { state: 'judged', checks: checked });
    },
    publishRevision: async ({ revision, parent }) => {
      expect(parent).toBe(head);
      return say(`publish ${revision[0]}`, { revision });
    },
    completeJob: async ({ message }) => say(`complete ${render(message)}`, true),
    failJob: async ({ kind }) => say(`fail ${kind}`, true),
  };
}

const PLAYER = 'the user whose message it was';

async function rerun(
  taken: TakenWork | undefined,
  head: string | null = null,
  more: (asked: string[]) => FakeActivities = () => ({}),
): Promise<string[]> {
  const asked: string[] = [];
  const { userId, projectId: _, messageId: __, jobId, ...told } = generateInput();
  const actionId = randomUUID();
  const input: RerunJobInput = {
    ...{ actionId, userId, projectId: null, jobId },
    asked: { ...told, sentBy: PLAYER },
    ...(taken && { taken }),
  };
  await env.withWorkers({ ...steps(asked, userId, head), ...more(asked) }, async () => {
    const { projectId } = (await env.client.workflow.execute('rerunJob', {
      workflowId: actionId,
      taskQueue: TASK_QUEUE,
      args: [input],
    })) as JobRerun;
    await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
  });
  return asked;
}

describe('E9: a rerun begins at a step, with what the job before it had decided and made', () => {
  const made = ['play 2', 'judge 1', 'publish 2', 'complete 完成'];
  it.each<[from: string, taken: TakenWork, asked: string[]]>([
    ['design', { plan: { ...PLAN, design: 'model' } }, ['design', 'run', 'play 3', 'judge 1']],
    ['run', { plan: DESIGNED }, ['run', 'play 3', 'judge 1']],
    ['play', { plan: DESIGNED, candidate }, made],
    ['judge', { plan: DESIGNED, candidate, play: report }, made.slice(1)],
  ])('from %s', async (_from, taken, asked) => {
    const end = asked.includes('run') ? ['publish 3', 'complete 完成'] : [];
    expect(await rerun(taken)).toEqual([...asked, ...end]);
  });

  const image = { number: '1', called: 'Ship', assetId: 'an asset', name: 'ship-12345678' };
  const sent = {
    drawsSprites: true as const,
    attached: { images: [image], unusable: 0 },
  };
  const withImages = (asked: string[]): FakeActivities => ({
    planGeneration: async ({ sentBy }) => {
      asked.push('plan');
      expect(sentBy).toBe(PLAYER);
      return { ...PLAN, ...sent, design: 'model' };
    },
    openJob: async (job) => {
      expect(job.isRerun).toBe(true);
      return { outcome: 'opened', job: jobRow(generateInput(job)) };
    },
    planSprites: async () => [{ name: 'cat', prompt: 'draw cat', usd: 0.04 }],
    drawSprite: async () => ({ sizeBytes: 1 }),
    placeImage: async ({ name, sentBy }) => {
      asked.push(`place ${name}`);
      expect(sentBy).toBe(PLAYER);
      return { width: 512, height: 300 };
    },
    addSprites: async ({ revision, drawn }) => {
      asked.push(`add ${drawn.join()} to ${revision[0]}`);
      return { revision: CANDIDATE, added: drawn };
    },
  });
  it.each<[from: string, taken: TakenWork | undefined, asked: string[]]>([
    ['its beginning', undefined, ['read', 'plan', 'design']],
    ['its run', { plan: { ...DESIGNED, ...sent } }, []],
  ])(
    'from %s on, with the images of whoever sent the message and with sprites',
    async (_from, taken, before) => {
      const asked = await rerun(taken, null, withImages);
      expect(asked.filter((what) => !what.startsWith('judge'))).toEqual([
        ...before,
        `place ${image.name}`,
        'run',
        'add cat to 3',
        ...['play 2', 'publish 2', 'complete 完成'],
      ]);
    },
  );

  it('what its play had found is mended', async () => {
    const broken = reportOf([findingOf('deaf', 'touched')], [], {
      needs: [],
      gameTree: '00000007',
    });
    const mended = await rerun({ plan: DESIGNED, candidate, play: broken });
    expect(mended.slice(0, 4)).toEqual(['repair of 2', 'play 3', 'judge 2', 'publish 3']);
  });
  it('a change is made upon the version of the copy, and judged', async () => {
    const change = { ...PLAN, spec: { ...PLAN.spec, parent: there('a') } };
    const made = ['run', 'play 3', 'judge 1', 'publish 3', 'complete 完成'];
    expect(await rerun({ plan: change }, PARENT)).toEqual(made);
    expect(await rerun({ plan: change, candidate }, PARENT)).toContain('publish 2');
  });
});
