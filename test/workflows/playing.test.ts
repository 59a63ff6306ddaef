import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type {
  CompleteJobInput,
  FailJobInput,
  PublishInput,
} from '../../src/activities/ports/job-port.js';
import type { GenerationPlan } from '../../src/activities/ports/plan-port.js';
import type { PlayedGame, PlayGameInput } from '../../src/activities/ports/play-port.js';
import type { PlayFinding, PlaySummary } from '../../src/contracts/game/play.js';
import { render } from '../../src/contracts/messages/message.js';
import { WORKER_SHUTDOWN } from '../../src/contracts/durable/workflows.js';
import { patient } from '../support/patience.js';
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

const [REVISION, PARENT] = ['a'.repeat(40), 'b'.repeat(40)];

const SLOT_AGE_MS = 10_000;

const env = workflowEnvOf(import.meta.filename);

interface Story {
  parent?: string | null;
  parentPlay?: PlaySummary | null;
  /** No play at all, as the plan says. */
  isOff?: boolean;
  playGame: FakeActivities['playGame'];
  /** Before the run has its candidate; how long its model has worked, ms. */
  working?: () => Promise<number>;
}

/** The end of a job whose candidate was played so, and what was asked and told on the way. */
async function play(story: Story) {
  const { parent = null, parentPlay = null, isOff = false, playGame, working } = story;
  const input = generateInput();
  const played: PlayGameInput[] = [];
  const published: PublishInput[] = [];
  const completed: CompleteJobInput[] = [];
  const failed: FailJobInput[] = [];
  const plan: GenerationPlan = {
    kind: 'generate',
    hasDefaultName: false,
    spec: { request: 'x', dimension: '2d', styleId: null, autoFix: false, parent },
    ...(isOff ? {} : { play: { parent: parentPlay } }),
  };
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => plan,
    startAttempt: async () => ({ attempt: 3, slotAgeMs: SLOT_AGE_MS }),
    async runAgent({ repair }) {
      // What is found stays: repairs have a file of their own.
      if (repair) throw ApplicationFailure.nonRetryable('no', 'ModelRefused');
      return {
        kind: 'candidate',
        revision: REVISION,
        summary: '完成',
        suggestions: [],
        usage: null,
        ...(working && { workedMs: await working() }),
      };
    },
    async playGame(given) {
      played.push(given);
      return playGame!(given);
    },
    async publishRevision(given) {
      published.push(given);
      return { revision: REVISION };
    },
    async completeJob(given) {
      completed.push(given);
      return true;
    },
    async failJob(given) {
      failed.push(given);
      return true;
    },
    cancelJob: async () => 'cancelled',
  };
  const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
  const start = () =>
    admit(env.client, 'generateGame', input, {
      kind: 'generate',
      messageId: input.messageId,
      userId: input.userId,
      content: input.content,
    });
  return { input, played, published, completed, failed, activities, handle, start };
}

async function endOf(story: Story) {
  const told = await play(story);
  const end = await env.withWorkers(told.activities, async () => {
    await told.start();
    return endOfJob(told.handle);
  });
  return { ...told, end };
}

const says = (...codes: PlayFinding['code'][]): PlayedGame => ({
  ...reportOf(
    codes.map((code) => findingOf(code, 'touched')),
    [],
    { needs: [], gameTree: '00000007' },
  ),
  sheet: null,
  tookMs: 1,
});

