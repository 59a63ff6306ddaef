import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CompleteJobInput, PublishInput } from '../../src/activities/ports/job-port.js';
import type { RunAgentInput, RunAgentOutcome } from '../../src/activities/ports/agent-port.js';
import type { GenerationSpec } from '../../src/activities/ports/plan-port.js';
import type { JudgeGameInput, PlayGameInput } from '../../src/activities/ports/play-port.js';
import type { GameBrief } from '../../src/contracts/game/brief.js';
import type { JudgedCheck, Judging } from '../../src/contracts/game/judging.js';
import type { PlayFinding } from '../../src/contracts/game/play.js';
import type { Receipt, ReceiptFact } from '../../src/contracts/game/receipt.js';
import { render } from '../../src/contracts/messages/message.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { ANSWER_QUEUE } from '../../src/contracts/durable/workflows.js';
import { briefByRules } from '../../src/domain/design/brief-by-rules.js';
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

const SPEC = { request: '猫', dimension: '2d', styleId: null, autoFix: false } as const;
const BY_RULES = briefByRules({ ...SPEC, language: 'ja' });
const PARENT = 'f'.repeat(40);
const BRIEF: GameBrief = { ...BY_RULES, by: 'model', checks: ['猫が跳ぶ', '魚で増える', '終わる'] };

const env = workflowEnvOf(import.meta.filename);

interface Story {
  /** What the judge makes of the game of each round. */
  judge: (round: number) => Promise<Judging>;
  /** What the play of each round finds; nothing where nothing is said. */
  plays?: PlayFinding['code'][][];
  /** By the tapes of the parent of a change, for each round. */
  receipts?: Receipt[];
  brief?: GameBrief | null;
  /** Of a change: what is said of it besides. */
  change?: Partial<GenerationSpec>;
  fakes?: FakeActivities;
}

const SCORE: ReceiptFact = { kind: 'score', what: '' };
/** Of a change that has lost these. */
const lacks = (...lost: ReceiptFact[]): Receipt => ({
  ...{ tapes: 3, isSame: false, lost, changed: [], gained: [], same: [], neverRan: [] },
  most: null,
});

const candidate = (round: number): RunAgentOutcome => ({
  kind: 'candidate',
  revision: String(round).repeat(40),
  summary: `完成 ${round}`,
  suggestions: [],
  usage: null,
});
const says = (...answers: JudgedCheck['answer'][]): Judging => ({
  state: 'judged',
  checks: answers.map((answer, at) => ({ check: BRIEF.checks[at] ?? '', answer, why: '見た' })),
});
const MET = says('met', 'met', 'met');
const MISSED = says('met', 'unmet', 'undecided');

