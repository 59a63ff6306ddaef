import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { finalAnswer } from '../../../public/js/net/later-answer.js';
import type { ApiProcess } from '../../contract/http/api-process.js';
import { startAlternatingProxy, type AlternatingProxy } from '../../support/alternating-proxy.js';
import {
  currentBuild,
  HARMLESS_CHANGE,
  makeOtherBuild,
  startWorkerOf,
  type OtherBuild,
} from '../../support/builds.js';
import { deployRoll } from '../../support/deploy-roll.js';
import { Listener, oneTo, seqsOf } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { startSecondApi } from '../../support/second-api.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';

/**
 * Two instances of the API behind a balancer that gives requests in turn to those that do not say
 * that they stop. Each user has one job at a time, and a hundred sockets that hear it.
 */
const USERS = 5;
const SOCKETS_OF_USER = 100;
const AT_ONCE = 20;
const LOOK_MS = 100;

type Instance = Pick<ApiProcess, 'port' | 'pid' | 'stop'>;
interface Follower {
  readonly user: TestUser;
  readonly sockets: Listener[];
}

let proxy: AlternatingProxy;
let stack: Stack;
let house: TestUser;
let next: OtherBuild;
let worker: { stop(): Promise<void> } | undefined;
let instances: Instance[] = [];
const followers: Follower[] = [];
const isOver = new AbortController();
const proxyUrl = (): string => `http://127.0.0.1:${proxy.port}`;

beforeAll(async () => {
  proxy = await startAlternatingProxy();
  stack = await startStack({
    env: {
      DEMO_SECONDS: '60',
      DRAIN_MS: '1500',
      MAX_RUNNING_JOBS: String(USERS),
      MAX_SOCKETS_PER_USER: String(2 * SOCKETS_OF_USER),
      CALLBACK_BASE_URL: proxyUrl(),
    },
    leaveDown: ['api'],
  });
  const pid = await stack.pidOf('api');
  const port = Number(new URL(stack.baseUrl).port);
  const stop = async (): Promise<void> => void (await stack.kill('api', 'SIGTERM'));
  instances = [{ port, pid, stop }, await startSecondApi(pid)];
  void balance();
  await vi.waitUntil(() => proxy.targets.length === 2, { timeout: patient(20_000) });
  house = await createUser(stack.env, 'house');
  next = await makeOtherBuild(HARMLESS_CHANGE);
  worker = await startWorkerOf(stack, next);
  for (let made = 0; made < USERS; made += 1) followers.push(await newFollower());
}, patient(300_000));
afterAll(async () => {
  isOver.abort();
  for (const { sockets } of followers) for (const socket of sockets) socket.close();
  await worker?.stop();
  for (const { stop, pid } of instances) if (pid !== 0) await stop();
  await stack?.stop();
  await proxy?.close();
  await next?.remove();
});

