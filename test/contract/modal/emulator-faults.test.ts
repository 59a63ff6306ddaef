import path from 'node:path';
import type { Function_, ModalClient } from 'modal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { startModalEmulator, type ModalEmulator } from '../../support/modal-emulator.js';
import { patient } from '../../support/patience.js';
import { isAlive } from '../../support/stack.js';

const POLL = { timeoutMs: 60_000 };

let emulator: ModalEmulator;
let client: ModalClient;
beforeAll(async () => {
  emulator = await startModalEmulator({ secrets: { greeting: { GREETING: 'hello' } } });
  await emulator.deploy(path.join(PROJECT_ROOT, 'test/fakes/modal_functions.py'));
  client = emulator.client();
});
afterEach(() => emulator.control.clear());
afterAll(async () => {
  client.close();
  await emulator.stop();
});

const echo = (): Promise<Function_> => client.functions.fromName('emulator-test', 'echo');

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

/** How the emulator has seen a call. */
async function seen(callId: string) {
  return (await emulator.control.state()).calls.find(({ id }) => id === callId);
}

describe('the control plane, on order', () => {
  it('fails with any code of gRPC; the client asks again where that helps', async () => {
    await emulator.control.add({ kind: 'error', on: 'FunctionGet', code: 'UNAVAILABLE', times: 2 });
    await echo();
    await emulator.control.add({ kind: 'error', on: 'FunctionGet', code: 'INTERNAL' });
    expect((await failureOf(echo())).code).toBe(13);
    await emulator.control.clear();
    await emulator.control.add({
      kind: 'error',
      on: 'FunctionGet',
      code: 'PERMISSION_DENIED',
      times: 1,
    });
    expect((await failureOf(echo())).code).toBe(7);
  });

  it('says that a quota is reached, with advice to wait or without', async () => {
    await emulator.control.add({
      kind: 'error',
      on: 'FunctionMap',
      code: 'RESOURCE_EXHAUSTED',
      times: 1,
    });
    expect((await failureOf((await echo()).spawn([1]))).code).toBe(8);
    await emulator.control.add({
      kind: 'error',
      on: 'FunctionMap',
      code: 'RESOURCE_EXHAUSTED',
      retryAfterSecs: 0.1,
      times: 1,
    });
    expect(await (await echo()).remote([2])).toMatchObject({ value: 2 });
  });

  it('is slow, or does not answer at all', async () => {
    await emulator.control.add({ kind: 'slow', on: 'FunctionGet', delayMs: 300, times: 1 });
    const startedAt = Date.now();
    await echo();
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
    await emulator.control.add({ kind: 'hang', on: 'FunctionGet', times: 1 });
    expect(
      // Bare time: a hang has no end to wait for
      await Promise.race([echo(), new Promise((resolve) => setTimeout(resolve, 500, 'silence'))]),
    ).toBe('silence');
  });

  it('tears the connection after beginning a call: sent again, it is the same call', async () => {
    const fn = await echo();
    const before = (await emulator.control.state()).calls.length;
    await emulator.control.add({ kind: 'cut', on: 'FunctionMap', when: 'after', times: 1 });
    expect(await fn.remote(['once'])).toMatchObject({ value: 'once' });
    expect((await emulator.control.state()).calls).toHaveLength(before + 1);
  });

  it('is down and up again', async () => {
    const fn = await echo();
    await emulator.control.down();
    expect((await failureOf(fn.remote([1]))).code).toBe(14);
    await emulator.control.up();
    expect(await fn.remote([1])).toMatchObject({ value: 1 });
  });

  it('refuses a fault that it does not know, and whoever has no key to this door', async () => {
    await expect(emulator.control.add({ kind: 'error', code: 'NONSENSE' })).rejects.toThrow(
      'no such fault',
    );
  });
});

describe('containers, on order', () => {
  it.each(['before', 'during', 'after'] as const)(
    'die %s the work, and the same input begins again in another one',
    async (when) => {
      await emulator.control.add({
        kind: 'container-death',
        on: 'echo',
        when,
        outcome: 'restart',
        times: 1,
      });
      const call = await (await echo()).spawn([when]);
      expect(await call.get(POLL)).toMatchObject({ value: when });
      expect(await seen(call.functionCallId)).toMatchObject({ begun: 2, status: 'success' });
    },
  );

  it('die for good: the call has failed', async () => {
    await emulator.control.add({ kind: 'container-death', on: 'echo', when: 'during', times: 1 });
    expect(await failureOf((await echo()).remote([1]))).toMatchObject({
      name: 'RemoteError',
      message: 'Remote error: The container of the function was lost.',
    });
    await emulator.control.add({
      kind: 'container-death',
      on: 'echo',
      when: 'during',
      outcome: 'internal',
      times: 1,
    });
    expect((await failureOf((await (await echo()).spawn([1])).get(POLL))).name).toBe(
      'InternalFailure',
    );
    expect(await (await echo()).remote([2])).toMatchObject({ value: 2 });
  });

  it('die at once with what they started: no function lives to tell of its child', async () => {
    const [volume, attend] = [
      await client.volumes.fromName('user-fall', { createIfMissing: true, version: 2 }),
      await client.functions.fromName('emulator-test', 'attend'),
    ];
    const bound = await attend.withOptions({ volumes: { '/user': volume } }).instance();
    for (let round = 0; round < 5; round += 1) {
      const call = await bound.spawn([`mark-${round}`]);
      const pids = await emulator.pidsIn('user-fall', `mark-${round}`);
      expect(await emulator.control.killContainers({ call: call.functionCallId })).toBe(1);
      expect(await failureOf(call.get(POLL))).toMatchObject({
        name: 'RemoteError',
        message: 'Remote error: The container of the function was lost.',
      });
      await expect.poll(() => pids.some(isAlive), { timeout: patient(30_000) }).toBe(false);
    }
  });

  it('finish, and nobody ever hears of it', async () => {
    await emulator.control.add({ kind: 'lost-result', on: 'echo', times: 1 });
    const call = await (await echo()).spawn([1]);
    expect((await failureOf(call.get({ timeoutMs: 1_500 }))).name).toBe('TimeoutError');
    expect(await seen(call.functionCallId)).toMatchObject({ begun: 1, status: 'lost' });
  });
});
