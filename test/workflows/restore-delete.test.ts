import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import {
  projectWorkflowId,
  replicationWorkflowId,
  searchWorkflowId,
} from '../../src/contracts/base/ids.js';
import { BACKENDS, type Backend } from '../../src/contracts/execution/backends.js';
import {
  type AdmitRequest,
  type DeleteProjectInput,
  type RestoreVersionInput,
} from '../../src/contracts/durable/workflows.js';
import {
  acceptedUpdates,
  admit,
  generateInput,
  workflowEnvOf,
  type FakeActivities,
} from '../support/workflow-env.js';
import { patient } from '../support/patience.js';

const env = workflowEnvOf(import.meta.filename);

const LEVEL = {
  userId: '',
  projectId: '',
  toVolume: { revisions: 0, assets: 0 },
  problem: null,
};
const writer = () => ({
  actionId: randomUUID(),
  messageId: randomUUID(),
  userId: randomUUID(),
  projectId: randomUUID(),
});
const restoreInput = (): RestoreVersionInput => ({ ...writer(), versionId: 'abcdef0' });
const request = (
  kind: 'restore' | 'tune' | 'delete',
  { messageId, userId }: { messageId: string; userId: string },
): AdmitRequest => ({ kind, messageId, userId });
const failureType = (error: unknown) =>
  error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure
    ? error.cause.type
    : error;

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

describe('restore', () => {
  const restoring: FakeActivities = {
    openRestore: async () => 'opened',
    restoreRevision: async () => ({ ok: true, revision: 'c'.repeat(40) }),
  };

  it('A4: its caller is answered when the old version is current', async () => {
    const input = restoreInput();
    await env.withWorkers(restoring, async () => {
      await expect(
        admit(env.client, 'restoreVersion', input, request('restore', input)),
      ).resolves.toEqual({
        kind: 'restore',
        jobId: input.actionId,
        isExisting: false,
        outcome: { ok: true, revision: 'c'.repeat(40) },
      });
    });
  });

  it('A4/A5: a message meanwhile waits for the end and is told to come again', async () => {
    const input = restoreInput();
    const { open, opened } = gate();
    await env.withWorkers(
      {
        ...restoring,
        async restoreRevision() {
          await opened;
          return { ok: false, error: 'VersionNotFound' };
        },
      },
      async () => {
        const own = admit(env.client, 'restoreVersion', input, request('restore', input));
        await expect
          .poll(() => acceptedUpdates(env.client, input.projectId), { timeout: patient(10_000) })
          .toBe(1);
        const game = generateInput({ projectId: input.projectId });
        const late = admit(env.client, 'generateGame', game, {
          kind: 'generate',
          messageId: game.messageId,
          userId: game.userId,
          content: 'x',
        }).then(({ kind }) => kind, failureType);
        await expect
          .poll(() => acceptedUpdates(env.client, input.projectId), { timeout: patient(10_000) })
          .toBe(2);
        open();
        await expect(own).resolves.toMatchObject({
          outcome: { ok: false, error: 'VersionNotFound' },
        });
        expect(await late).toBe('JobClosing');
      },
    );
  });

  it('E5: the Volume is brought up afterwards when work is done on Modal, only then', async () => {
    for (const backend of ['modal', 'local'] as const satisfies Backend[]) {
      const input = restoreInput();
      await env.withWorkers(
        {
          ...restoring,
          chooseBackend: async () => ({ backend, reason: '', hasVolumes: true }),
          replicateProject: async () => LEVEL,
        },
        async () => {
          await admit(env.client, 'restoreVersion', input, request('restore', input));
          await env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result();
        },
      );
      const replication = await env.client.workflow
        .getHandle(replicationWorkflowId(input.projectId))
        .describe()
        .catch(() => null);
      expect(replication?.type ?? null).toBe(backend === 'modal' ? 'replicateProject' : null);
    }
  });

  it("of a project that is not the caller's is refused", async () => {
    const input = restoreInput();
    await env.withWorkers({ openRestore: async () => 'denied' }, async () => {
      expect(
        failureType(
          await admit(env.client, 'restoreVersion', input, request('restore', input)).catch(
            (error: unknown) => error,
          ),
        ),
      ).toBe('ACCESS_DENIED');
    });
  });
});

