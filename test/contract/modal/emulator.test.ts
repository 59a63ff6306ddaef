import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Function_, FunctionCall, ModalClient } from 'modal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { modalAppOf } from '../../../src/contracts/execution/modal.js';
import {
  ourModalApp,
  onceReachable,
  startModalEmulator,
  type ModalEmulator,
} from '../../support/modal-emulator.js';
import { patient } from '../../support/patience.js';
import { isAlive } from '../../support/stack.js';

const APP = 'emulator-test';
const APP_FILE = path.join(PROJECT_ROOT, 'test/fakes/modal_functions.py');
const POLL = { timeoutMs: 60_000 };

let emulator: ModalEmulator;
let client: ModalClient;
beforeAll(async () => {
  emulator = await startModalEmulator({
    secrets: {
      greeting: { GREETING: 'hello' },
      anthropic: { ANTHROPIC_API_KEY: 'k' },
    },
  });
  await emulator.deploy(APP_FILE);
  client = emulator.client();
});
afterAll(async () => {
  client.close();
  await emulator.stop();
});

const fn = (name: string): Promise<Function_> => client.functions.fromName(APP, name);

/** A function with the Volume of one user. */
async function bound(
  name: string,
  user: string,
  options: { timeoutMs?: number } = {},
): Promise<Function_> {
  const volume = await client.volumes.fromName(`user-${user}`, {
    createIfMissing: true,
    version: 2,
  });
  return (await fn(name)).withOptions({ volumes: { '/user': volume }, ...options }).instance();
}

/** What a failed request came to: its class and text. */
async function failureOf(
  work: Promise<unknown>,
): Promise<{ name: string; message: string; code?: number }> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: { name: string; message: string; code?: number }) => error,
  );
}

/**
 * The pids that `linger` has left on the Volume: its container and a process in a session of its
 * own.
 */
const pidsOf = (user: string, mark: string): Promise<number[]> =>
  emulator.pidsIn(`user-${user}`, mark);

async function untilGone(pids: readonly number[]): Promise<void> {
  for (const deadline = Date.now() + patient(30_000); pids.some(isAlive); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`still alive: ${pids.filter(isAlive).join(' ')}`);
  }
}

interface Echo {
  readonly value: unknown;
  readonly named: unknown;
  readonly pid: number;
  readonly [name: string]: unknown;
}
const echo = async (value: unknown): Promise<Echo> =>
  (await fn('echo')).remote([value]) as Promise<Echo>;

describe('calls through the unmodified client', () => {
  it('carry plain data both ways; the function finds image, secret, call as on Modal', async () => {
    const value = { text: 'あ', list: [1, 2.5, null, true], bytes: Buffer.from([0, 255]) };
    const call = await (await fn('echo')).spawn([value], { extra: 1 });
    const got = (await call.get(POLL)) as Echo;
    expect(got).toMatchObject({
      named: { extra: 1 },
      isLocal: false,
      secret: 'hello',
      fromImage: 'yes',
      files: ['added.txt', 'built.txt'],
      call: call.functionCallId,
    });
    expect(got.value).toEqual(value);
  });

  it('use a container again for the next input', async () => {
    expect((await echo(1)).pid).toBe((await echo(2)).pid);
  });

  it('take large arguments and results by blob: 9 KiB to spawn, 5 MiB both ways', async () => {
    const [small, large] = [Buffer.alloc(9 * 1024, 1), Buffer.alloc(5 * 1024 * 1024, 2)];
    const call = await (await fn('echo')).spawn([small]);
    expect(small.equals(((await call.get(POLL)) as Echo).value as Buffer)).toBe(true);
    expect(large.equals((await echo(large)).value as Buffer)).toBe(true);
    expect(((await (await fn('grow')).remote([3 * 1024 * 1024])) as Buffer).length).toBe(
      3 * 1024 * 1024,
    );
    expect((await emulator.control.state()).rpcs.BlobCreate).toBeGreaterThanOrEqual(2);
  });

  it('tell of an exception by its repr', async () => {
    expect(await failureOf((await fn('fail')).remote(['no']))).toMatchObject({
      name: 'RemoteError',
      message: "Remote error: ValueError('no')",
    });
  });

  it('can be taken up by another client that knows only the id, again and again', async () => {
    const { functionCallId } = await (await fn('echo')).spawn(['found']);
    const other = emulator.client();
    const found = await other.functionCalls.fromId(functionCallId);
    expect(await found.get(POLL)).toMatchObject({ value: 'found' });
    expect(await found.get({ timeoutMs: 0 })).toMatchObject({ value: 'found' });
    expect((await failureOf(other.functionCalls.fromId('fc-nothing'))).code).toBe(5);
    other.close();
  });

  it('say what is not there', async () => {
    expect((await failureOf(fn('nothing'))).name).toBe('NotFoundError');
    expect((await failureOf(client.volumes.fromName('user-nobody'))).name).toBe('NotFoundError');
    expect((await failureOf(client.secrets.fromName('nothing'))).name).toBe('NotFoundError');
  });

  it('are refused to whoever shows another token', async () => {
    const stranger = emulator.client({
      tokenId: emulator.env.MODAL_TOKEN_ID,
      tokenSecret: 'as-guessed',
    });
    expect((await failureOf(stranger.functions.fromName(APP, 'echo'))).code).toBe(16);
    stranger.close();
  });

  it('of what is not emulated are refused by name', async () => {
    expect(
      (await failureOf(client.queues.fromName('q', { createIfMissing: true }))).message,
    ).toContain('does not implement QueueGetOrCreate');
  });
});

