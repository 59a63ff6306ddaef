import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { JobFeeds } from '../../stream/feeds.js';
import type { ProjectFollower } from '../../stream/project-follower.js';
import { QueuedJobs } from '../../stream/queued-jobs.js';
import { completed, JOB, started, startFeeds, text } from '../../../test/support/job-feeds.js';
import { Session } from './session.js';
import type { SocketPlace } from './socket-places.js';

const feeds = new JobFeeds({
  readStream: async () => ({ kind: 'missing' }),
  log: pino({ level: 'silent' }),
  facts: {
    job: async () => null,
    publishedCode: async () => null,
    project: async () => null,
    ended: async () => null,
    queuePosition: async () => null,
    rowlessRun: async () => ({ state: 'unknown' }),
  },
});

const follows = { add: () => undefined, remove: () => undefined };
const place: SocketPlace = {
  address: '127.0.0.1',
  takeFrame: () => true,
  signIn: () => true,
  leave: () => undefined,
};

async function connectedSession(jobs = feeds) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await Promise.all([
    new Promise<WebSocket>((resolve) => server.once('connection', resolve)),
    new Promise((resolve) => client.once('open', resolve)),
  ]);
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  return { client, session: new Session(socket, jobs, follows, place) };
}

describe('a session', () => {
  it('A3: does the same thing once while it is unanswered, and anew afterwards', async () => {
    const { session } = await connectedSession();
    let runs = 0;
    const work = async () => {
      await new Promise(setImmediate);
      return (runs += 1);
    };
    expect(
      await Promise.all([
        session.once('a', work),
        session.once('a', work),
        session.once('b', work),
      ]),
    ).toEqual([1, 1, 2]);
    expect(await session.once('a', work)).toBe(3);
  });

  it('forgets a failed attempt, so that the next one can succeed', async () => {
    const { session } = await connectedSession();
    await expect(
      session.once('a', async () => {
        throw new Error('x');
      }),
    ).rejects.toThrow('x');
    await expect(session.once('a', async () => 1)).resolves.toBe(1);
  });

  it('closes a reader that is too slow with 1013 instead of filling memory', async () => {
    const { client, session } = await connectedSession();
    client.pause();
    const closed = new Promise((resolve) => client.once('close', resolve));
    const frame = { type: 'stream', content: 'x'.repeat(256 * 1024) } as const;
    for (let i = 0; i < 400 && session.isOpen; i++) {
      session.send(frame);
      if (i % 20 === 0) await sleep(1);
    }
    expect(session.isOpen).toBe(false);
    client.resume();
    expect(await closed).toBe(1013);
  });

  it('D6: is closed with 1008 by the third refusal of a limit within a minute', async () => {
    const { client, session } = await connectedSession();
    const closed = new Promise((resolve) => client.once('close', resolve));
    session.refuse('reads', 1);
    session.refuse('writes', 1);
    expect(session.isOpen).toBe(true);
    session.refuse('reads', 1);
    expect(await closed).toBe(1008);
  });

  it('D2: goes on after what it was sent last, whatever is asked for meanwhile', async () => {
    const items = [1, 2, 3].map((seq) => text(1, seq));
    const { stream, feeds: told } = startFeeds();
    stream.state.append([started, ...items], 1);
    const { client, session } = await connectedSession(told);
    const heard: number[] = [];
    client.on('message', (data) => {
      const { type, seq } = JSON.parse((data as Buffer).toString()) as {
        type: string;
        seq: number;
      };
      if (type === 'stream') heard.push(seq);
    });
    const since = { jobId: JOB, attempt: 0, seq: 0 };
    const ask = () => {
      const from = session.afterSent(since);
      session.subscribe({ jobId: JOB, projectId: 'p', from, origin: 'watch' }).release();
    };
    ask();
    await expect.poll(() => heard).toEqual([1, 2, 3]);
    ask();
    stream.state.append([text(1, 4)], 2);
    await expect.poll(() => heard.at(-1)).toBe(4);
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(session.afterSent({ ...since, jobId: 'another' })).toMatchObject({ attempt: 0, seq: 0 });
  });

  it('D3: learns that its job has ended before its place, of which no frame comes', async () => {
    const { stream, feeds: told } = startFeeds();
    stream.state.append([started, text(1, 1), completed(1)], 1);
    const { session } = await connectedSession(told);
    const ended: string[] = [];
    session.follow({
      knowsJob: () => undefined,
      jobEnded: (jobId: string) => ended.push(jobId),
    } as unknown as ProjectFollower);
    const from = { attempt: 1, seq: completed(1).seq };
    session.subscribe({ jobId: JOB, projectId: 'p', from, origin: 'watch' }).release();
    await expect.poll(() => session.hearsJob).toBe(false);
    expect(ended).toEqual([JOB]);
  });

  it('Q3: waits for no queue any more once it follows, and is sent each job once', async () => {
    const { session } = await connectedSession();
    session.waitFor(new QueuedJobs('p', session, async () => null));
    session.follow({ projectId: 'p' } as ProjectFollower);
    expect(session.queue).toBeNull();
  });

  it('stops listening when another project is selected or the socket is gone', async () => {
    const { client, session } = await connectedSession();
    const request = { jobId: 'j', projectId: 'p', from: 'now', origin: 'watch' } as const;
    session.select('p');
    session.subscribe(request);
    session.select('p');
    expect(session.subscription).not.toBeNull();
    session.select('q');
    expect(session.subscription).toBeNull();
    client.terminate();
    while (session.isOpen) await sleep(1);
    session.subscribe(request);
    expect(session.subscription).toBeNull();
  });
});