/** A job whose game was designed so, and all that was asked of the outside. */
function tell({ judge, plays = [], receipts = [], brief = BRIEF, change, fakes }: Story) {
  const parent = change ? PARENT : null;
  const input = generateInput({ jobTimeoutMs: 600_000 });
  const asked = {
    runs: [] as RunAgentInput[],
    played: [] as PlayGameInput[],
    judged: [] as (JudgeGameInput & { queue: string })[],
    published: [] as PublishInput[],
    completed: [] as CompleteJobInput[],
  };
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({
      kind: 'generate',
      hasDefaultName: false,
      spec: { ...SPEC, parent, language: 'ja', ...(brief && { brief }), ...change },
      play: { parent: null },
    }),
    startAttempt: async () => ({ attempt: asked.runs.length + 1, slotAgeMs: 0, budgetUsd: 2 }),
    async runAgent(given) {
      asked.runs.push(given);
      return candidate(given.repair?.round ?? 0);
    },
    async playGame(given) {
      asked.played.push(given);
      const findings = (plays[given.round] ?? []).map((code) => findingOf(code, 'touched'));
      const report = reportOf(findings, [findingOf('keys-only', 'touched')], {
        needs: [],
        gameTree: '00000007',
      });
      const receipt = receipts[given.round];
      return { ...report, ...(receipt && { receipt }), sheet: null, tookMs: 1 };
    },
    async judgeGame(given) {
      asked.judged.push({ ...given, queue: Context.current().info.taskQueue });
      return judge(given.play - 1);
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
    ...fakes,
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
  return { ...asked, end, handle };
}

const never = async (): Promise<never> => {
  throw ApplicationFailure.nonRetryable('nobody is to be asked', 'OPERATION_FAILED');
};

describe('J2: a game that plays is held against its brief', () => {
  it('once, on the queue of answers; what was said goes with the version', async () => {
    const { judged, runs, published, completed, end, handle } = await endOf({
      judge: async () => MET,
    });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(judged).toMatchObject([
      {
        play: 1,
        checks: BRIEF.checks,
        notes: [{ code: 'keys-only' }],
        language: 'ja',
        queue: ANSWER_QUEUE,
      },
    ]);
    expect(runs.length).toBe(1);
    expect(published[0]?.play).toMatchObject({ verdict: 'plays', judging: MET });
    expect(completed[0]).toMatchObject({ message: { text: '完成 0' } });
    const judging = { state: 'judged', met: 3, unmet: 0, undecided: 0 };
    expect(shownPlays(completed)).toEqual([{ verdict: 'plays', findings: [], judging }]);
    const { events } = await handle.fetchHistory();
    const summaries = (events ?? []).map((event) =>
      String(event.userMetadata?.summary?.data ? event.userMetadata.summary.data : ''),
    );
    expect(summaries.join('\n')).toContain('"Judge 1: candidate 0000000, 3 checks"');
  });

  it('a check that is not kept leads to a repair; the mended game is handed over', async () => {
    const { runs, judged, completed, end } = await endOf({
      judge: async (round) => (round === 0 ? MISSED : MET),
    });
    expect(runs[1]?.repair).toMatchObject({
      round: 1,
      from: '0'.repeat(40),
      play: 1,
      findings: [{ code: 'unmet', evidence: '魚で増える\n見た' }],
    });
    expect([runs.length, judged.map(({ play }) => play)]).toEqual([2, [1, 2]]);
    expect(end).toMatchObject({ ended: 'completed', revision: '1'.repeat(40) });
    expect(render(completed[0]?.message ?? { text: '' })).toMatch(
      /^完成 0\n\n（試しに遊んで見つけた不具合「作る前に/,
    );
  });

  it('one round and no more; J3: the game that keeps most is handed over', async () => {
    const { runs, completed, end } = await endOf({
      judge: async (round) => (round === 0 ? MISSED : says('unmet', 'unmet', 'unmet')),
    });
    expect(runs.length).toBe(2);
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    // What nobody has seen mended is not said to be, but what is missing.
    expect(render(completed[0]?.message ?? { text: '' })).toBe(
      '完成 0\n\n（まだできていないこと：「魚で増える」。「直して」と送ると、もう一度やってみます。）',
    );
  });

  it('J3: a repair that breaks the game is not handed over', async () => {
    const { judged, published, end } = await endOf({
      plays: [[], ['deaf']],
      judge: async () => MISSED,
    });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(published[0]?.play).toMatchObject({ verdict: 'plays', judging: MISSED });
    expect(judged.length).toBe(1);
  });

  it('is not asked of a game that does not play', async () => {
    const { judged, published } = await endOf({ plays: [['deaf'], ['deaf']], judge: never });
    expect(judged).toEqual([]);
    expect(published[0]?.play).not.toHaveProperty('judging');
  });

  it('is asked by the checks that a writer has put in the place of those by rules', async () => {
    const runAgent = async () => ({ ...candidate(0), brief: BRIEF }) as RunAgentOutcome;
    const { judged, published } = await endOf({
      ...{ brief: BY_RULES, judge: async () => MET },
      fakes: { runAgent },
    });
    expect(judged).toMatchObject([{ checks: BRIEF.checks }]);
    expect(published[0]?.play).toMatchObject({ judging: MET });
  });

  it.each<[string, Partial<Story>, string]>([
    ['without a brief', { brief: null }, 'noBrief'],
    ['with one by rules', { brief: BY_RULES }, 'briefByRules'],
  ])('skips a game %s, and says so', async (_, story, reason) => {
    const { judged, published, completed } = await endOf({ judge: never, ...story });
    expect(judged).toEqual([]);
    expect(published[0]?.play?.judging).toEqual({ state: 'skipped', reason });
    expect(shownPlays(completed)[0]?.judging?.state).toBe('skipped');
  });
});

describe('J2: a change that plays is held against what was asked for and was true before', () => {
  const CHECKS = ['猫', '魚で増える'];
  const ofChange = (...answers: JudgedCheck['answer'][]): Judging => ({
    state: 'judged',
    checks: answers.map((answer, at) => ({ check: CHECKS[at] ?? '', answer, why: '見た' })),
  });
  const story = { brief: null, change: { checks: ['魚で増える'] } };

  it('once; what it has not kept is told, and leads to no round', async () => {
    const judging = ofChange('met', 'unmet');
    const { judged, runs, published, completed } = await endOf({
      ...story,
      judge: async () => judging,
    });
    expect(judged).toMatchObject([{ play: 1, checks: CHECKS, change: '猫', queue: ANSWER_QUEUE }]);
    expect(runs).toHaveLength(1);
    expect(published[0]?.play).toMatchObject({ verdict: 'plays', judging });
    expect(render(completed[0]?.message ?? { text: '' })).toContain(
      'まだできていないこと：「魚で増える」',
    );
    expect(shownPlays(completed)[0]?.judging).toMatchObject({ state: 'judged', met: 1, unmet: 1 });
  });

  it('P5: it says what of the receipt was asked for; that goes with the version', async () => {
    const lost = [{ kind: 'control' as const, what: 'swipe left' }];
    const receipt = { tapes: 1, isSame: false, lost, changed: [], gained: [], same: [] };
    const facts = [{ at: 0, asked: true, words: '左スワイプ' }];
    const judging: Judging = { state: 'judged', checks: [], facts };
    const { judged, published } = await endOf({
      ...{ ...story, receipts: [{ ...receipt, neverRan: [], most: null }] },
      judge: async () => judging,
    });
    expect(judged[0]?.facts).toEqual(['lost: control swipe left']);
    expect(published[0]?.play).toMatchObject({ judging, receipt: { lost } });
  });

  it('J3: of two rounds that play alike the one that keeps most is handed over', async () => {
    const { judged, end } = await endOf({
      ...story,
      plays: [['deaf'], []],
      judge: async () => ofChange('met', 'met'),
    });
    expect(judged).toMatchObject([{ play: 2, change: '猫' }]);
    expect(end).toMatchObject({ ended: 'completed', revision: '1'.repeat(40) });
  });

  it('J4: unjudged when nobody can be asked, which is told as such and as no pass', async () => {
    const { published, completed, end } = await endOf({ ...story, judge: refuse('RunCrashed') });
    const judging = { state: 'unjudged', reason: 'RunCrashed' };
    expect(published[0]?.play?.judging).toEqual(judging);
    expect(shownPlays(completed)[0]?.judging).toMatchObject({ state: 'unjudged', met: 0 });
    expect(end).toMatchObject({ ended: 'completed' });
  });

  it('is skipped where errors are mended and nobody wrote down what was true', async () => {
    const { judged, published } = await endOf({
      ...{ brief: null, change: { autoFix: true } },
      judge: never,
    });
    expect(judged).toEqual([]);
    expect(published[0]?.play?.judging).toEqual({ state: 'skipped', reason: 'noBrief' });
  });
});

describe('J4: a judge that cannot be asked leaves the game unjudged', () => {
  it.each<[string, Story['judge'], string]>([
    ['says so', async () => ({ state: 'unjudged', reason: 'ModelOverloaded' }), 'ModelOverloaded'],
    ['fails, and is not asked again', refuse('RunCrashed'), 'RunCrashed'],
  ])('when it %s; the game is handed over', async (_, judge, reason) => {
    const { judged, runs, published, completed, end } = await endOf({ judge });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect([judged.length, runs.length]).toEqual([1, 1]);
    expect(published[0]?.play?.judging).toEqual({ state: 'unjudged', reason });
    expect(shownPlays(completed)[0]?.judging).toMatchObject({ state: 'unjudged', met: 0 });
  });

  it('a repair that nobody has judged is not taken for better (J3)', async () => {
    const { end } = await endOf({
      judge: async (round) =>
        round === 0 ? MISSED : { state: 'unjudged', reason: 'ModelUnavailable' },
    });
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
  });

  it('also when nobody takes the question up in time', async () => {
    let [begun, release] = [(): void => undefined, (): void => undefined];
    const isHeld = new Promise<void>((resolve) => (begun = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const { asked, activities, handle, start } = tell({
      judge: async () => {
        begun();
        await released;
        return MET;
      },
    });
    const other = generateInput({ jobTimeoutMs: 600_000 });
    const { messageId, userId, content } = other;
    const ends = await env.withWorkers(
      activities,
      async () => {
        await start();
        await isHeld;
        await admit(env.client, 'generateGame', other, {
          kind: 'generate',
          messageId,
          userId,
          content,
        });
        const run = env.client.workflow.getHandle(projectWorkflowId(other.projectId));
        const waited = await endOfJob(run);
        release();
        return [waited, await endOfJob(handle)];
      },
      { [ANSWER_QUEUE]: 1 },
    );
    expect(ends).toMatchObject([{ ended: 'completed' }, { ended: 'completed' }]);
    expect(asked.judged.length).toBe(1);
    expect(asked.published.map(({ play }) => play?.judging?.state)).toEqual(['unjudged', 'judged']);
  });
});

function refuse(type: string) {
  return async (): Promise<never> => {
    throw ApplicationFailure.create({ type });
  };
}

describe('whatever dies', () => {
  it('between play and judge: the game is not played again, and is handed over', async () => {
    let isJudged = (): void => undefined;
    const judgeBegun = new Promise<void>((resolve) => {
      isJudged = resolve;
    });
    const { asked, activities, handle, start } = tell({
      judge: async () => {
        isJudged();
        await Context.current().cancelled;
        return MET;
      },
    });
    await env.withWorkers(activities, async () => {
      await start();
      await judgeBegun;
    });
    const end = await env.withWorkers(activities, () => endOfJob(handle));
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(asked.played.length).toBe(1);
    expect(asked.published[0]?.play?.judging).toMatchObject({ state: 'unjudged' });
  });

  it('F1: a cancel while it is judged keeps nothing', async () => {
    let begun = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { input, asked, activities, handle, start } = tell({
      judge: async () => {
        begun();
        for (;;) await Promise.race([sleep(200), Context.current().cancelled]);
      },
    });
    const end = await env.withWorkers(activities, async () => {
      await start();
      await isAsked;
      await handle.executeUpdate(cancelUpdate, { args: [{ jobId: input.jobId }] });
      return endOfJob(handle);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect([asked.published, asked.completed]).toEqual([[], []]);
  });
});

describe('P4: what a change has lost, and was not to', () => {
  const unasked: Judging = {
    ...{ state: 'judged', checks: [], facts: [{ at: 0, asked: false, words: '得点' }] },
  };

  it('has one round; the parent goes with each play', async () => {
    const { runs, played, end } = await endOf({
      change: { request: '敵を速く' },
      receipts: [lacks(SCORE), lacks()],
      judge: async (round) => (round === 0 ? unasked : { ...unasked, facts: [] }),
    });
    expect(played).toMatchObject([{ parent: PARENT }, { parent: PARENT }]);
    expect(runs[1]?.repair?.findings).toMatchObject([{ code: 'lost' }]);
    expect(end).toMatchObject({ ended: 'completed', revision: '1'.repeat(40) });
  });

  it('is told first when it stays: no second round, and the change is published', async () => {
    const { runs, completed, published, end } = await endOf({
      change: { request: '敵を速く' },
      receipts: [lacks(SCORE), lacks(SCORE), lacks()],
      judge: async () => unasked,
    });
    expect([runs.length, published.length]).toEqual([2, 1]);
    expect(end).toMatchObject({ ended: 'completed', revision: '0'.repeat(40) });
    expect(render(completed[0]?.message ?? { text: '' })).toMatch(
      /^（この変更で、前にできたことがなくなりました：「得点」.*\n\n完成 0\n\n（変わったところ: /s,
    );
  });
});
