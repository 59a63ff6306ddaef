import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { projectWorkflowId } from '../../src/contracts/base/ids.js';
import { volumeNameOf, volumeRepoOf } from '../../src/contracts/execution/modal.js';
import { BACKENDS, type Backend } from '../../src/contracts/execution/backends.js';
import type { RunAgentInput } from '../../src/activities/ports/agent-port.js';
import { createLog } from '../../src/telemetry/log.js';
import { createStore } from '../../src/store/index.js';
import { expectOneLine, type Player } from './checker.js';
import { modalControlOf } from './modal-emulator.js';
import { patient } from './patience.js';
import { listProcesses } from './processes.js';
import type { Stack } from './stack.js';

/** One try of a run, as the workflow's history tells it. */
export interface RunTry extends Try {
  attempt: number;
}
/** The same of any other work that may leave Modal. */
export interface Try {
  backend: Backend;
  scheduledAtMs: number;
  /** Kind of its end; null = it succeeded. */ failure: string | null;
}

/** The tries of a project's last job, in order, and where it says that it was done. */
export interface RunStory {
  tries: RunTry[];
  backend: unknown;
}

export async function storyOf(stack: Stack, { projectId }: Player): Promise<RunStory> {
  const { events, backend } = await historyOf(stack, projectWorkflowId(projectId));
  return {
    tries: triesIn(events, 'runAgent').map(({ input, ...one }) => ({
      ...one,
      attempt: (input as RunAgentInput).attempt,
    })),
    backend,
  };
}

/** The tries of an activity in the last run of a workflow, in order. */
export async function triesOf(stack: Stack, workflowId: string, activity: string): Promise<Try[]> {
  return triesIn((await historyOf(stack, workflowId)).events, activity);
}

async function historyOf(
  stack: Stack,
  workflowId: string,
): Promise<{ events: HistoryEvents; backend: unknown }> {
  const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    const [{ events }, { typedSearchAttributes }] = await Promise.all([
      handle.fetchHistory(),
      handle.describe(),
    ]);
    return {
      events: events ?? [],
      backend: typedSearchAttributes.getAll().find(({ key }) => key.name === 'Backend')?.value,
    };
  } finally {
    await connection.close();
  }
}

type HistoryEvents = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>;

function triesIn(events: HistoryEvents, activity: string): (Try & { input: unknown })[] {
  const failures = new Map(
    events.flatMap((event) => {
      const ended =
        event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
      if (!ended) return [];
      const { applicationFailureInfo, timeoutFailureInfo, cause } = ended.failure ?? {};
      return [
        [
          String(ended.scheduledEventId),
          applicationFailureInfo?.type ??
            (timeoutFailureInfo ? 'time-out' : (cause?.applicationFailureInfo?.type ?? 'unknown')),
        ] as const,
      ];
    }),
  );
  return events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name !== activity) return [];
    const input: unknown = defaultPayloadConverter.fromPayload(
      scheduled.input?.payloads?.[0] ?? {},
    );
    const { seconds, nanos } = event.eventTime ?? {};
    return [
      {
        backend: scheduled.taskQueue?.name === BACKENDS.modal.long.agent.queue ? 'modal' : 'local',
        input,
        scheduledAtMs: Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6,
        failure: failures.get(String(event.eventId)) ?? null,
      },
    ];
  });
}

/** The branch that a run took, in words: `modal 1 ModalUnavailable`, `local 2`. */
export const inWords = ({ tries }: RunStory): string[] =>
  tries.map(({ backend, attempt, failure }) =>
    [backend, attempt, failure].filter((part) => part !== null).join(' '),
  );

/** A project's repository on its user's Volume. */
function volumeRepo(stack: Stack, { user, projectId }: Player): string {
  return path.join(volumeFolder(stack, { user }), volumeRepoOf(projectId));
}

export function volumeFolder(stack: Stack, { user }: Pick<Player, 'user'>): string {
  return path.join(stack.dataDir, 'modal', 'volumes', volumeNameOf(user.id));
}

/**
 * The Volume shows the newest version, and git finds nothing wrong with all that it follows: at the
 * latest when replication has passed.
 */
export async function expectViewShown(stack: Stack, player: Player): Promise<void> {
  const head = (await expectOneLine(stack, player)).at(-1)?.revision ?? 'nothing';
  const view = volumeRepo(stack, player);
  await expect
    .poll(() => git(view, 'rev-parse', '--verify', '--quiet', 'main').catch(() => 'nothing'), {
      timeout: patient(60_000),
      message: 'the Volume does not show what is published',
    })
    .toBe(head);
  await git(view, 'fsck', '--full', '--strict', 'refs/heads/main');
}

async function git(repo: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('git', ['--git-dir', repo, ...args])).stdout.trim();
}

/** No container is at work and no call runs any more. */
export async function expectNothingRuns(stack: Stack): Promise<void> {
  await expect
    .poll(
      async () => {
        const { calls, containers } = await modalControlOf(stack).state();
        return [
          ...calls.filter(({ isRunning }) => isRunning),
          ...containers.filter(({ isBusy }) => isBusy),
        ];
      },
      { timeout: patient(60_000), message: 'something still runs on Modal' },
    )
    .toEqual([]);
}

/** The runner in a container of a stack's emulator, which starts it from one of its images. */
export async function containerRunner(stack: Stack): Promise<number> {
  const images = path.join(stack.dataDir, 'modal', 'images');
  const found = (await listProcesses()).find(
    ({ command }) => command.startsWith('node ') && command.includes(images),
  );
  if (!found) throw new Error('no container has a runner at work');
  return found.pid;
}

/**
 * As if a worker had found Modal well again, so that a test need not wait for the next probe.
 * Workers keep their own memory until they restart.
 */
export async function closeBreaker({
  env: { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' },
}: Stack): Promise<void> {
  await createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  ).backendState.reportBreaker({ state: 'closed' });
}

/** `npx dreamcore <args>` for a running stack. */
export async function dreamcore(stack: Stack, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(PROJECT_ROOT, 'bin', 'dreamcore.js'), ...args, '--env-file', '/dev/null'],
    {
      env: { PATH: process.env['PATH'], DATA_DIR: stack.dataDir },
    },
  );
  return stdout;
}
