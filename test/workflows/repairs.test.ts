import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CompleteJobInput, PublishInput } from '../../src/activities/ports/job-port.js';
import type { RunAgentInput, RunAgentOutcome } from '../../src/activities/ports/agent-port.js';
import type { GenerationPlan } from '../../src/activities/ports/plan-port.js';
import type { StartAttemptInput } from '../../src/activities/ports/attempt-port.js';
import type { PlayGameInput } from '../../src/activities/ports/play-port.js';
import type { PlayFinding, PlaySummary } from '../../src/contracts/game/play.js';
import { render } from '../../src/contracts/messages/message.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { findingOf } from '../../src/domain/playing/playing-words.js';
import { reportOf } from '../../src/domain/playing/playing.js';
import { cancelUpdate } from '../../src/workflows/common/writer-messages.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  shownPlays,
  type FakeActivities,
} from '../support/workflow-env.js';
import { sample } from '../scope.js';

const PARENT = 'f'.repeat(40);
const REQUEST = 'つくって';
type Code = PlayFinding['code'];

const env = workflowEnvOf(import.meta.filename);

interface Story {
  /** What the play of each round finds. */
  plays: Code[][];
  parent?: string | null;
  parentPlay?: PlaySummary | null;
  /** In place of the run of a repair. */
  repairs?: (input: RunAgentInput) => Promise<RunAgentOutcome>;
  startAttempt?: (input: StartAttemptInput) => Promise<void>;
  fakes?: FakeActivities;
}

const candidate = (round: number): RunAgentOutcome => ({
  kind: 'candidate',
  revision: String(round).repeat(40),
  summary: `完成 ${round}`,
  suggestions: [],
  usage: { costUsd: 0.5 + round, inputTokens: 1, outputTokens: 1, turns: 1, durationMs: 1 },
});
const refuse = (type: string) => (): never => {
  throw ApplicationFailure.nonRetryable('no', type);
};

/** A job whose plays find such things, and all that was asked of the outside. */
function tell({ plays, parent = null, parentPlay = null, ...story }: Story) {
  const input = generateInput({ jobTimeoutMs: 600_000 });
  const asked = {
    /** Starts and settlements of attempts, in their order. */
    money: [] as string[],
    started: [] as StartAttemptInput[],
    runs: [] as RunAgentInput[],
    played: [] as PlayGameInput[],
    settled: [] as [attempt: number, costUsd: number | null][],
    published: [] as PublishInput[],
    completed: [] as CompleteJobInput[],
  };
  const plan: GenerationPlan = {
    kind: 'generate',
    hasDefaultName: false,
    spec: { request: REQUEST, dimension: '2d', styleId: null, autoFix: false, parent },
    play: { parent: parentPlay },
  };
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => plan,
    async startAttempt(given) {
      asked.started.push(given);
      const attempt = asked.started.length;
      asked.money.push(`start ${attempt}`);
      await story.startAttempt?.(given);
      return { attempt, slotAgeMs: 0, budgetUsd: 2 };
    },
    async runAgent(given) {
      asked.runs.push(given);
      if (given.repair && story.repairs) return story.repairs(given);
      return candidate(given.repair?.round ?? 0);
    },
    async playGame(given) {
      asked.played.push(given);
      const codes = given.revision === PARENT ? [] : (plays[given.round] ?? []);
      const findings = codes.map((code) => findingOf(code, 'touched'));
      const report = reportOf(findings, [], { needs: [], gameTree: '00000007' });
      return { ...report, sheet: null, tookMs: 1 };
    },
    async settleAttempt({ attempt, costUsd }) {
      asked.settled.push([attempt, costUsd]);
      asked.money.push(`settle ${attempt}`);
    },
    async publishRevision(given) {
      asked.published.push(given);
      return { revision: given.revision };
    },
    async completeJob(given) {
      asked.completed.push(given);
      return true;
    },
    failJob: async () => true,
    cancelJob: async () => 'cancelled',
    ...story.fakes,
  };
  const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
  const { messageId, userId, content } = input;
  const start = () =>
    admit(env.client, 'generateGame', input, { kind: 'generate', messageId, userId, content });
  return { input, asked, activities, handle, start };
}

