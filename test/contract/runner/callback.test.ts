import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/contracts/base/errors.js';
import { WithUnsent } from '../../../src/contracts/execution/runner.js';
import { HttpTransport } from '../../../src/runner/callback/http-transport.js';
import {
  callbackKey,
  startReceiver,
  type FakeReceiver,
  type Treatment,
} from '../../fakes/callback-receiver.js';
import { startFakeMessages } from '../../fakes/messages-api.js';
import { Bench, game } from './bench.js';
import { inFullRuns, sample } from '../../scope.js';
import { patient } from '../../support/patience.js';

const callId = `${randomUUID()}.1`;
let receiver: FakeReceiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});

interface Opened {
  transport: HttpTransport;
  stops: string[];
  warnings: string[];
}
function open(url: string, keyHex = callbackKey(callId)): Opened {
  const stops: string[] = [];
  const warnings: string[] = [];
  const transport = new HttpTransport({
    url,
    callId,
    keyHex,
    onStop: (reason: AppError) => stops.push(reason.kind),
    warn: (text) => warnings.push(text),
  });
  return { transport, stops, warnings };
}
const say = async (transport: HttpTransport, count: number, pauseMs = 0): Promise<string> => {
  let text = '';
  for (let at = 1; at <= count; at++) {
    const content = `${at}:${'字'.repeat(at % 7)} `;
    text += content;
    await transport.emit({ type: 'stream', content });
    if (at % 10 === 0) await transport.emit({ type: 'progress', progress: 20, message: null });
    // Bare time: a steady run of events
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return text;
};

const TROUBLES: [string, (n: number, events: number) => Treatment][] = [
  ['a receiver that takes everything', () => 'ok'],
  ['every third post answered 503', (n) => (n % 3 === 0 ? '503' : 'ok')],
  ['five times 429, then peace', (n) => (n <= 5 ? '429' : 'ok')],
  ['posts that are taken but never answered', (n) => (n % 3 === 0 ? 'cut' : 'ok')],
  ['posts that are lost', (n) => (n % 2 === 0 ? 'drop' : 'ok')],
  ['a receiver that cannot be understood', (n) => (n % 4 === 0 ? 'garbage' : 'ok')],
  ['a receiver that finds posts too large', (_n, events) => (events > 3 ? '413' : 'ok')],
  ['a receiver that acknowledges late', () => 'late-ack'],
  ['a receiver that is started anew and has forgotten', (n) => (n === 4 ? 'forget' : 'late-ack')],
];

describe('C2: events reach the receiver once, in order and whole', () => {
  it.each(TROUBLES)('with %s', async (_name, treat) => {
    receiver = await startReceiver(treat);
    const { transport, stops, warnings } = open(receiver.url);
    const text = await say(transport, 200, 2);
    await transport.close(10_000);
    receiver.events();
    expect(receiver.text()).toBe(text);
    expect(receiver.events()).toHaveLength(transport.lastSeq());
    expect(receiver.faults).toEqual([]);
    expect(receiver.sawFinal()).toBe(true);
    expect({ stops, warnings }).toEqual({ stops: [], warnings: [] });
  });

  it('when the receiver comes up only later', async () => {
    const place = createServer().listen(0, '127.0.0.1');
    await once(place, 'listening');
    const { port } = place.address() as AddressInfo;
    place.close();
    const { transport } = open(`http://127.0.0.1:${port}/callback/job`);
    const text = await say(transport, 50);
    // Bare time: posts are refused meanwhile
    await new Promise((resolve) => setTimeout(resolve, 500));
    receiver = await startReceiver(() => 'ok', port);
    await transport.close(10_000);
    expect(receiver.text()).toBe(text);
  });

  it('and gathers what comes close together into one post', async () => {
    receiver = await startReceiver();
    const { transport } = open(receiver.url);
    await say(transport, 100);
    await transport.close(5_000);
    expect(receiver.posts.length).toBeLessThan(5);
    expect(receiver.posts[0]?.fromSeq).toBe(1);
  });
});

describe('Q2: the instance that has the listeners', () => {
  const openBoth = (url: string, listenerUrl: string): HttpTransport =>
    new HttpTransport({
      url,
      listenerUrl,
      callId,
      keyHex: callbackKey(callId),
      onStop: () => undefined,
      warn: () => undefined,
    });

  it('has all posts; the common address has none', async () => {
    receiver = await startReceiver();
    const transport = openBoth('http://127.0.0.1:9/callback/job', receiver.url);
    const text = await say(transport, 100, 2);
    await transport.close(10_000);
    expect(receiver.text()).toBe(text);
  });

  /** Shares with the receiver what is stored, takes so many posts, then is gone in this way. */
  async function startInstance(url: string, posts: number, isCut: boolean) {
    let taken = 0;
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      taken += 1;
      if (taken > posts && isCut) return void request.socket.destroy();
      if (taken > posts) return void response.writeHead(503).end();
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => /^(x-|content-type)/.test(name)),
      ) as Record<string, string>;
      const answer = await fetch(url, { method: 'POST', headers, body: await buffer(request) });
      response.writeHead(answer.status).end(await answer.text());
    };
    const server = createServer((request, response) => void take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/callback/job`,
      taken: () => taken,
      close: () => server.close(),
    };
  }

  it.each([
    ['refuses', false],
    ['is cut off', true],
  ])('once it %s, the rest goes to the common address, without gap', async (_how, isCut) => {
    receiver = await startReceiver();
    const instance = await startInstance(receiver.url, 2, isCut);
    const transport = openBoth(receiver.url, instance.url);
    const text = await say(transport, 200, 2);
    await transport.close(10_000);
    expect(instance.taken()).toBe(3);
    expect(receiver.posts.length).toBeGreaterThan(2);
    expect(receiver.text()).toBe(text);
    expect(receiver.faults).toEqual([]);
    instance.close();
  });

  it.each([
    ['405', 405, ''],
    ['400', 400, '{}'],
    ['a page', 200, '<!doctype html>'],
    ['what looks like an answer', 200, '{"ok":true}'],
  ])('whose address another program has, with %s, loses and holds up nothing', async (...how) => {
    const [, status, body] = how;
    receiver = await startReceiver();
    let taken = 0;
    const foreign = createServer((_request, response) => {
      taken += 1;
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;
    const transport = openBoth(receiver.url, `http://127.0.0.1:${port}/callback/job`);
    // More than the queue holds.
    const text = await say(transport, 700);
    await transport.close(10_000);
    foreign.close();
    expect([taken, receiver.text()]).toEqual([1, text]);
  });

  it('that is not there from the beginning costs one try', async () => {
    receiver = await startReceiver();
    const transport = openBoth(receiver.url, 'http://127.0.0.1:9/callback/job');
    const text = await say(transport, 50);
    await transport.close(10_000);
    expect(receiver.text()).toBe(text);
  });
});

