import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { accountWorkflowId, adoptionWorkflowId } from '../../src/contracts/base/ids.js';
import { TASK_QUEUE } from '../../src/contracts/durable/workflows.js';
import type { AdoptGuestInput } from '../../src/contracts/rows/account.js';
import {
  admit,
  generateInput,
  jobRow,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';

const env = workflowEnvOf(import.meta.filename);

/** A guest with projects, whose way to an account is written down. */
function guestWith(projectIds: string[]) {
  const left = [...projectIds];
  const diary: string[] = [];
  const activities: FakeActivities = {
    projectsOfGuest: async () => [...left],
    adoptProject: async ({ projectId }) => {
      diary.push('adopted');
      left.splice(left.indexOf(projectId), 1);
      return true;
    },
    admitQueued: async () => void diary.push('queue'),
    stopAccountWork: async () => ({ runs: [], projectIds: [], projectsLeft: left.length }),
    awaitRunsEnded: async () => [],
    removeAccountRows: async ({ isGuestOnly }) =>
      void diary.push(isGuestOnly ? 'removed' : 'removed whatever he is'),
    removeUserFiles: async () => undefined,
    chooseBackend: async () => ({ backend: 'local', reason: 'no Modal', hasVolumes: false }),
  };
  return { left, diary, activities };
}

const adopt = (input: AdoptGuestInput): Promise<unknown> =>
  env.client.workflow.execute('adoptGuest', {
    workflowId: adoptionWorkflowId(input.guestId),
    taskQueue: TASK_QUEUE,
    args: [input],
  });

describe('D8: what a guest made, when he signs in to an account that he has', () => {
  it('goes to it, and only then is the guest removed', async () => {
    const { left, diary, activities } = guestWith([randomUUID(), randomUUID()]);
    await env.withWorkers(activities, () => adopt({ guestId: randomUUID(), userId: randomUUID() }));
    expect(left).toEqual([]);
    expect(diary.filter((line) => line !== 'queue')).toEqual(['adopted', 'adopted', 'removed']);
  });

  it('fails and removes no user where the guest has become an account meanwhile', async () => {
    const { diary, activities } = guestWith([randomUUID()]);
    let looks = 0;
    const all: FakeActivities = {
      ...activities,
      // It was his when it was looked for, and is an account's when it is handed over.
      adoptProject: async () => false,
      async projectsOfGuest() {
        looks += 1;
        if (looks > 1) throw ApplicationFailure.nonRetryable('an account', 'ACCESS_DENIED');
        return [randomUUID()];
      },
    };
    const adopting = env.withWorkers(all, () =>
      adopt({ guestId: randomUUID(), userId: randomUUID() }),
    );
    await expect(adopting).rejects.toThrow(WorkflowFailedError);
    expect([looks, diary]).toEqual([2, []]);
  });

  it('is done where his removal has begun elsewhere', async () => {
    const guestId = randomUUID();
    const { diary, activities } = guestWith([randomUUID()]);
    let go = () => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    const all: FakeActivities = { ...activities, removeAccountRows: () => gone };
    await env.withWorkers(all, async () => {
      const removal = await env.client.workflow.start('deleteAccount', {
        workflowId: accountWorkflowId(guestId),
        taskQueue: TASK_QUEUE,
        args: [{ userId: guestId }],
      });
      await adopt({ guestId, userId: randomUUID() });
      go();
      await removal.result();
    });
    expect(diary.filter((line) => line !== 'queue')).toEqual(['adopted']);
  });

  it('waits for the job that runs there', async () => {
    const input = generateInput();
    const { messageId, userId, content } = input;
    const { diary, activities } = guestWith([input.projectId]);
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let looks = 0;
    const all: FakeActivities = {
      ...activities,
      openJob: async (job) => ({ outcome: 'opened', job: jobRow(generateInput(job)) }),
      planGeneration: async () => ({ kind: 'chat' }),
      async answerQuestion() {
        await finished;
        return { message: 'はい', suggestions: [] };
      },
      async completeJob() {
        diary.push('job ended');
        return { costUsd: 0 };
      },
      async projectsOfGuest() {
        // It has met the job when it looks for the second time.
        looks += 1;
        if (looks > 1) finish();
        return diary.includes('adopted') ? [] : [input.projectId];
      },
    };
    await env.withWorkers(all, async () => {
      await admit(env.client, 'generateGame', input, {
        kind: 'generate',
        messageId,
        userId,
        content,
      });
      await adopt({ guestId: userId, userId: randomUUID() });
    });
    expect(looks).toBeGreaterThan(1);
    expect(diary.filter((line) => line !== 'queue')).toEqual(['job ended', 'adopted', 'removed']);
  });
});

describe('F2: guests who did not come back', () => {
  it('are removed as accounts are, each once', async () => {
    const guests = [randomUUID(), randomUUID()];
    const { diary, activities } = guestWith([]);
    await env.withWorkers({ ...activities, forgottenGuests: async () => guests }, async () => {
      const round: unknown = await env.client.workflow.execute('removeGuests', {
        workflowId: `removeGuests-${randomUUID()}`,
        taskQueue: TASK_QUEUE,
      });
      expect(round).toEqual({ removed: 2 });
      for (const guest of guests)
        await env.client.workflow.getHandle(accountWorkflowId(guest)).result();
    });
    expect(diary).toEqual(['removed', 'removed']);
  });
});