async function endOf(story: Story) {
  const { asked, activities, handle, start } = tell(story);
  const end = await env.withWorkers(activities, async () => {
    await start();
    return endOfJob(handle);
  });
  return { ...asked, end };
}

describe('J2: what a play finds is mended before anybody sees it', () => {
  it('in a round of its own, from the candidate, told what was found', async () => {
    const { started, runs, played, published, completed, end } = await endOf({
      plays: [['deaf'], []],
    });
    expect(end).toMatchObject({ ended: 'completed', revision: '1'.repeat(40) });
    expect(runs).toMatchObject([
      { attempt: 1 },
      { attempt: 2, repair: { round: 1, from: '0'.repeat(40), findings: [{ code: 'deaf' }] } },
    ]);
    expect(started.map(({ repair }) => repair)).toEqual([
      undefined,
      { round: 1, latestSlotAgeMs: 480_000 },
    ]);
    expect(played).toMatchObject([
      { play: 1, round: 0, place: { attempt: 1, seq: 500_000_001 } },
      { play: 2, round: 1, place: { attempt: 2, seq: 500_001_001 } },
    ]);
    expect(published[0]?.play).toMatchObject({ verdict: 'plays' });
    // The first words about the game stay; what was mended is told.
    expect(render(completed[0]?.message ?? { text: '' })).toMatch(
      /^完成 0\n\n（試しに遊んで見つけた不具合「触っても/,
    );
  });

  it('two rounds at most, and the best one is handed over (J3)', async () => {
    const { runs, played, completed, end } = await endOf({
      plays: [['deaf', 'csp'], ['scrolls'], ['dead-end', 'csp']],
    });
    expect([runs.length, played.length]).toEqual([3, 3]);
    expect(runs[2]?.repair).toMatchObject({ round: 2, from: '1'.repeat(40) });
    expect(end).toMatchObject({ ended: 'completed', revision: '1'.repeat(40) });
    expect(shownPlays(completed)[0]).toEqual({ verdict: 'broken', findings: ['scrolls'] });
  });

  it('the same finding never leads to a round twice', async () => {
    const { runs, end } = await endOf({ plays: [['deaf'], ['deaf']] });
    expect(runs.length).toBe(2);
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
  });

  it('a repair that is only talked about ends the repairs', async () => {
    const answer = { kind: 'answer' as const, message: '', suggestions: [], usage: null };
    const { settled, end } = await endOf({ plays: [['deaf']], repairs: async () => answer });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(settled.at(-1)).toEqual([2, null]);
  });
});