describe('C2: the receiver steers the run', () => {
  it.each([
    ['410', 'RunSuperseded'],
    ['cancel', 'RunCancelled'],
  ] as const)('%s stops it as %s, once', async (treatment, kind) => {
    receiver = await startReceiver(() => treatment);
    const { transport, stops } = open(receiver.url);
    await say(transport, 50, 5);
    await transport.close(1_000);
    expect(stops).toEqual([kind]);
    expect(receiver.posts).toHaveLength(1);
  });

  it('a full queue holds the sender back until there is room', async () => {
    let isOpen = false;
    receiver = await startReceiver(() => (isOpen ? 'ok' : '503'));
    const { transport } = open(receiver.url);
    let sent = 0;
    const sending = (async () => {
      for (; sent < 700; sent++)
        await transport.emit({ type: 'progress', progress: sent % 100, message: null });
    })();
    const { posts } = receiver;
    await expect.poll(() => sent).toBe(512);
    const seen = posts.length;
    await expect.poll(() => posts.length, { timeout: patient(10_000) }).toBeGreaterThan(seen + 1);
    expect(sent).toBe(512);
    isOpen = true;
    await sending;
    await transport.close(10_000);
    expect(receiver.events()).toHaveLength(700);
  });

  const NEVER_THERE: [Treatment | null, number][] = [
    [null, 500],
    ['garbage', 4_500],
  ];
  it.each(sample('longer than two posts are apart', NEVER_THERE, NEVER_THERE.slice(0, 1)))(
    'a full queue waits no longer than its patience for a receiver that is never there (%s), ' +
      'and the run is not stopped',
    async (treatment, patienceMs) => {
      const stops: string[] = [];
      const warnings: string[] = [];
      if (treatment !== null) receiver = await startReceiver(() => treatment);
      const transport = new HttpTransport({
        url: receiver?.url ?? 'http://127.0.0.1:9/callback/x',
        callId,
        keyHex: callbackKey(callId),
        patienceMs,
        onStop: (reason: AppError) => stops.push(reason.kind),
        warn: (text) => warnings.push(text),
      });
      for (let at = 0; at < 700; at++)
        await transport.emit({ type: 'progress', progress: 1, message: null });
      await transport.close(1_000);
      expect(transport.lastSeq()).toBe(512);
      expect(stops).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('no answer')]);
    },
  );

  inFullRuns('five times 429 are waited for above', () => {
    it('a receiver that says 429 is waited for beyond that patience', async () => {
      let isOpen = false;
      receiver = await startReceiver(() => (isOpen ? 'ok' : '429'));
      const transport = new HttpTransport({
        url: receiver.url,
        callId,
        keyHex: callbackKey(callId),
        patienceMs: 8_000,
        onStop: () => undefined,
        warn: () => undefined,
      });
      const sending = (async () => {
        for (let at = 0; at < 700; at++)
          await transport.emit({ type: 'progress', progress: at % 100, message: null });
      })();
      // Its answers are less than four seconds apart.
      // Bare time: longer than its patience
      await new Promise((resolve) => setTimeout(resolve, 9_000));
      isOpen = true;
      await sending;
      await transport.close(20_000);
      expect(receiver.events()).toHaveLength(700);
    });
  });

  it('a signature that is refused once, as by a clock that jumped, is made anew', async () => {
    receiver = await startReceiver((n) => (n === 2 || n === 3 ? '401' : 'ok'));
    const { transport, warnings } = open(receiver.url);
    const text = await say(transport, 60, 5);
    await transport.close(5_000);
    expect(receiver.text()).toBe(text);
    expect(warnings).toEqual([]);
  });

  it('a refused signature ends the sending and not the run, and holds nobody back', async () => {
    receiver = await startReceiver(() => '401');
    const { transport, stops, warnings } = open(receiver.url, '00'.repeat(32));
    for (let at = 0; at < 700; at++)
      await transport.emit({ type: 'progress', progress: 1, message: null });
    await transport.close(1_000);
    expect(stops).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(receiver.faults).toContain('wrong signature');
  });

  it("D1: without a receiver at its end a run's result has what was not sent", async () => {
    const bench = await Bench.open();
    const model = await startFakeMessages([
      { use: [{ name: 'Write', input: { file_path: 'index.html', content: game('x') } }] },
      { say: 'はい' },
    ]);
    const from = Date.now();
    const outcome = await bench.run(
      bench.input({
        callbackUrl: 'http://127.0.0.1:9/callback/x',
        limits: { callbackDrainMs: 1_000 },
      }),
      model.url,
    );
    const result = WithUnsent.parse(outcome.result);
    expect(outcome.result).toMatchObject({ kind: 'candidate' });
    expect(result.unsent?.fromSeq).toBe(1);
    expect(result.unsent?.events).toContainEqual({ type: 'stream', content: 'はい' });
    expect(outcome.stderr).toContain('unacknowledged');
    expect(Date.now() - from).toBeLessThan(patient(15_000));
    expect(await bench.leftovers()).toEqual([]);
    await model.close();
    await bench.close();
  });
});
