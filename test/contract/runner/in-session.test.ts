import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingLine } from '../../../src/contracts/execution/recording.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { inFullRuns } from '../../scope.js';
import { Bench, game, type Outcome } from './bench.js';

let bench: Bench;
let receiver: FakeReceiver;
let model: FakeMessages | null = null;

beforeEach(async () => {
  bench = await Bench.open();
  receiver = await startReceiver();
});
afterEach(async () => {
  await model?.close();
  await receiver.close();
  await bench.close();
});

const run = async (
  script: Reply[],
  changes: Record<string, unknown> = {},
  attempt = 1,
): Promise<Outcome> => {
  await model?.close();
  model = await startFakeMessages(script);
  return bench.run(bench.input({ callbackUrl: receiver.url, ...changes }, attempt), model.url);
};
const write = (content: string): Reply => ({
  use: [{ name: 'Write', input: { file_path: 'index.html', content } }],
});
const BROKEN = 'function frame( {';
const broken = game('星').replace('function frame() {', BROKEN);
const edit = {
  file_path: '/project/index.html',
  old_string: BROKEN,
  new_string: 'function frame() {',
};
const mend: Reply = { use: [{ name: 'Edit', input: edit }] };
const asked = (): string[] => (model?.requests ?? []).map(({ raw }) => raw);

describe('P6: what the model is told while it works', () => {
  it('is what does not compile, once, with the next request, and is recorded', async () => {
    const outcome = await run([write(broken), mend, { say: 'できました' }]);
    expect(outcome.error).toBeNull();
    expect(await bench.textOf(await bench.keep(), 'index.html')).toBe(game('星'));
    const [first = '', second = '', third = '', ...more] = asked();
    expect(more).toEqual([]);
    expect(first).not.toContain('does not compile');
    expect(second).toContain('index.html does not compile: line 7: Unexpected token. The game');
    expect(third.split('does not compile')).toHaveLength(2);
    const lines = (receiver.recordings[0] ?? []).map((line) => RecordingLine.parse(line));
    const told = lines.filter(({ type }) => type === 'hook');
    expect(told).toEqual([
      expect.objectContaining({
        hook: 'tools',
        text: expect.stringContaining('line 7') as unknown,
      }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/control_re|hook_callback/);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('is at its end why that is no game, until it is one', async () => {
    const speaks: Reply = { say: '作りました!' };
    const outcome = await run([speaks, write(broken), speaks, mend, speaks]);
    expect(outcome.result).toMatchObject({ kind: 'candidate', summary: '作りました!' });
    const [, second, , fourth, ...rest] = asked();
    expect(second).toContain('no file has changed');
    expect(fourth).toContain('This is no game yet: index.html does not compile');
    expect(rest).toHaveLength(1);
  });
});

describe('P6: what a run leaves that came to no end of its own', () => {
  const list: Reply = { use: [{ name: 'Glob', input: { pattern: '*' } }] };

  it('is a candidate when its turns were used up after a page that passes', async () => {
    const outcome = await run([write(game('星')), list], { limits: { maxTurns: 2 } });
    expect(outcome.result).toMatchObject({ kind: 'candidate', summary: '' });
    expect(await bench.textOf(await bench.keep(), 'index.html')).toBe(game('星'));
  });

  it('is what the next attempt goes on from', async () => {
    const failed = await run([write(game('星')), { status: 400 }]);
    expect(failed.error?.kind).toBe('ModelBadRequest');
    const left = await bench.keepFailed();
    expect(left.commit.trailers).toMatchObject({ Round: '0', Check: 'passes' });
    const leftParcelFile = await bench.parcel(left);
    const outcome = await run(
      [{ say: '完成しました!' }],
      { left: left.revision, leftParcelFile },
      2,
    );
    // All that it left counts as made by this attempt, which had nothing to add.
    expect(outcome.result).toMatchObject({ kind: 'candidate', parent: null });
    expect(await bench.textOf(await bench.keep(2), 'index.html')).toBe(game('星'));
  });

  inFullRuns('recording.test.ts keeps what a failed run had made', () => {
    it('does not say that it passes when it does not', async () => {
      expect((await run([write(broken), { status: 400 }])).error?.kind).toBe('ModelBadRequest');
      expect((await bench.keepFailed()).commit.trailers['Check']).toBeUndefined();
    });
    it('is no candidate when its turns were used up before', async () => {
      const outcome = await run([write(broken), list], { limits: { maxTurns: 2 } });
      expect(outcome.error).toMatchObject({ kind: 'ModelBudgetExceeded' });
    });
  });
});