describe('J3: from the first candidate on nothing loses it', () => {
  it.each(
    sample(
      'each kind ends a repair by the same line',
      ['RunTimedOut', 'ModelBudgetExceeded', 'ModelRefused', 'SandboxMissing', 'OPERATION_FAILED'],
      ['RunTimedOut', 'ModelRefused'],
    ),
  )('a repair that ends as %s ends the repairs and not the job', async (kind) => {
    const { published, played, end } = await endOf({ plays: [['deaf']], repairs: refuse(kind) });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(published[0]?.play).toMatchObject({ verdict: 'broken' });
    expect(played.length).toBe(1);
  });

  it.each(
    sample(
      'each kind ends the repairs by the same line',
      ['RunTimedOut', 'ModelBudgetExceeded', 'SPENDING_LIMIT_EXCEEDED'],
      ['ModelBudgetExceeded'],
    ),
  )('J5: no repair begins when the row refuses it: %s', async (kind) => {
    const { runs, end } = await endOf({
      plays: [['deaf']],
      startAttempt: async ({ repair }) => (repair ? refuse(kind)() : undefined),
    });
    expect(runs.length).toBe(1);
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
  });

  it('C1: tries count over all rounds, a round costs none', async () => {
    let failed = 0;
    const { runs, end } = await endOf({
      plays: [['deaf']],
      repairs: async () => {
        failed += 1;
        throw ApplicationFailure.create({ type: 'RunCrashed' });
      },
    });
    expect([failed, runs.map(({ attempt }) => attempt)]).toEqual([3, [1, 2, 3, 4]]);
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
  });

  it('a first game that shows nothing is refused when no repair helps', async () => {
    const { published, end } = await endOf({ plays: [['blank'], ['blank']] });
    expect(end).toMatchObject({ ended: 'failed', failure: 'GameBroken' });
    expect(published).toEqual([]);
  });

  it('an edit that is mended is published, its parent is not asked', async () => {
    const { played, published } = await endOf({ plays: [['deaf'], []], parent: PARENT });
    expect(played.map(({ revision }) => revision)).not.toContain(PARENT);
    expect(published).toMatchObject([{ revision: '1'.repeat(40), parent: PARENT }]);
  });

  it('an edit that stays worse than its parent is refused', async () => {
    const { played, published, end } = await endOf({ plays: [['deaf'], ['deaf']], parent: PARENT });
    expect(played.at(-1)).toMatchObject({ revision: PARENT, play: 4 });
    expect([published, end]).toMatchObject([[], { ended: 'failed', failure: 'GameBroken' }]);
  });
});

describe('J5: one purse', () => {
  it('each attempt is settled with its cost before the next one reserves', async () => {
    const { settled, money } = await endOf({ plays: [['deaf'], ['csp'], []] });
    expect(settled).toEqual([
      [1, 0.5],
      [2, 1.5],
      [3, 2.5],
    ]);
    expect(money).toEqual([1, 2, 3].flatMap((each) => [`start ${each}`, `settle ${each}`]));
  });

  it('a game that plays at once is settled by the end of its job alone', async () => {
    const { settled } = await endOf({ plays: [[]] });
    expect(settled).toEqual([]);
  });
});

describe('F1: a cancel', () => {
  it('in a repair keeps nothing', async () => {
    let begun = (): void => undefined;
    const isRunning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { input, asked, activities, handle, start } = tell({
      plays: [['deaf']],
      repairs: async () => {
        begun();
        for (;;) {
          Context.current().heartbeat();
          await Promise.race([sleep(200), Context.current().cancelled]);
        }
      },
    });
    const end = await env.withWorkers(activities, async () => {
      await start();
      await isRunning;
      await handle.executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      return endOfJob(handle);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect([asked.published, asked.completed]).toEqual([[], []]);
  });
});

describe('what an operator reads', () => {
  it('names each play and repair, in a slot before others', async () => {
    const { asked, activities, handle, start } = tell({ plays: [['deaf'], []] });
    await env.withWorkers(activities, async () => {
      await start();
      return endOfJob(handle);
    });
    const { events } = await handle.fetchHistory();
    const scheduled = (events ?? []).flatMap((event) => {
      const about = event.activityTaskScheduledEventAttributes;
      const words = event.userMetadata?.summary?.data;
      const summary = words ? String(JSON.parse(Buffer.from(words).toString('utf8'))) : '';
      return about ? [{ summary, priority: about.priority?.priorityKey ?? 0 }] : [];
    });
    expect(asked.completed.length).toBe(1);
    expect(scheduled.map(({ summary }) => summary)).toEqual(
      expect.arrayContaining([
        'Play 1: candidate 0000000 (local)',
        'Settle attempt 1',
        'Repair 1: Claude run 2 (local): deaf',
        'Play 2: candidate 1111111 (local)',
      ]),
    );
    expect(
      scheduled.filter(({ priority }) => priority === 1).map(({ summary }) => summary),
    ).toEqual(['Repair 1: Claude run 2 (local): deaf']);
  });
});