/** Leaves out instances that are away or stop, as `temporal-docker/haproxy.cfg` has it. */
async function balance(): Promise<void> {
  while (!isOver.signal.aborted) {
    const ready = await Promise.all(
      instances.map(async ({ port }) => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/ready`).catch(() => null);
        const text = await answer?.text().catch(() => undefined);
        return text?.includes('"stopping":true') === false ? [port] : [];
      }),
    );
    proxy.targets = ready.flat();
    // Bare time: between two looks of a balancer
    await sleep(LOOK_MS);
  }
}

async function newFollower(): Promise<Follower> {
  const user = await createUser(stack.env);
  const first = new Listener(proxyUrl(), user.accessToken);
  await first.open();
  const projectId = await first.createProject();
  const sockets = [first];
  while (sockets.length < SOCKETS_OF_USER) {
    const more = Array.from(
      { length: Math.min(AT_ONCE, SOCKETS_OF_USER - sockets.length) },
      () => new Listener(proxyUrl(), user.accessToken, projectId),
    );
    await Promise.all(more.map((socket) => socket.open()));
    sockets.push(...more);
  }
  return { user, sockets };
}

/** Each instance is followed by one with its environment, as a deploy does. */
async function rollApis(): Promise<void> {
  for (const old of [...instances]) {
    const young = await startSecondApi(old.pid);
    instances = [...instances, young];
    await expect.poll(() => proxy.targets, { timeout: patient(20_000) }).toContain(young.port);
    await old.stop();
    instances = instances.filter((each) => each !== old);
  }
}

interface Asked {
  count: number;
  readonly failed: string[];
}

/** Pages read, and calls that wait for work behind them, until the signal. */
async function askOn(signal: AbortSignal): Promise<Asked> {
  const asked: Asked = { count: 0, failed: [] };
  await Promise.all(
    followers.map(async (follower, index) => {
      for (let turn = index; !signal.aborted; turn += 1) {
        const [what, answer] = await askOnce(follower, turn);
        asked.count += 1;
        const text = await answer.text().catch(String);
        if (answer.status !== 200)
          asked.failed.push(`${what} ${answer.status} ${text.slice(0, 200)}`);
        // Bare time: so that the requests leave the processor to what they ask
        await sleep(100);
      }
    }),
  );
  return asked;
}

async function askOnce({ user, sockets }: Follower, turn: number): Promise<[string, Response]> {
  const project = `/api/projects/${sockets[0]?.selected ?? ''}`;
  const headers = {
    authorization: `Bearer ${user.accessToken}`,
    'content-type': 'application/json',
  };
  const get = (at: string) => fetch(`${proxyUrl()}${at}`, { headers });
  const missing = (error: unknown) => new Response(String(error), { status: 599 });
  if (turn % 20 === 0) {
    const what = `${project}/generate-publish-info`;
    const called = fetch(`${proxyUrl()}${what}`, { method: 'POST', headers, body: '{}' });
    return [what, await called.then((answer) => finalAnswer(answer, { get })).catch(missing)];
  }
  const paths = ['/api/projects?limit=20', project, `${project}/publish-draft`, '/api/config'];
  const what = paths[turn % paths.length] ?? '';
  return [what, await get(what).catch(missing)];
}

/** A job is followed by its sender alone, and by whoever says where. */
async function followFromStart(socket: Listener, jobId: string): Promise<void> {
  // Asked again where the answer is an error, as a page does.
  const follow = async (): Promise<boolean> => {
    socket.lastPlace = { jobId, attempt: 0, seq: 0 };
    const selected = socket.select(socket.selected ?? '', patient(5_000));
    return selected.then(
      () => true,
      () => false,
    );
  };
  await expect.poll(follow, { timeout: patient(60_000) }).toBe(true);
}

/** All sockets of a user have heard the same: all places of the run once, in order, and its end. */
function expectWhole({ sockets }: Follower, jobId: string): void {
  const heard = sockets.map((socket) => {
    const frames = socket.frames.filter((frame) => frame.jobId === jobId);
    const ends = frames.filter(({ type }) => ['completed', 'failed', 'cancelled'].includes(type));
    const seqs = seqsOf(frames, ends[0]?.attempt ?? 0);
    expect(ends.map(({ type }) => type)).toEqual(['completed']);
    expect(seqs).toEqual(oneTo(seqs.length));
    expect(socket.closeCodes.filter((code) => code !== 1012)).toEqual([]);
    return [seqs.length, textOf(frames)];
  });
  expect(heard[0]?.[0]).toBeGreaterThan(20);
  for (const each of heard) expect(each).toEqual(heard[0]);
}

const textOf = (frames: Listener['frames']): string =>
  frames.flatMap(({ type, content }) => (type === 'stream' ? [content] : [])).join('');

it(
  'O4: two rolls under 500 sockets: no request fails, and no text has a gap',
  async () => {
    const { buildId: first } = await currentBuild();
    const asking = new AbortController();
    const asked = askOn(asking.signal);
    for (const [roll, buildId] of [next.buildId, first].entries()) {
      const jobs = await Promise.all(
        followers.map(async ({ sockets: [sender, ...others] }) => {
          const from = sender!.frames.length;
          sender!.say(roll === 0 ? '2Dのシューティングゲームを作って' : '敵を速くして');
          const { jobId = '' } = await sender!.until(({ type }) => type === 'jobStarted', from);
          for (let at = 0; at < others.length; at += AT_ONCE)
            await Promise.all(
              others.slice(at, at + AT_ONCE).map((socket) => followFromStart(socket, jobId)),
            );
          await sender!.until(
            ({ type, jobId: of, seq = 0 }) => type === 'stream' && of === jobId && seq > 3,
            from,
          );
          return jobId;
        }),
      );
      const [rolled] = await Promise.all([
        deployRoll(stack, { buildId, percent: 50, seconds: 5, as: house.id }),
        rollApis(),
      ]);
      expect([rolled.code, rolled.out]).toEqual([0, expect.stringContaining(`build ${buildId}`)]);
      for (const [index, { sockets }] of followers.entries())
        for (const socket of sockets)
          await socket.until(
            ({ type, jobId }) => jobId === jobs[index] && type === 'completed',
            0,
            patient(240_000),
          );
      for (const [index, follower] of followers.entries()) expectWhole(follower, jobs[index]!);
    }
    asking.abort();
    const { count, failed } = await asked;
    expect(failed).toEqual([]);
    expect(count).toBeGreaterThan(200);
    const sockets = followers.flatMap((each) => each.sockets);
    expect(sockets).toHaveLength(500);
    // Every instance was replaced twice, so that each socket was moved at least as often.
    const least = (): number => Math.min(...sockets.map(({ reconnects }) => reconnects));
    // Those whose text had ended before their instance may still be on their way.
    await expect.poll(least, { timeout: patient(30_000) }).toBeGreaterThanOrEqual(2);
    const moved = sockets.reduce((sum, { reconnects }) => sum + reconnects, 0);
    process.stdout.write(`${count} requests, ${moved} sockets moved\n`);
  },
  patient(600_000),
);
