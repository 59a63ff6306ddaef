import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@supabase/supabase-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { CLIENT_FRAMES } from '../../../src/contracts/wire/client-frames.js';
import { residentMib, startBystander, type Bystander } from '../../support/bystander.js';
import { Listener, oneTo, seqsOf } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';

/**
 * Every frame, sent by somebody who means harm, while another user makes a game. HOSTILE=full sends
 * and connects ten times as much.
 */
const SEED = 20_261_126;
const FACTOR = process.env['HOSTILE'] === 'full' ? 10 : 1;
const RSS_GROWTH_MIB = 250;
/** What a crowd may cost the API for each open socket. */
const SOCKET_KIB = 100;
const FRAMES_PER_SOCKET = 30;
/** Refused sign-in, flood, text that is no UTF-8, too large, too slow. */
const HONEST_CLOSES = [4001, 1008, 1007, 1009, 1013];

let stack: Stack;
let user: TestUser;
let foreignProjectId: string;
let bystander: Bystander;
let worker: Listener;
let apiPid: number;
let rssBefore: number;

beforeAll(async () => {
  const crowd: Record<string, string> =
    FACTOR === 1
      ? {}
      : {
          MAX_WAITING_SOCKETS_PER_ADDRESS: '12000',
          MAX_SOCKETS_PER_ADDRESS: '20000',
          RATE_LIMIT_ADDRESS_FACTOR: '500',
        };
  stack = await startStack({ env: { DEMO_SECONDS: '8', MAX_RUNNING_JOBS: '3', ...crowd } });
  user = await createUser(stack.env, 'hostile');
  const other = await createUser(stack.env, 'bystander');
  worker = new Listener(stack.baseUrl, other.accessToken);
  await worker.open();
  foreignProjectId = await worker.createProject();
  bystander = await startBystander(stack.baseUrl, `${stack.env['SUPABASE_URL']}/health`, other);
  apiPid = await stack.pidOf('api');
  rssBefore = await residentMib(apiPid);
  process.stdout.write(`hostile frames: seed ${SEED}, factor ${FACTOR}\n`);
});
afterAll(async () => {
  worker.close();
  await bystander.stop();
  await stack.stop();
});

async function expectUnharmed(): Promise<void> {
  expect(await stack.pidOf('api')).toBe(apiPid);
  expect(bystander.isOpen).toBe(true);
  expect(bystander.slowestPongMs).toBeLessThan(patient(2_000));
  expect((await residentMib(apiPid)) - rssBefore).toBeLessThan(RSS_GROWTH_MIB);
}

/** A socket that takes whatever happens to it. */
class Intruder {
  readonly types: string[] = [];
  /** Its own project, selected; none before it has signed in. */
  projectId = randomUUID() as string;
  readonly closed: Promise<number>;

  private constructor(readonly socket: WebSocket) {
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const { type, project } = JSON.parse((data as Buffer).toString('utf8')) as {
        type: string;
        project?: { id: string } | null;
      };
      if (type === 'projectCreated' && project) this.projectId = project.id;
      this.types.push(type);
    });
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(isSignedIn: boolean): Promise<Intruder> {
    const intruder = new Intruder(new WebSocket(stack.baseUrl.replace(/^http/, 'ws')));
    await new Promise((resolve) => intruder.socket.once('open', resolve));
    if (isSignedIn) {
      intruder.send({ type: 'init', access_token: user.accessToken });
      await intruder.until('init');
      intruder.send({ type: 'createProject', name: '新しいゲーム' });
      await intruder.until('projectCreated');
    }
    return intruder;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** True when a frame of this type came; false when the socket was closed instead. */
  async until(type: string): Promise<boolean> {
    const deadlineMs = Date.now() + patient(20_000);
    while (!this.types.includes(type)) {
      if (this.socket.readyState >= WebSocket.CLOSING) return false;
      if (Date.now() > deadlineMs)
        throw new Error(`no ${type} within 20 s; heard ${this.types.slice(-5).join(', ')}`);
      await sleep(10);
    }
    return true;
  }
}

