import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from '../../contract/http/api-process.js';
import { startAlternatingProxy, type AlternatingProxy } from '../../support/alternating-proxy.js';
import { Listener, oneTo, seqsOf } from '../../support/listener.js';
import { startSecondApi } from '../../support/second-api.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser } from '../../support/users.js';

/**
 * Two instances of the API on one database and one Temporal, behind a balancer that gives every
 * request to the next of them.
 */
let proxy: AlternatingProxy;
let stack: Stack;
let second: ApiProcess;

beforeAll(async () => {
  proxy = await startAlternatingProxy();
  stack = await startStack({
    env: { DEMO_SECONDS: '4', CALLBACK_BASE_URL: proxyUrl() },
    leaveDown: ['api'],
  });
  second = await startSecondApi(await stack.pidOf('api'));
  proxy.targets = [Number(new URL(stack.baseUrl).port), second.port];
});
afterAll(async () => {
  await second.stop();
  await stack.stop();
  await proxy.close();
});

const proxyUrl = (): string => `http://127.0.0.1:${proxy.port}`;

/** One user with a socket on each instance, both on the same project. */
async function twoSockets(): Promise<[Listener, Listener]> {
  const user = await createUser(stack.env);
  const first = new Listener(proxyUrl(), user.accessToken);
  await first.open();
  const projectId = await first.createProject();
  const other = new Listener(proxyUrl(), user.accessToken, projectId);
  await other.open();
  return [first, other];
}

/** Both have heard the same: every place of the last attempt once, in order, and the end. */
function expectSame(listeners: readonly Listener[], jobId: string | undefined, end: string): void {
  for (const { frames } of listeners) {
    const ends = frames.filter(
      ({ type, jobId: of }) => of === jobId && ['completed', 'failed', 'cancelled'].includes(type),
    );
    expect(ends.map(({ type }) => type)).toEqual([end]);
    const seqs = seqsOf(
      frames.filter(({ jobId: of }) => of === jobId),
      ends[0]?.attempt ?? 0,
    );
    expect(seqs).toEqual(oneTo(seqs.length));
  }
}

const portsOf = (method: string, path: RegExp): number[] => [
  ...new Set(
    proxy.passed
      .filter((one) => one.method === method && path.test(one.url))
      .map(({ port }) => port),
  ),
];

describe('two instances of the API', () => {
  it('D2: text in order without gap or repeat, its end heard by all, on any instance', async () => {
    const pairs = [await twoSockets(), await twoSockets()];
    const jobs = await Promise.all(
      pairs.map(async ([sender, watcher]) => {
        sender.say('2Dのシューティングゲームを作って');
        const { jobId } = await sender.until(({ type }) => type === 'jobStarted');
        await watcher.select(sender.selected ?? '');
        await Promise.all([sender.untilEnd(), watcher.untilEnd()]);
        return jobId;
      }),
    );
    for (const [index, pair] of pairs.entries()) {
      expectSame(pair, jobs[index], 'completed');
      expect(pair[0].text.length).toBeGreaterThan(1_000);
      expect(pair[1].text).toBe(pair[0].text);
    }
    expect(portsOf('UPGRADE', /./)).toHaveLength(2);
    expect(portsOf('POST', /^\/callback\//)).toHaveLength(2);
    for (const listener of pairs.flat()) listener.close();
  });

  it('F1: stopping a job at one instance is heard at the other', async () => {
    const [sender, watcher] = await twoSockets();
    sender.say('2Dのシューティングゲームを作って');
    const { jobId } = await sender.until(({ type }) => type === 'jobStarted');
    await watcher.select(sender.selected ?? '');
    await sender.untilMidRun();
    watcher.send({ type: 'cancel', jobId });
    expect(await sender.untilEnd()).toMatchObject({ type: 'cancelled', jobId });
    expect(await watcher.untilEnd()).toMatchObject({ type: 'cancelled', jobId });
    for (const listener of [sender, watcher]) listener.close();
  });

  it('D3: when one instance is taken under a job, its sockets go on at the other', async () => {
    const [sender, watcher] = await twoSockets();
    sender.say('2Dのシューティングゲームを作って');
    const { jobId } = await sender.until(({ type }) => type === 'jobStarted');
    await watcher.select(sender.selected ?? '');
    await sender.untilMidRun();
    await stack.kill('api', 'SIGTERM');
    await Promise.all([sender.untilEnd(), watcher.untilEnd()]);
    expectSame([sender, watcher], jobId, 'completed');
    expect([...sender.closeCodes, ...watcher.closeCodes]).toEqual([1012]);
    for (const listener of [sender, watcher]) listener.close();
  });
});
