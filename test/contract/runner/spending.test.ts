import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { sendSignal } from '../../support/signals.js';
import { Bench, eventually, game, type Running } from './bench.js';

/** US dollars of output for a character, at the price of a model that is not known. */
const USD_PER_CHAR = 20 / 4 / 1_000_000;
const PAGE = game('x').repeat(20);
const SLOW_WRITE: Reply = {
  use: [{ name: 'Write', input: { file_path: 'index.html', content: PAGE } }],
  pauseMsPerPiece: 50,
};

let bench: Bench;
let receiver: FakeReceiver;
let model: FakeMessages | undefined;

beforeEach(async () => {
  bench = await Bench.open();
  receiver = await startReceiver();
});
afterEach(async () => {
  await model?.close();
  await receiver.close();
  await bench.close();
});

async function start(script: readonly Reply[], limits: object = {}): Promise<Running> {
  model = await startFakeMessages(script);
  return bench.start(bench.input({ callbackUrl: receiver.url, limits }), model.url);
}
const sums = (): number[] =>
  receiver.posts.flatMap(({ costUsd }) => (costUsd === undefined ? [] : [costUsd]));
const lastSum = (): number => sums().at(-1) ?? NaN;

describe('M2: the running cost of an attempt goes home with its posts', () => {
  it('from zero, before the model is asked; a runner that is killed has reported it', async () => {
    const running = await start([SLOW_WRITE]);
    await eventually(() => receiver.text().length > 1_000);
    const shownUsd = receiver.text().length * USD_PER_CHAR;
    await eventually(() => lastSum() >= shownUsd);
    running.child.kill('SIGKILL');
    await running.outcome;
    expect(sums()[0]).toBe(0);
    expect(sums()).toEqual(sums().toSorted((a, b) => a - b));
    expect(receiver.posts.every(({ costUsd }) => costUsd !== undefined)).toBe(true);
  });

  it('without events, too: a model that is silent costs what it answers', async () => {
    const use = [{ name: 'Glob', input: { pattern: 'x'.repeat(10_000) } }];
    const running = await start([{ use, pauseMsPerPiece: 100 }]);
    const silent = await eventually(() =>
      receiver.posts.find(({ events, costUsd = 0 }) => events.length === 0 && costUsd > 0),
    );
    expect(silent.costUsd).toBeGreaterThan(0);
    running.child.kill('SIGTERM');
    await running.outcome;
  });

  it('an overload that answers nothing costs nothing', async () => {
    const { error } = await (await start([{ status: 529 }])).outcome;
    expect(error).toMatchObject({ kind: 'ModelOverloaded', costUsd: 0 });
    expect(new Set(sums())).toEqual(new Set([0]));
  });
});

describe('M2: a run that is cut knows what it has cost', () => {
  it.each([
    ['stopped', (running: Running) => running.child.kill('SIGTERM'), 'RunCancelled'],
    [
      'left by a model program that was killed',
      async () => {
        const [program] = (await bench.processes()).filter(({ args }) =>
          args.startsWith('/opt/claude'),
        );
        sendSignal(program?.pid, 'SIGKILL');
      },
      'RunCrashed',
    ],
  ])('%s, with the part of the answer that had come', async (_how, cut, kind) => {
    const running = await start([SLOW_WRITE]);
    await eventually(() => receiver.text().length > 1_000);
    const shownUsd = receiver.text().length * USD_PER_CHAR;
    await cut(running);
    const { error } = await running.outcome;
    expect(error).toMatchObject({ kind });
    expect(error?.costUsd).toBeGreaterThanOrEqual(shownUsd);
    expect(error?.costUsd).toBeLessThan(PAGE.length * 2 * USD_PER_CHAR);
  });
});