describe('saved settings', () => {
  const input = () => ({ ...writer(), values: { speed: 1.5 } });
  const saved = { ok: true, result: { revision: 'c'.repeat(40), isNew: true } } as const;
  const tune = (tuned: ReturnType<typeof input>) =>
    admit(env.client, 'tuneGame', tuned, request('tune', tuned));
  const tuning: FakeActivities = {
    openAction: async () => 'opened',
    tuneRevision: async () => saved,
    chooseBackend: async () => ({ backend: 'local', reason: '', hasVolumes: false }),
  };

  it('A4: are answered when the version is there, and name their own action', async () => {
    const tuned = input();
    const asked: unknown[] = [];
    await env.withWorkers(
      {
        ...tuning,
        async tuneRevision(given) {
          asked.push(given);
          return saved;
        },
      },
      async () => {
        await expect(tune(tuned)).resolves.toEqual({
          kind: 'tune',
          jobId: tuned.actionId,
          isExisting: false,
          outcome: saved,
        });
      },
    );
    const { messageId: _, ...rest } = tuned;
    expect(asked).toEqual([rest]);
  });

  it.each([[true], [undefined]])(
    'P3: are searched where their action says so: %s',
    async (asks) => {
      const tuned = input();
      const { userId, projectId } = tuned;
      const searched: unknown[] = [];
      const outcome = { ...saved, ...(asks && { isSearched: asks }) };
      const activities: FakeActivities = {
        ...tuning,
        tuneRevision: async () => outcome,
        async searchGame({ searchId: _, ...given }) {
          searched.push(given);
          return 'searched';
        },
      };
      const search = env.client.workflow.getHandle(searchWorkflowId(projectId));
      await env.withWorkers(activities, async () => {
        await expect(tune(tuned)).resolves.toMatchObject({ outcome: saved });
        await env.client.workflow.getHandle(projectWorkflowId(projectId)).result();
        if (asks) expect(await search.result()).toBe('searched');
        else await expect(search.describe()).rejects.toThrow();
      });
      const { revision } = saved.result;
      expect(searched).toEqual(asks ? [{ userId, projectId, revision }] : []);
    },
  );

  it('H1: an action that has ended is answered as it ended, and does nothing again', async () => {
    const ends = [
      [{ ended: 'completed', result: saved.result }, saved],
      [
        { ended: 'failed', kind: 'SettingRefused', detail: 'speed' },
        { ok: false, kind: 'SettingRefused', detail: 'speed' },
      ],
      [{ ended: 'cancelled' }, { ok: false, kind: 'RunCancelled', detail: '' }],
    ] as const;
    for (const [end, outcome] of ends)
      await env.withWorkers(
        {
          ...tuning,
          openAction: async () => end,
          tuneRevision: async () => {
            throw new Error('it was done again');
          },
        },
        async () => {
          await expect(tune(input())).resolves.toMatchObject({ outcome });
        },
      );
  });

  it("of a project that is not the caller's are refused", async () => {
    await env.withWorkers({ openAction: async () => 'denied' }, async () => {
      expect(failureType(await tune(input()).catch((error: unknown) => error))).toBe(
        'ACCESS_DENIED',
      );
    });
  });
});

