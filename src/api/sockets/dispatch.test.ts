import { expect, it } from 'vitest';
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
