import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, type Priority } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { SearchGameStep } from '../../src/activities/ports/play-port.js';
import { AFTER_PLAY_MS, createSearchRenewal } from '../../src/api/search-renewals.js';
import { projectWorkflowId, searchWorkflowId } from '../../src/contracts/base/ids.js';
import { WORKER_SHUTDOWN, type GenerateGameInput } from '../../src/contracts/durable/workflows.js';
import { findingOf } from '../../src/domain/playing/playing-words.js';
import { reportOf } from '../../src/domain/playing/playing.js';
import {
  admit,
  endOfJob,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';
import { log } from '../support/database.js';

const env = workflowEnvOf(import.meta.filename);

const REVISION = 'a'.repeat(40);

interface Story {
  /** Left out: the plan says so. */
  isSearched?: boolean;
  isBroken?: boolean;
  searchGame: (input: SearchGameStep) => Promise<'searched' | 'skipped'>;
}

/** A job that publishes a version, whose searches are these. */
function tell(input: GenerateGameInput, { isSearched = true, isBroken, searchGame }: Story) {
  const searched: (SearchGameStep & { queue: string; priority: Priority | undefined })[] = [];
  const activities: FakeActivities = {
    openJob: async () => ({ outcome: 'opened', job: jobRow(input) }),
    planGeneration: async () => ({
      ...{ kind: 'generate', hasDefaultName: false },
      spec: { request: 'x', dimension: '2d', styleId: null, autoFix: false, parent: null },
      play: { parent: null, ...(isSearched && { isSearched: true }) },
    }),
    startAttempt: async () => ({ attempt: 1, slotAgeMs: 0 }),
    async runAgent({ repair }) {
      if (repair) throw ApplicationFailure.nonRetryable('no', 'ModelRefused');
      const said = { summary: '', suggestions: [], usage: null };
      return { kind: 'candidate', revision: REVISION, ...said };
    },
    playGame: async () => {
      const findings = isBroken ? [findingOf('deaf', 'touched')] : [];
      const report = reportOf(findings, [], { needs: [], gameTree: '00000007' });
      return { ...report, sheet: null, tookMs: 1 };
    },
    publishRevision: async () => ({ revision: REVISION }),
    completeJob: async () => true,
    failJob: async () => true,
    async searchGame(given) {
      const { taskQueue: queue, priority } = Context.current().info;
      searched.push({ ...given, queue, priority });
      return searchGame(given);
    },
  };
  return { searched, activities };
}

async function makeVersion(input: GenerateGameInput): Promise<unknown> {
  const { messageId, userId, content } = input;
  await admit(env.client, 'generateGame', input, { kind: 'generate', messageId, userId, content });
  return endOfJob(env.client.workflow.getHandle(projectWorkflowId(input.projectId)));
}
const searchOf = ({ projectId }: GenerateGameInput) =>
  env.client.workflow.getHandle(searchWorkflowId(projectId));

describe('P3: the search after the hand-over', () => {
  it('begins when the job has ended, after everything that a player waits for', async () => {
    const input = generateInput();
    let isOver = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const { searched, activities } = tell(input, {
      searchGame: async () => {
        await over;
        return 'searched';
      },
    });
    await env.withWorkers(activities, async () => {
      expect(await makeVersion(input)).toMatchObject({ ended: 'completed', revision: REVISION });
      isOver();
      expect(await searchOf(input).result()).toBe('searched');
    });
    const { userId, projectId } = input;
    const priority = { priorityKey: 5, fairnessKey: userId };
    expect(searched).toMatchObject([
      { userId, projectId, revision: REVISION, queue: 'dreamcore-local-search', priority },
    ]);
  });

  it('is one at a time: a newer version ends the search of the one before it', async () => {
    const input = generateInput();
    let isStopped = false;
    const { searched, activities } = tell(input, {
      async searchGame() {
        if (searched.length > 1) return 'searched';
        const { cancelled } = Context.current();
        cancelled.catch(() => (isStopped = true));
        for (;;) {
          Context.current().heartbeat();
          await Promise.race([sleep(200), cancelled]);
        }
      },
    });
    await env.withWorkers(activities, async () => {
      await makeVersion(input);
      await expect.poll(() => searched.length).toBe(1);
      await makeVersion(generateInput({ projectId: input.projectId }));
      expect(await searchOf(input).result()).toBe('searched');
      await expect.poll(() => isStopped).toBe(true);
    });
    expect(searched.length).toBe(2);
  });

  it('begins anew a while after its owner has played the version last', async () => {
    const { userId, projectId } = generateInput();
    const renew = createSearchRenewal(env.client, log);
    await renew({ userId, projectId, revision: REVISION });
    const first = env.client.workflow.getHandle(searchWorkflowId(projectId));
    const { runId } = await first.describe();
    await renew({ userId, projectId, revision: REVISION });
    const { startTime, executionTime, ...second } = await first.describe();
    expect(second).toMatchObject({ type: 'searchGame', status: { name: 'RUNNING' } });
    expect(second.runId).not.toBe(runId);
    expect(Number(executionTime) - Number(startTime)).toBe(AFTER_PLAY_MS);
    await first.terminate();
  });

  it.each<[string, Partial<Story>]>([
    ['where it is off', { isSearched: false }],
    ['of a broken game', { isBroken: true }],
  ])('is none %s', async (_, story) => {
    const input = generateInput();
    const { searched, activities } = tell(input, { searchGame: async () => 'searched', ...story });
    await env.withWorkers(activities, async () => {
      expect(await makeVersion(input)).toMatchObject({ ended: 'completed' });
      await expect(searchOf(input).describe()).rejects.toThrow();
    });
    expect(searched).toEqual([]);
  });

  it.each(['RunCrashed', WORKER_SHUTDOWN])(
    'is left when it ends by %s: no repeat',
    async (type) => {
      const input = generateInput();
      const { searched, activities } = tell(input, {
        searchGame: async () => {
          throw ApplicationFailure.create({ type, nonRetryable: true });
        },
      });
      await env.withWorkers(activities, async () => {
        await makeVersion(input);
        expect(await searchOf(input).result()).toBe('left');
      });
      expect(searched).toHaveLength(1);
    },
  );
});