const FIELDS = [
  ...new Set(Object.values(CLIENT_FRAMES).flatMap(({ schema }) => Object.keys(schema.shape))),
]
  .concat(
    'content',
    'selectedStyle',
    'skipStyleSelection',
    'autoFix',
    'debugOptions',
    '__proto__',
    'constructor',
    'toString',
  )
  .filter((name) => name !== 'type');
const nested = (depth: number): string => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;

/** A field's value as JSON text. */
const value = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 4 }).map((any) => JSON.stringify(any)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '"OWN"',
      '"FOREIGN"',
      '"UNKNOWN"',
      '"own"',
      '"TOKEN"',
      '"2Dのゲームを作って"',
      '"元に戻して"',
      'true',
      'false',
      'null',
      '0',
      '-1',
      '1e308',
      '1e400',
      '9007199254740993',
      '""',
      '" "',
      '[]',
      '{}',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"\\u0000"',
      '"a\\u0000b"',
      '"\\ud800"',
      '"\\udc00x"',
      '"../../../etc/passwd"',
      '"deadbeef"',
      '"0000000"',
      `"${'f'.repeat(40)}"`,
      '"$(id)"',
      `"'; drop table jobs; --"`,
      '"<script>"',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      `"${'x'.repeat(20_001)}"`,
      `"${'あ'.repeat(15_000)}"`,
      nested(2_000),
      nested(6_000),
      '{"jobId":"UNKNOWN","attempt":1e15,"seq":-1}',
      '{"jobId":"OWN","attempt":0,"seq":0}',
      '{"dimension":"4d","styleId":"\\u0000"}',
      '{"dimension":"3d","styleId":"../x","y":{"z":[1]}}',
    ),
  },
);
/** Fields in any order, also twice, below a type of the protocol or something else. */
const frame = fc
  .record({
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...Object.keys(CLIENT_FRAMES)) },
      fc.constantFrom('pong', 'toString', '__proto__', ''),
    ),
    fields: fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { maxLength: 6 }),
  })
  .map(({ type, fields }) => {
    const all = [['type', JSON.stringify(type)], ...fields];
    return `{${all.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  });

function fill(text: string, projectId: string): string {
  return text
    .replaceAll('"OWN"', `"${projectId}"`)
    .replaceAll('"own"', `"${projectId.toUpperCase()}"`)
    .replaceAll('FOREIGN', foreignProjectId)
    .replaceAll('UNKNOWN', randomUUID())
    .replaceAll('TOKEN', user.accessToken);
}

const admin = () =>
  createClient(stack.env['SUPABASE_URL'] ?? '', stack.env['SUPABASE_SERVICE_ROLE_KEY'] ?? '', {
    auth: { persistSession: false },
  });

async function activeJobsOf(userId: string): Promise<number> {
  const { data, error } = await admin()
    .from('jobs')
    .select('id')
    .eq('user_id', userId)
    .in('status', ['pending', 'processing']);
  if (error) throw error;
  return data.length;
}

describe('while another user makes a game', () => {
  let silent: Intruder[];
  beforeAll(async () => {
    worker.say('2Dのシューティングゲームを作って');
    await worker.until(({ type }) => type === 'jobStarted');
    silent = await Promise.all(Array.from({ length: 50 }, () => Intruder.open(false)));
  });

  it('frames with anything in any field are answered, refused, or close their socket', async () => {
    // The last frame is well formed: a question of a job is answered whatever the seed has.
    const texts = [
      ...fc.sample(frame, { seed: SEED, numRuns: 450 * FACTOR }),
      '{"type":"getJobStatus","jobId":"UNKNOWN"}',
    ];
    const intruders: Intruder[] = [];
    for (let at = 0; at < texts.length; at += FRAMES_PER_SOCKET) {
      const intruder = await Intruder.open((at / FRAMES_PER_SOCKET) % 5 !== 4);
      intruders.push(intruder);
      for (const text of texts.slice(at, at + FRAMES_PER_SOCKET)) {
        if (intruder.socket.readyState !== WebSocket.OPEN) break;
        intruder.socket.send(fill(text, intruder.projectId));
        // Bare time: a peer that keeps within the rate
        await sleep(2);
      }
      if (intruder.socket.readyState === WebSocket.OPEN) intruder.socket.send('{"type":"ping"}');
      const isAlive = await intruder.until('pong');
      if (!isAlive)
        expect(HONEST_CLOSES, `seed ${SEED}, frames from ${at}`).toContain(await intruder.closed);
    }
    // A pong overtakes answers that ask the database or Temporal first.
    const heard = (): string[] => intruders.flatMap(({ types }) => types);
    await expect
      .poll(heard, { timeout: patient(20_000), interval: 100 })
      .toEqual(expect.arrayContaining(['error', 'projectCreated', 'cancelled', 'jobStatus']));
    for (const { socket } of intruders) socket.terminate();
    await expectUnharmed();
  });

  it('bytes, broken text, fragments, sizes around 16 KiB are taken as what they are', async () => {
    const most = 16 * 1024;
    const padded = (bytes: number): string => `{"type":"ping","x":"${'x'.repeat(bytes - 22)}"}`;
    const cases: [string, (socket: WebSocket) => void, 'pong' | 'error' | number][] = [
      ['16 KiB - 1', (socket) => socket.send(padded(most - 1)), 'pong'],
      ['16 KiB', (socket) => socket.send(padded(most)), 'pong'],
      ['16 KiB + 1', (socket) => socket.send(padded(most + 1)), 1009],
      ['random bytes', (socket) => socket.send(Buffer.from([0, 255, 254, 7])), 1008],
      ['a frame as bytes', (socket) => socket.send(Buffer.from('{"type":"ping"}')), 'pong'],
      [
        'text that is no UTF-8',
        (socket) => socket.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false }),
        1007,
      ],
      ['nothing', (socket) => socket.send(''), 1008],
      [
        'fragments',
        (socket) =>
          [...'{"type":"ping"}'].forEach((character, index, all) =>
            socket.send(character, { fin: index === all.length - 1 }),
          ),
        'pong',
      ],
      [
        'too much in fragments',
        (socket) => {
          for (let sent = 0; sent < 5; sent += 1) socket.send('x'.repeat(20_000), { fin: false });
        },
        1009,
      ],
      [
        'a depth of 3,000',
        (socket) => socket.send(`{"type":"createProject","name":${nested(1_500)}}`),
        'error',
      ],
      ['the same key twice', (socket) => socket.send('{"type":"x","type":"ping"}'), 'pong'],
    ];
    for (const [name, act, outcome] of cases) {
      const intruder = await Intruder.open(false);
      act(intruder.socket);
      if (typeof outcome === 'number') expect(await intruder.closed, name).toBe(outcome);
      else expect(await intruder.until(outcome), name).toBe(true);
      intruder.socket.terminate();
    }
    await expectUnharmed();
  });

  it('a flood of large frames, and answers that nobody reads, end only their socket', async () => {
    const flooder = await Intruder.open(false);
    for (let sent = 0; sent < 30; sent += 1)
      flooder.send({ type: 'init', access_token: 'x'.repeat(16_000) });
    expect([1008, 4001]).toContain(await flooder.closed);

    const slow = await Intruder.open(true);
    slow.socket.pause();
    for (let sent = 0; sent < 60; sent += 1) {
      slow.send({
        type: 'getVersionEdits',
        projectId: slow.projectId,
        versionHash: 'x'.repeat(60_000),
      });
      // Bare time: a peer that keeps within the rate
      await sleep(30);
    }
    await expectUnharmed();
    slow.socket.resume();
    expect([1013, 1006, 1008]).toContain(await slow.closed);
  });

  it(
    'a thousand sockets are served beside half-open ones; memory follows the open ones',
    async () => {
      const halves = Array.from({ length: 100 * FACTOR }, () =>
        connect(Number(new URL(stack.baseUrl).port), '127.0.0.1').on('error', () => undefined),
      );
      const crowd: Intruder[] = [];
      for (let opened = 0; opened < 1_000 * FACTOR; opened += 100) {
        const batch = await Promise.all(Array.from({ length: 100 }, () => Intruder.open(false)));
        for (const { socket } of batch) socket.send('{"type":"ping"}');
        expect(await Promise.all(batch.map((intruder) => intruder.until('pong')))).not.toContain(
          false,
        );
        crowd.push(...batch);
      }
      const crowdedMib = await residentMib(apiPid);
      expect(await stack.pidOf('api')).toBe(apiPid);
      expect(bystander.isOpen).toBe(true);
      expect(crowdedMib - rssBefore).toBeLessThan(
        RSS_GROWTH_MIB + (crowd.length * SOCKET_KIB) / 1024,
      );
      // Those that waited too long to sign in have been told to go.
      for (const { socket, closed } of crowd)
        if (socket.readyState === WebSocket.CLOSED) expect(await closed).toBe(4001);
      for (const { socket } of crowd) socket.terminate();
      for (const socket of halves) socket.destroy();
      const isBack = async (): Promise<boolean> =>
        (await residentMib(apiPid)) - rssBefore < RSS_GROWTH_MIB;
      await expect.poll(isBack, { timeout: patient(50_000), interval: 500 }).toBe(true);
      process.stdout.write(
        `hostile sockets: ${crowd.length} open, API ${Math.round(rssBefore)} → ` +
          `${Math.round(crowdedMib)} → ${Math.round(await residentMib(apiPid))} MiB\n`,
      );
      await expectUnharmed();
    },
    patient(60_000 * FACTOR),
  );

  it('what no row can hold, in a field that nothing reads, keeps no project busy', async () => {
    const { accessToken } = await createUser(stack.env, 'odd-style');
    const listener = new Listener(stack.baseUrl, accessToken);
    await listener.open();
    const projectId = await listener.createProject();
    const extra = { 'z\0': ['\0', '\ud800'], z: { '\udc00': 1 } };
    const selectedStyle = { dimension: '2d', styleId: 'a', ...extra };
    for (const choice of [{ selectedStyle }, { skipStyleSelection: true }]) {
      listener.say('2Dのパズルを作って', choice);
      const { job } = await listener.until(({ type, job: row }) => type === 'progress' && !!row);
      listener.send({ type: 'cancel', jobId: (job as { id: string }).id });
      expect((await listener.untilEnd()).type).toBe('cancelled');
      listener.frames.length = 0;
    }
    listener.send({ type: 'deleteProject', projectId });
    await listener.until(({ type }) => type === 'projectDeleted');
    listener.close();
  });

  it('its job ends in a version, and its listener has missed nothing', async () => {
    const end = await worker.untilEnd();
    expect(end.type).toBe('completed');
    const seqs = seqsOf(worker.frames, end.attempt ?? 0);
    expect(seqs.length).toBeGreaterThan(8);
    expect(seqs).toEqual(oneTo(seqs.length));
    expect(worker.closeCodes).toEqual([]);
    await expectUnharmed();
  });

  it('what the intruder started ends as well; nothing of it was an error of ours', async () => {
    await expect
      .poll(() => activeJobsOf(user.id), { timeout: patient(45_000), interval: 500 })
      .toBe(0);
    expect(
      stack
        .logs()
        .split('\n')
        .filter((line) => /"level":(50|60)/.test(line) && /"name":"api"/.test(line)),
    ).toEqual([]);
    expect(bystander.pongs).toBeGreaterThan(20);
  });

  it('sockets that never signed in were told to go', async () => {
    expect(await Promise.all(silent.map((intruder) => intruder.closed))).toEqual(
      silent.map(() => 4001),
    );
  });
});