describe('delete', () => {
  it('F2/L4: removes rows first, then files, and answers when both are gone', async () => {
    const input: DeleteProjectInput = writer();
    const diary: string[] = [];
    await env.withWorkers(
      {
        async removeProjectRows() {
          diary.push('rows');
          return true;
        },
        async removeProjectFiles() {
          diary.push('files');
        },
      },
      async () => {
        await expect(
          admit(env.client, 'deleteProject', input, request('delete', input)),
        ).resolves.toMatchObject({ kind: 'delete', jobId: input.actionId });
        await expect(
          env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result(),
        ).resolves.toBe('deleted');
      },
    );
    expect(diary).toEqual(['rows', 'files']);
  });

  it.each([
    [
      'the Volume is emptied too where Modal may hold files',
      true,
      null,
      ['rows', 'files here', 'files on the Volume'],
    ],
    ['without Modal nobody is asked', false, null, ['rows', 'files here']],
    [
      'a Modal that is down does not keep the delete from its end',
      true,
      'ModalUnavailable',
      ['rows', 'files here', 'files on the Volume'],
    ],
  ] as const)('F2: %s', async (_name, hasVolumes, failure, story) => {
    const input: DeleteProjectInput = writer();
    const diary: string[] = [];
    await env.withWorkers(
      {
        chooseBackend: async () => ({ backend: 'local', reason: '', hasVolumes }),
        async removeProjectRows() {
          diary.push('rows');
          return true;
        },
        async removeProjectFiles() {
          const isModal = Context.current().info.taskQueue === BACKENDS.modal.files.queue;
          diary.push(isModal ? 'files on the Volume' : 'files here');
          if (isModal && failure) throw ApplicationFailure.nonRetryable('down', failure);
        },
      },
      async () => {
        await expect(
          admit(env.client, 'deleteProject', input, request('delete', input)),
        ).resolves.toMatchObject({ kind: 'delete' });
        const handle = env.client.workflow.getHandle(projectWorkflowId(input.projectId));
        await expect(handle.result()).resolves.toBe('deleted');
      },
    );
    expect(diary).toEqual(story);
  });

  it('F2: work is stopped and waited for first; files go again after the last of it', async () => {
    const input: DeleteProjectInput = writer();
    const diary: string[] = [];
    const run = { workflowId: 'project/x/thumbnail', runId: randomUUID() };
    const { open, opened } = gate();
    await env.withWorkers(
      {
        async cancelProjectWork() {
          diary.push('stop');
          return [run];
        },
        async awaitRunsEnded({ runs }) {
          diary.push('wait');
          if (diary.includes('files')) await opened;
          return diary.includes('files') ? [] : runs;
        },
        async removeProjectRows() {
          diary.push('rows');
          return true;
        },
        async removeProjectFiles() {
          diary.push('files');
        },
      },
      async () => {
        await expect(
          admit(env.client, 'deleteProject', input, request('delete', input)),
        ).resolves.toMatchObject({ kind: 'delete' });
        open();
        await expect(
          env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result(),
        ).resolves.toBe('deleted');
      },
    );
    expect(diary).toEqual(['stop', 'wait', 'rows', 'files', 'wait', 'files']);
  });

  it('F2: whoever deletes is answered before Modal is', async () => {
    const input: DeleteProjectInput = writer();
    const { open, opened } = gate();
    await env.withWorkers(
      {
        chooseBackend: async () => ({ backend: 'modal', reason: '', hasVolumes: true }),
        removeProjectRows: async () => true,
        async removeProjectFiles() {
          if (Context.current().info.taskQueue === BACKENDS.modal.files.queue) await opened;
        },
      },
      async () => {
        await expect(
          admit(env.client, 'deleteProject', input, request('delete', input)),
        ).resolves.toMatchObject({ kind: 'delete' });
        open();
        await expect(
          env.client.workflow.getHandle(projectWorkflowId(input.projectId)).result(),
        ).resolves.toBe('deleted');
      },
    );
  });

  it('A4: whatever arrives during a delete is denied', async () => {
    const input: DeleteProjectInput = writer();
    const { open, opened } = gate();
    await env.withWorkers(
      {
        async removeProjectRows() {
          await opened;
          return true;
        },
        removeProjectFiles: async () => undefined,
      },
      async () => {
        const own = admit(env.client, 'deleteProject', input, request('delete', input));
        await expect
          .poll(
            async () =>
              (
                await env.client.workflow
                  .getHandle(projectWorkflowId(input.projectId))
                  .describe()
                  .catch(() => null)
              )?.type,
          )
          .toBe('deleteProject');
        const other = { ...writer(), projectId: input.projectId };
        for (const kind of ['restore', 'delete'] as const) {
          expect(
            failureType(
              await admit(env.client, 'deleteProject', other, request(kind, other)).catch(
                (error: unknown) => error,
              ),
            ),
          ).toBe('ACCESS_DENIED');
        }
        open();
        await expect(own).resolves.toMatchObject({ kind: 'delete' });
      },
    );
  });

  it("touches no file of a project that is not the caller's", async () => {
    const input: DeleteProjectInput = writer();
    const diary: string[] = [];
    await env.withWorkers(
      {
        removeProjectRows: async () => false,
        async removeProjectFiles() {
          diary.push('files');
        },
      },
      async () => {
        expect(
          failureType(
            await admit(env.client, 'deleteProject', input, request('delete', input)).catch(
              (error: unknown) => error,
            ),
          ),
        ).toBe('ACCESS_DENIED');
      },
    );
    expect(diary).toEqual([]);
  });
});
