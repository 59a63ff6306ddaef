import { describe, expect, it } from 'vitest';
import {
  ANY_FAILURE,
  CLIENT_FRAMES,
  type ClientFrameType,
  type FrameRow,
} from '../../contracts/wire/client-frames.js';
import type { SocketDeps } from './deps.js';
import { Dispatcher } from './dispatch.js';
import { CLOSE, type Session } from './session.js';

it('a flood of large frames closes its socket long before it fills the memory', () => {
  const closes: unknown[] = [];
  const session = {
    place: { address: '127.0.0.1' },
    get isOpen() {
      return closes.length === 0;
    },
    close: (how: unknown) => closes.push(how),
  } as unknown as Session;
  const deps = {
    auth: { verifyToken: () => new Promise(() => undefined) },
  } as unknown as SocketDeps;
  const dispatcher = new Dispatcher(deps, session);
  const large = Buffer.from(JSON.stringify({ type: 'init', access_token: 'x'.repeat(60_000) }));
  for (let sent = 1; sent <= 4; sent += 1) dispatcher.take(large);
  expect(closes).toEqual([]);
  for (let sent = 5; sent <= 10; sent += 1) dispatcher.take(large);
  expect(closes).toEqual([CLOSE.tooManyFrames]);
});

/** What a socket answers to frames; every use of a database or a limit is an answer, too. */
async function answersTo(identity: object | null, frames: readonly object[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  const session = {
    identity,
    projectId: 'p',
    place: { address: '127.0.0.1' },
    isOpen: true,
    isSignedIn: () => identity !== null,
    fail: (literal: string) => answers.push(literal),
    refuse: (limit: string) => answers.push(`over ${limit}`),
  } as unknown as Session;
  const touch = (name: string) => () => {
    answers.push(name);
    return Promise.resolve(null);
  };
  const deps = {
    limits: { take: async (limit: string) => (answers.push(`counts ${limit}`), 1) },
    store: { projects: { get: touch('project') }, jobs: { get: touch('job') } },
  } as unknown as SocketDeps;
  const dispatcher = new Dispatcher(deps, session);
  for (const frame of frames) dispatcher.take(Buffer.from(JSON.stringify(frame)));
  await new Promise(setImmediate);
  return answers;
}

const rows = Object.entries(CLIENT_FRAMES) as [ClientFrameType, FrameRow][];
const guarded = rows.filter(([, { guard }]) => guard.name !== 'open');

describe('N2: a frame is its row', () => {
  it.each(guarded)('%s of a stranger gets the literal and touches nothing', async (type, row) => {
    expect(await answersTo(null, [{ type }])).toEqual([row.guard.refused]);
  });

  it.each(guarded.filter(([, { limit }]) => limit !== 'ai'))(
    '%s counts for its limit before anything of it is parsed or read',
    async (type, { limit }) => {
      const answers = await answersTo({ id: 'u' }, [{ type }]);
      expect(answers).toEqual([`counts ${limit}`, `over ${limit}`]);
    },
  );

  it('a message counts once it is one, and its project was found', async () => {
    const frames = [{ type: 'message' }, { type: 'message', content: 'a' }];
    expect(await answersTo({ id: 'u' }, frames)).toEqual([ANY_FAILURE, 'Access denied']);
  });

  it('without a guard or a limit does not compile', () => {
    const { schema, words } = CLIENT_FRAMES.ping;
    // @ts-expect-error: no limit
    const noLimit: FrameRow = { words, schema, guard: CLIENT_FRAMES.ping.guard };
    // @ts-expect-error: no guard
    const noGuard: FrameRow = { words, schema, limit: 'reads' };
    // @ts-expect-error: a guard without the literal of its refusal
    const noLiteral: FrameRow = { words, schema, limit: 'reads', guard: { name: 'user' } };
    expect([noLimit, noGuard, noLiteral]).toHaveLength(3);
  });
});