describe('ends', () => {
  it('a function that takes too long is stopped with all that it has started', async () => {
    const call = await (await bound('linger', 'slow', { timeoutMs: 2_000 })).spawn([500, 'mark']);
    const pids = await pidsOf('slow', 'mark');
    expect((await failureOf(call.get(POLL))).name).toBe('FunctionTimeoutError');
    await untilGone(pids);
  });

  it('waiting for a result may end before the function does', async () => {
    const call = await (await bound('linger', 'wait')).spawn([500, 'mark']);
    await pidsOf('wait', 'mark');
    expect((await failureOf(call.get({ timeoutMs: 200 }))).name).toBe('TimeoutError');
    await writeFile(path.join(emulator.volumeFolder('user-wait'), 'mark.go'), '');
    expect(await call.get(POLL)).toBe('done');
  });

  it('a cancel with terminateContainers kills children in sessions of their own', async () => {
    const call = await (await bound('linger', 'cancel')).spawn([500, 'mark']);
    const pids = await pidsOf('cancel', 'mark');
    await call.cancel({ terminateContainers: true });
    expect((await failureOf(call.get(POLL))).name).toBe('RemoteError');
    await untilGone(pids);
  });

  it('a cancel without it leaves them, as on Modal; the container serves on', async () => {
    const linger = await bound('linger', 'leave');
    const call = await linger.spawn([500, 'mark']);
    const [container = 0, child = 0] = await pidsOf('leave', 'mark');
    await call.cancel();
    expect((await failureOf(call.get(POLL))).name).toBe('RemoteError');
    expect(await (await linger.spawn([0, 'next'])).get(POLL)).toBe('done');
    expect((await pidsOf('leave', 'next'))[0]).toBe(container);
    expect(isAlive(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });
});

describe('Volumes', () => {
  it('are apart: a function sees that of its own call and no other', async () => {
    for (const user of ['a', 'b'])
      await (await bound('leave', user)).remote([`${user}.txt`, user, false]);
    expect(
      ((await (await bound('leave', 'a')).remote(['again.txt', '', false])) as { found: string[] })
        .found,
    ).toEqual(['a.txt']);
    expect(await readdir(emulator.volumeFolder('user-b'))).toEqual(['b.txt']);
    const mounts = ((await (await bound('echo', 'a')).remote([1])) as Echo).mounts;
    expect(mounts).toEqual({ '/user': emulator.volumeFolder('user-a') });
  });

  it('are not mounted at all when instance() is left out: options alone do nothing', async () => {
    const volume = await client.volumes.fromName('user-a');
    const forgotten = (await fn('echo')).withOptions({ volumes: { '/user': volume } });
    expect(((await forgotten.remote([1])) as Echo).mounts).toEqual({});
  });

  it('are seen by single-use containers, each its own, restricted from Modal', async () => {
    const leave = await bound('leave', 'single');
    const [first, second] = [
      await leave.remote(['1', '', false]),
      await leave.remote(['2', '', false]),
    ] as [{ pid: number }, { pid: number; clientToken: unknown }];
    expect(first.pid).not.toBe(second.pid);
    expect(second.clientToken).toBeNull();
    expect((await echo(1)).clientToken).toMatch(/^ta-/);
  });

  it('in the mode synced-only show others what was committed and nothing else', async () => {
    await emulator.control.volumes('synced-only');
    try {
      const leave = await bound('leave', 'synced');
      await leave.remote(['lost.txt', '', false]);
      await leave.remote(['kept.txt', '', true]);
      expect(((await leave.remote(['x', '', false])) as { found: string[] }).found).toEqual([
        'kept.txt',
      ]);
      expect((await emulator.control.state()).commits['user-synced']).toBe(1);
    } finally {
      await emulator.control.volumes('shared');
    }
  });

  it('are gone with their files when they are deleted, and come back empty', async () => {
    await (await bound('leave', 'gone')).remote(['old.txt', '', false]);
    await client.volumes.delete('user-gone');
    expect(
      ((await (await bound('leave', 'gone')).remote(['new.txt', '', false])) as { found: string[] })
        .found,
    ).toEqual([]);
  });
});

describe('our own functions', () => {
  it('are deployed from the real app file by the real CLI, those the runner serves', async () => {
    expect(await emulator.deployOurs()).toContain('App deployed');
    const { apps } = await emulator.control.state();
    expect(apps[await ourModalApp()]?.functions).toEqual(
      expect.arrayContaining(['file-operation', 'generate-game', 'git-operation']),
    );
    const volume = await client.volumes.fromName('user-ours', {
      createIfMissing: true,
      version: 2,
    });
    const git = await (
      await client.functions.fromName(await ourModalApp(), 'git-operation')
    )
      .withOptions({ volumes: { '/user': volume } })
      .instance();
    const refused = await failureOf(
      git.remote([{ version: 'of another day', callId: 'c-1', input: {}, bundle: null }]),
    );
    expect(refused.message).toContain('AppError{"kind": "ModalOutdated"');
  });

  it('I1: those of the version before stay for its workers, older ones are stopped', async () => {
    const earlier = ['a', 'b'].map((letter) => modalAppOf('dreamcore', letter.repeat(16)));
    for (const MODAL_APP of earlier) {
      await emulator.deploy(path.join(PROJECT_ROOT, 'modal/app.py'), { MODAL_APP });
      // Bare time: the command line tells in whole seconds when an app was made.
      await sleep(1_000);
    }
    expect(await emulator.deployOurs()).toContain(`stopping ${earlier[0]}`);
    const { apps } = await emulator.control.state();
    expect(
      Object.keys(apps)
        .filter((name) => name.startsWith('dreamcore-'))
        .sort(),
    ).toEqual([earlier[1], await ourModalApp()].sort());
    const stopped = client.functions.fromName(earlier[0] ?? '', 'git-operation');
    expect((await failureOf(stopped)).message).toContain('not found');
  });

  it('replace the ones of the last deployment', async () => {
    const before = (await emulator.control.state()).apps[APP]?.version ?? 0;
    const { pid } = await echo(1);
    await emulator.deploy(APP_FILE);
    expect((await emulator.control.state()).apps[APP]?.version).toBe(before + 1);
    expect((await echo(1)).pid).not.toBe(pid);
  });
});

describe('kill -9 of the server', () => {
  it('keeps deployments, Volumes, results; calls begin again, their client goes on', async () => {
    const finished = await (await fn('echo')).spawn(['before']);
    await finished.get(POLL);
    const running: FunctionCall = await (await bound('linger', 'killed')).spawn([500, 'mark']);
    const pids = await pidsOf('killed', 'mark');
    await emulator.kill();
    await untilGone(pids);
    expect((await failureOf(fn('echo'))).code).toBe(14);
    await writeFile(path.join(emulator.volumeFolder('user-killed'), 'mark.go'), '');
    await emulator.start();
    expect(await onceReachable(() => running.get(POLL))).toBe('done');
    expect(await finished.get(POLL)).toMatchObject({ value: 'before' });
    expect(await pidsOf('killed', 'mark')).toHaveLength(4);
    expect(
      ((await (await bound('leave', 'a')).remote(['more', '', false])) as { found: string[] })
        .found,
    ).toContain('a.txt');
  });
});