describe('J1: no game is handed over that was not played', () => {
  it('plays the candidate before its commit point; the verdict goes with the version', async () => {
    const { played, published, completed, end } = await endOf({ playGame: async () => says() });
    expect(end).toEqual({ ended: 'completed', revision: REVISION });
    expect(played).toMatchObject([
      { revision: REVISION, play: 1, place: { attempt: 3, seq: 500_000_001 } },
    ]);
    expect(published[0]?.play).toMatchObject({ verdict: 'plays', seed: 7 });
    expect(published[0]?.play).not.toHaveProperty('sheet');
    expect(completed[0]).toMatchObject({
      message: { text: '完成' },
      play: { verdict: 'plays', findings: [] },
    });
  });

  it('I5: a play has the time that its job has left, with what shutdowns have cost', async () => {
    // Bare time: longer than all that is beside it
    const lostMs = patient(1_000);
    const cutOnce = <T>(done: T): (() => Promise<T>) => {
      let calls = 0;
      return async () => {
        if ((calls += 1) > 1) return done;
        await sleep(lostMs);
        throw ApplicationFailure.create({ type: WORKER_SHUTDOWN, details: [{ goesOn: false }] });
      };
    };
    const [working, playGame] = [cutOnce(5_000), cutOnce(says())];
    const { input, played } = await endOf({ working, playGame });
    const leftMs = played.map((given) => given.leftMs ?? 0);
    const givenMs = input.jobTimeoutMs - SLOT_AGE_MS - 5_000;
    expect(leftMs).toHaveLength(2);
    // The first play begins at once; the second one has what the first one has lost.
    for (const each of leftMs) {
      expect(each).toBeGreaterThan(givenMs);
      expect(each).toBeLessThan(givenMs + 2 * lostMs);
    }
  });

  it('a play after a run of an older worker is not given the time', async () => {
    const { played } = await endOf({ playGame: async () => says() });
    expect(played[0]).not.toHaveProperty('leftMs');
  });

  it('J3: a first game that shows nothing is refused, and its project stays empty', async () => {
    const { published, failed, end } = await endOf({ playGame: async () => says('blank') });
    expect(end).toMatchObject({ ended: 'failed', failure: 'GameBroken' });
    expect(failed).toMatchObject([{ kind: 'GameBroken', detail: 'blank (touched)' }]);
    expect(published).toEqual([]);
  });

  it('J3: any other first game is handed over with the truth', async () => {
    const { completed, end } = await endOf({ playGame: async () => says('deaf') });
    expect(end).toMatchObject({ ended: 'completed' });
    expect(render(completed[0]?.message ?? { text: '' })).toMatch(
      /^（試しに遊んでみたところ、「触っても反応しません」[^\n]*）$/,
    );
    expect(shownPlays(completed)[0]).toEqual({ verdict: 'broken', findings: ['deaf'] });
  });

  it('J3: an edit with a fault that its parent has not is refused', async () => {
    const parentPlay = { verdict: 'plays', findings: [] } as const;
    const { played, published, end } = await endOf({
      parent: PARENT,
      parentPlay: { ...parentPlay, findings: [] },
      playGame: async () => says('deaf'),
    });
    expect(end).toMatchObject({ ended: 'failed', failure: 'GameBroken' });
    expect([played.length, published]).toEqual([1, []]);
  });

  it('J3: a parent that nobody has played is played first; no worse is published', async () => {
    const { played, completed, end } = await endOf({
      parent: PARENT,
      playGame: async () => says('deaf'),
    });
    expect(end).toMatchObject({ ended: 'completed' });
    expect(played).toMatchObject([
      { revision: REVISION, play: 1 },
      { revision: PARENT, play: 4, place: { attempt: 3, seq: 500_001_500 } },
    ]);
    expect(shownPlays(completed)[0]).toEqual({ verdict: 'broken', findings: ['deaf'] });
  });

  it('J3: a play that fails is tried again, then the game is handed over unplayed', async () => {
    const { played, published, completed, end } = await endOf({
      playGame: async () => {
        throw ApplicationFailure.create({ type: 'RunCrashed' });
      },
    });
    expect(end).toEqual({ ended: 'completed', revision: REVISION });
    expect(played.length).toBe(3);
    expect(published[0]?.play).toMatchObject({ verdict: 'unplayed', reason: 'RunCrashed' });
    expect(render(completed[0]?.message ?? { text: '' })).toMatch(/試し遊びができなかった/);
  });

  it('J3: a machine without a browser loses no game, and is asked once', async () => {
    const { played, published } = await endOf({
      playGame: async () => {
        throw ApplicationFailure.create({ type: 'BrowserMissing', nonRetryable: true });
      },
    });
    expect(played.length).toBe(1);
    expect(published[0]?.play).toMatchObject({ verdict: 'unplayed', reason: 'BrowserMissing' });
  });

  it('plays nothing where the plan does not say so', async () => {
    const { played, published, completed } = await endOf({
      isOff: true,
      playGame: async () => says('blank'),
    });
    expect(played).toEqual([]);
    expect([published[0], completed[0]].map((each) => each && 'play' in each)).toEqual([
      false,
      false,
    ]);
  });

  it('F1: a cancel during the play keeps nothing', async () => {
    let begun = (): void => undefined;
    const isPlayed = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const told = await play({
      playGame: async () => {
        begun();
        for (;;) {
          Context.current().heartbeat();
          await Promise.race([sleep(200), Context.current().cancelled]);
        }
      },
    });
    const end = await env.withWorkers(told.activities, async () => {
      await told.start();
      await isPlayed;
      const request = { jobId: told.input.jobId };
      await expect(told.handle.executeUpdate(cancelUpdate, { args: [request] })).resolves.toEqual({
        outcome: 'cancelled',
      });
      return endOfJob(told.handle);
    });
    expect(end).toMatchObject({ ended: 'cancelled' });
    expect([told.published, told.completed]).toEqual([[], []]);
  });
});
