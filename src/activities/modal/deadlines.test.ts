import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { rpcDeadlines } from './deadlines.js';

type Middleware = ReturnType<typeof rpcDeadlines>;
type Call = Parameters<Middleware>[0];

const DEADLINE_MS = 100;

/** Asks through the middleware; `answer` is what the control plane does with the request. */
async function ask(answer: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const middleware = rpcDeadlines({ deadlineMs: DEADLINE_MS, maxThrottleMs: 0 });
  const call = {
    request: {},
    method: { path: '/modal.client.ModalClient/FunctionGet' },
    async *next(_request: unknown, { signal }: { signal: AbortSignal }) {
      return await answer(signal);
    },
  } as unknown as Call;
  const { value } = await middleware(call, {}).next();
  return value;
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
  });

/** Nothing else of this process runs meanwhile, as on a machine that is much too busy. */
function stall(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
}

describe('G3: the deadline of a request', () => {
  it('ends one that is not answered', async () => {
    await expect(ask(untilAborted)).rejects.toMatchObject({ kind: 'ModalUnavailable' });
  });

  it('does not mistake an answer for silence while this process could not listen', async () => {
    const answered = ask((signal) =>
      Promise.race([readFile(import.meta.filename), untilAborted(signal)]),
    );
    stall(DEADLINE_MS * 4);
    await expect(answered).resolves.toBeInstanceOf(Buffer);
  });

  it('is kept all the same when nobody answers a process that could not listen', async () => {
    const answered = ask(untilAborted);
    stall(DEADLINE_MS * 4);
    await expect(answered).rejects.toMatchObject({ kind: 'ModalUnavailable' });
  });
});
