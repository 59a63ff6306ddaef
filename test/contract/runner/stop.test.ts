import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages } from '../../fakes/messages-api.js';
import { Bench, eventually, game, type Running } from './bench.js';
import { sendSignal } from '../../support/signals.js';
import { patient } from '../../support/patience.js';

let bench: Bench;
let receiver: FakeReceiver;
let model: FakeMessages;

beforeEach(async () => {
  bench = await Bench.open();
  receiver = await startReceiver();
  // Slow enough to be met in the middle of a file.
  model = await startFakeMessages([
    {
      use: [{ name: 'Write', input: { file_path: 'index.html', content: game('x').repeat(20) } }],
      pauseMsPerPiece: 50,
    },
  ]);
});
afterEach(async () => {
  await model.close();
  await receiver.close();
  await bench.close();
});

async function startAndWaitForText(): Promise<Running> {
  const running = bench.start(bench.input({ callbackUrl: receiver.url }), model.url);
  await eventually(() => receiver.text().includes('<!DOCTYPE html>'));
  return running;
}

describe('F1: a run that is stopped', () => {
  it.each([
    ['SIGTERM', (running: Running) => running.child.kill('SIGTERM')],
    ['the end of stdin: the parent is gone', (running: Running) => running.child.stdin?.end()],
  ])('by %s ends within the grace time as cancelled, and nothing is left', async (_name, stop) => {
    const running = await startAndWaitForText();
    expect((await bench.processes()).length).toBeGreaterThan(0);
    const from = Date.now();
    stop(running);
    const outcome = await running.outcome;
    expect(outcome).toMatchObject({
      exitCode: 1,
      error: { kind: 'RunCancelled', costUsd: expect.any(Number) as number },
    });
    expect(Date.now() - from).toBeLessThan(patient(4_500));
    expect(await bench.leftovers()).toEqual([]);
  });

  it('before it has begun, too, never starts the model', async () => {
    const running = bench.start(bench.input(), model.url);
    running.child.stdin?.end();
    expect((await running.outcome).error).toMatchObject({ kind: 'RunCancelled', costUsd: 0 });
    expect(model.requests).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('by kill -9 of the model program is a crash, and nothing is left', async () => {
    const running = await startAndWaitForText();
    const inner = (await bench.processes()).filter(({ args }) => args.startsWith('/opt/claude'));
    expect(inner).toHaveLength(1);
    sendSignal(inner[0]?.pid, 'SIGKILL');
    const outcome = await running.outcome;
    expect(outcome).toMatchObject({ exitCode: 1, error: { kind: 'RunCrashed' } });
    expect(await bench.leftovers()).toEqual([]);
  });

  it(
    'by kill -9 of the runner itself takes the model program with it, and the next run of ' +
      'the call clears what it left',
    async () => {
      const running = await startAndWaitForText();
      running.child.kill('SIGKILL');
      await running.outcome;
      expect((await bench.leftovers()).filter((left) => left.startsWith('process'))).toEqual([]);
      await model.close();
      model = await startFakeMessages([{ say: 'はい' }]);
      expect((await bench.run(bench.input(), model.url)).result).toMatchObject({
        kind: 'answer',
        message: 'はい',
      });
      expect(await bench.leftovers()).toEqual([]);
    },
  );

  it.each([
    ['410', 'RunSuperseded'],
    ['cancel', 'RunCancelled'],
  ] as const)('by the receiver (%s) is told as %s', async (treatment, kind) => {
    await receiver.close();
    receiver = await startReceiver((n) => (n > 3 ? treatment : 'ok'));
    const outcome = await bench.run(bench.input({ callbackUrl: receiver.url }), model.url);
    expect(outcome.error).toMatchObject({ kind });
    expect(await bench.leftovers()).toEqual([]);
  });
});
