import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { finalAnswer } from '../../../public/js/net/later-answer.js';

/** H1: how the browser client asks for the answer of a call that the server could not wait for. */
const at = `/api/actions/${randomUUID()}`;
const leaving = (headers: Record<string, string> = {}) =>
  new Response('{"error":"away"}', { status: 503, headers: { Location: at, ...headers } });
const open = () => new Response('{}', { status: 202 });
const ended = (status: number, body: object) => Response.json({ status, body });

type Said = () => Response;
/** Asks what says these in turn, the last one again and again. */
async function follow(first: Response, said: readonly Said[], askedForMs = 60_000) {
  const asked: string[] = [];
  const get = async (path: string) => {
    asked.push(path);
    return (said[asked.length - 1] ?? said.at(-1))!();
  };
  const answer = await finalAnswer(first, { get, askedForMs, pauseMs: 1 });
  return { asked, status: answer.status, body: await answer.json() };
}

it('H1: an outcome is answered as the first call would have been, with its status', async () => {
  expect(await follow(leaving(), [open, open, () => ended(200, { image: 'x' })])).toEqual({
    asked: Array(3).fill(`${at}/answer`),
    status: 200,
    body: { image: 'x' },
  });
  const accepted = new Response('{}', { status: 202, headers: { Location: at } });
  const refused = await follow(accepted, [() => ended(403, { error: 'no' })]);
  expect(refused).toMatchObject({ status: 403, body: { error: 'no' } });
});

it('asks on over a missing network, an instance that is away, a row that comes later', async () => {
  const trouble: Said[] = [
    () => {
      throw new TypeError('Failed to fetch');
    },
    () => new Response('bad gateway', { status: 502 }),
    () => leaving(),
    () => new Response('{}', { status: 429 }),
    () => new Response('{}', { status: 404 }),
    () => new Response('{"status":20', { status: 200 }),
  ];
  const { asked, status } = await follow(leaving(), [...trouble, () => ended(200, {})]);
  expect([asked.length, status]).toEqual([7, 200]);
});

it('asks nothing while there is no network, and then goes on', async () => {
  let asked = 0;
  const get = async () => {
    asked += 1;
    return ended(200, {});
  };
  let isBack = () => undefined as void;
  const back = new Promise<void>((resolve) => (isBack = resolve));
  const untilOnline = async () => {
    isOffline();
    await back;
  };
  let isOffline = () => undefined as void;
  const offline = new Promise<void>((resolve) => (isOffline = resolve));
  const answer = finalAnswer(leaving(), { get, untilOnline, pauseMs: 1 });
  await offline;
  expect(asked).toBe(0);
  isBack();
  expect([(await answer).status, asked]).toEqual([200, 1]);
});

it('waits as long as the server says before it asks', async () => {
  const beganMs = performance.now();
  await follow(leaving({ 'Retry-After': '1' }), [() => ended(200, {})]);
  // A timer may fire a millisecond early.
  expect(performance.now() - beganMs).toBeGreaterThan(990);
});

it('is the first answer where nothing can be asked, and where no end comes in time', async () => {
  const plain = () => new Response('{"error":"away"}', { status: 503 });
  const elsewhere = () => leaving({ Location: 'https://example.com/api/actions/x' });
  for (const first of [plain(), elsewhere(), new Response('{}', { status: 200 })])
    expect(await follow(first, [open])).toMatchObject({ asked: [], status: first.status });
  expect(await follow(leaving(), [open], 20)).toMatchObject({ status: 503 });
  const refused = await follow(leaving(), [() => new Response('{}', { status: 403 })]);
  expect([refused.asked.length, refused.status]).toEqual([1, 503]);
});
