import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { row } from '../../../test/support/job-feeds.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { SocketDeps } from './deps.js';
import { selectProject } from './select-project.js';
import type { SignedInSession } from './session.js';

/** A socket that selects projects; which jobs it subscribes to is seen. */
function selecting(
  reads: Partial<Record<'active' | 'get', (id: string) => Promise<JobRow | null>>>,
) {
  const subscribed: string[] = [];
  const session = {
    projectId: null as string | null,
    select: (id: string) => void (session.projectId = id),
    follow: () => undefined,
    unsubscribe: vi.fn<() => void>(),
    subscribe: ({ projectId }: { projectId: string }) => {
      subscribed.push(projectId);
      return { placed: Promise.resolve(), release: () => undefined };
    },
    afterSent: (since: unknown) => since,
    send: () => undefined,
  };
  const nothing = async (): Promise<null> => null;
  const jobs = { active: nothing, get: nothing, ends: async () => [], ...reads };
  const deps = {
    log: pino({ level: 'silent' }),
    store: {
      jobs,
      projects: { get: nothing },
      revisions: { list: async () => [] },
      chatHistory: { page: async () => ({ lines: [], earlier: null }) },
    },
  } as unknown as SocketDeps;
  const select = async (id: string, since?: { jobId: string; attempt: number; seq: number }) =>
    selectProject(
      deps,
      session as unknown as SignedInSession,
      { type: 'selectProject', projectId: id, since },
      { id } as ProjectRow,
    );
  return { select, session, subscribed };
}

/** A read of the first project that is answered when `answer` is called. */
function late(found: JobRow | null) {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const read = async (): Promise<JobRow | null> => (await answered, found);
  return { answer: () => answer(), read };
}

it('a job of a project that was left while it was looked for is not listened to', async () => {
  const { answer, read } = late(row({ project_id: 'left' }));
  const get = async () => row({ project_id: 'left' });
  const active = async (id: string) => (id === 'left' ? read() : null);
  const { select, subscribed } = selecting({ active, get });
  const first = select('left');
  await select('chosen');
  answer();
  await first;
  expect(subscribed).toEqual([]);
});

it('nor is one that had ended, by a client that comes back', async () => {
  const { answer, read } = late(row({ project_id: 'left', status: 'completed' }));
  const { select, subscribed } = selecting({ get: read });
  const first = select('left', { jobId: row().id, attempt: 1, seq: 1 });
  await select('chosen');
  answer();
  await first;
  expect(subscribed).toEqual([]);
});

it('one that ends meanwhile does not silence the job of the project that was chosen', async () => {
  const { answer, read } = late(row({ project_id: 'left', status: 'completed' }));
  const active = async (id: string) => row({ project_id: id, id });
  const get = async (id: string) => (id === 'left' ? read() : row({ project_id: id, id }));
  const { select, session, subscribed } = selecting({ active, get });
  const first = select('left');
  await expect.poll(() => subscribed).toEqual(['left']);
  await select('chosen');
  session.unsubscribe.mockClear();
  answer();
  await first;
  expect(subscribed).toEqual(['left', 'chosen']);
  expect(session.unsubscribe).not.toHaveBeenCalled();
});
