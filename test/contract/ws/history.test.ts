import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { newProject, Socket, type Frame } from './socket.js';

/** A project's history reaches a client in frames of a bounded size (websocket.md §7.3). */
const stack = sharedStack();
let alice: TestUser;
let socket: Socket;
let projectId: string;

beforeAll(async () => {
  alice = await createUser(stack.env, 'alice');
  socket = await Socket.signedIn(stack.baseUrl, alice);
  projectId = await newProject(socket, '長い話');
});
afterAll(() => socket.close());

async function write(messages: readonly string[]): Promise<void> {
  const { SUPABASE_URL: url = '', SUPABASE_SERVICE_ROLE_KEY: key = '' } = stack.env;
  const service = createClient(url, key, { auth: { persistSession: false } });
  const rows = messages.map((message, index) => ({
    id: randomUUID(),
    project_id: projectId,
    role: 'user',
    message,
    created_at: new Date(Date.UTC(2026, 0, 1) + index).toISOString(),
  }));
  expect((await service.from('chat_history').insert(rows)).error).toBeNull();
}

const said = ({ history }: Frame): string[] =>
  (history as { content: string }[]).map(({ content }) => content);

it('selecting sends the newest lines, and earlier ones page by page to the first', async () => {
  await write(Array.from({ length: 120 }, (_, index) => `行${index + 1}`));
  const selected = await socket.ask({ type: 'selectProject', projectId });
  expect([said(selected)[0], said(selected).at(-1)]).toEqual(['行71', '行120']);
  const second = await socket.ask({ type: 'getHistory', projectId, before: selected['earlier'] });
  expect(second).toMatchObject({ type: 'historyPage', projectId });
  expect([said(second)[0], said(second).at(-1)]).toEqual(['行21', '行70']);
  const last = await socket.ask({ type: 'getHistory', projectId, before: second['earlier'] });
  expect([said(last)[0], said(last).at(-1), last['earlier']]).toEqual(['行1', '行20', null]);
});

it('D6: a frame has 200,000 characters of history, however long the lines are', async () => {
  projectId = await newProject(socket, '長い行');
  await write(Array.from({ length: 30 }, (_, index) => String(index % 10).repeat(20_000)));
  const seen: string[] = [];
  let before: unknown;
  for (let pages = 0; pages < 3; pages += 1) {
    const frame = await socket.ask(
      before === undefined
        ? { type: 'selectProject', projectId }
        : { type: 'getHistory', projectId, before },
    );
    expect(said(frame).join('')).toHaveLength(200_000);
    seen.unshift(...said(frame));
    before = frame['earlier'];
  }
  expect([seen.length, before]).toEqual([30, null]);
});

it.each([
  [{}, 'Invalid request'],
  [{ before: 'x' }, 'Invalid request'],
  [{ before: 1 }, 'Invalid request'],
  [{ projectId: randomUUID(), before: place() }, 'Access denied'],
])('getHistory%o → %s', async (fields, message) => {
  const frame = { type: 'getHistory', projectId, ...fields };
  expect(await socket.ask(frame)).toEqual({ type: 'error', message });
});

it('before init, getHistory → Invalid request', async () => {
  const stranger = await Socket.open(stack.baseUrl);
  expect(await stranger.ask({ type: 'getHistory', projectId, before: place() })).toEqual({
    type: 'error',
    message: 'Invalid request',
  });
  await stranger.close();
});

/** A cursor as the server makes them. */
function place(): string {
  const [at, id] = ['2026-01-01T00:00:00+00:00', '00000000-0000-4000-8000-000000000000'];
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}
