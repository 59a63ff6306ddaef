import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordingLine } from '../../../src/contracts/execution/recording.js';
import { PlayResult } from '../../../src/contracts/game/play.js';
import type { GenerateInput } from '../../../src/contracts/execution/runner.js';
import { startRecordedModel } from '../../../src/ops/rerun/recorded-model.js';
import { parseRecording } from '../../../src/ops/rerun/recording.js';
import { runAttempt } from '../../../src/ops/rerun/runner.js';
import { gameTreeOf } from '../../../src/versions/format/manifest.js';
import { startReceiver, type FakeReceiver } from '../../fakes/callback-receiver.js';
import { startFakeMessages, type FakeMessages, type Reply } from '../../fakes/messages-api.js';
import { inFullRuns } from '../../scope.js';
import { RUNNER_ARGS } from '../../support/programs.js';
import { sendSignal } from '../../support/signals.js';
import { Bench, eventually, game, type Outcome } from './bench.js';

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
  const input = bench.input({ callbackUrl: receiver.url, ...changes }, attempt);
  return bench.run(input, model.url, { TMPDIR: bench.dir });
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
    const brief = { file_path: '/project/specs/brief.json', content: '{"by":"its writer"}' };
    const byRules = {
      path: 'specs/brief.json',
      content: '{"by":"rules"}',
      encoding: 'utf8' as const,
    };
    const given = { extraFiles: [byRules] };
    const wrote: Reply = { use: [{ name: 'Write', input: brief }] };
    const failed = await run([write(game('星')), wrote, { status: 400 }], given);
    expect(failed.error?.kind).toBe('ModelBadRequest');
    const left = await bench.keepFailed();
    expect(left.commit.trailers).toMatchObject({ Round: '0', Check: 'passes' });
    const leftParcelFile = await bench.parcel(left);
    const outcome = await run(
      [{ say: '完成しました!' }],
      { ...given, left: left.revision, leftParcelFile },
      2,
    );
    // All that it left counts as made by this attempt, which had nothing to add.
    expect(outcome.result).toMatchObject({ kind: 'candidate', parent: null });
    const kept = await bench.keep(2);
    expect(await bench.textOf(kept, 'index.html')).toBe(game('星'));
    expect(await bench.textOf(kept, 'specs/brief.json')).toBe('{"by":"its writer"}');
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

describe('P6: the tool play', () => {
  const call: Reply = { use: [{ name: 'mcp__game__play', input: { path: '/etc' } }] };
  const said: Reply = { say: 'できました' };
  const plays = { count: 2, timeMs: 600_000, asksSlot: false, lives: 0, assets: [], tapes: null };
  const STREAK = 'x = (x + 1) % 390;';
  const throwing = game('星').replace(STREAK, 'addStreak(); x = (x + 1) % 390;');
  const undo = {
    use: [
      {
        name: 'Edit',
        input: {
          file_path: '/project/index.html',
          old_string: 'addStreak(); ',
          new_string: '',
        },
      },
    ],
  } satisfies Reply;

  it('shows the model what it made, so that it mends it before it ends', async () => {
    const outcome = await run([write(throwing), call, undo, said], { plays });
    expect(outcome.result).toMatchObject({ kind: 'candidate', permissionDenials: 0 });
    // Nothing was seen of the files that are handed over.
    expect(outcome.result).not.toHaveProperty('played');
    expect(await bench.textOf(await bench.keep(), 'index.html')).toBe(game('星'));
    const [, , played = '', , sentBack = ''] = asked();
    expect(played).toMatch(/The game is broken.*addStreak is not defined.*Plays left: 1/);
    expect(played).toContain('"media_type":"image/webp"');
    // It ends without a play of what it has mended, although it was asked for one.
    expect(sentBack).toContain('was not played');
    expect(asked()).toHaveLength(5);
    const shown = receiver.events().filter(({ type }) => type === 'progress');
    expect(shown).toContainEqual(
      expect.objectContaining({
        progress: expect.any(Number) as number,
        message: { code: 'STEP_PLAYING', params: {} },
      }),
    );
    expect(receiver.text()).not.toContain('mcp__');
    const lines = (receiver.recordings[0] ?? []).map((line) => RecordingLine.parse(line));
    expect(lines.filter(({ type }) => type === 'image')).toHaveLength(1);
    expect(await leftOfPlays()).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  inFullRuns(
    'the play of one run is enough; src/runner/game-tool has what its tool refuses',
    () => {
      it('gives the same answer for the same files, and ends what plays', async () => {
        const script = [write(throwing), call, undo, call, call, said];
        const outcome = await run(script, { plays });
        expect(outcome.result).toMatchObject({ kind: 'candidate' });
        const [, , , , again = '', same = '', ...rest] = asked();
        expect(again).toContain('Plays left: 0');
        expect(same).not.toContain('no plays left');
        expect(rest).toEqual([]);
        // What was seen of the files that are handed over goes along.
        const { manifest } = await bench.keep();
        const played = PlayResult.parse(outcome.result?.['played']);
        expect(played.gameTree).toBe(gameTreeOf(manifest.files));
      });

      it('E9: done once more from its recording it is answered alike, unplayed', async () => {
        const first = await run([write(throwing), call, undo, call, said], { plays });
        const recorded = parseRecording(
          (receiver.recordings[0] ?? []).map((line) => JSON.stringify(line)).join('\n'),
        );
        expect(recorded.input.plays?.recorded).toMatchObject([
          { wasPlayed: true, content: [{ type: 'text' }, { mimeType: 'image/webp' }] },
          { wasPlayed: true },
        ]);
        const again = await startRecordedModel(recorded.calls);
        const place = bench.input({ callbackUrl: null }, 2) as unknown as GenerateInput;
        const { scratchDir, objectFile, failedFile, callId } = place;
        vi.stubEnv('CHROMIUM_PATH', path.join(bench.dir, 'no-browser'));
        try {
          const files = { parcelFile: null, fromParcelFile: null, leftParcelFile: null };
          const input = { ...recorded.input, ...files, scratchDir, objectFile, failedFile };
          const end = await runAttempt(
            RUNNER_ARGS,
            { ...input, callId, attempt: 2, callbackUrl: null },
            again.url,
          );
          expect(end).toMatchObject({ result: { kind: 'candidate' } });
          expect([again.difference(), again.given()]).toEqual([null, recorded.calls.length]);
          expect(await bench.textOf(await bench.keep(2), 'index.html')).toBe(game('星'));
          expect(first.result).toMatchObject({ kind: 'candidate' });
        } finally {
          vi.unstubAllEnvs();
          await again.close();
        }
      });

      it('asks for its slot, and goes on without one', async () => {
        const outcome = await run([write(throwing), call, said], {
          plays: { ...plays, asksSlot: true },
        });
        expect(outcome.result).toMatchObject({ kind: 'candidate' });
        expect(outcome.stdout).toMatch(/"wantPlay":1[^]*"playOver":1/);
        expect(asked()[2]).toContain('The player is busy');
      });

      it.each([
        ['a cancel', 'SIGTERM', null],
        ['a cancel while it hangs', 'SIGTERM', 'SIGSTOP'],
        ['the end of the runner', 'SIGKILL', null],
      ] as const)('leaves nothing of a play after %s', async (_, signal, first) => {
        model = await startFakeMessages([write(throwing), call, said]);
        const running = bench.start(bench.input({ plays }), model.url, { TMPDIR: bench.dir });
        await eventually(async () => (await playing()).length > 3);
        if (first !== null)
          for (const pid of await childrenOf(running.child.pid)) sendSignal(pid, first);
        running.child.kill(signal);
        await running.outcome;
        await eventually(async () => (await playing()).length === 0);
        if (signal === 'SIGTERM') expect(await leftOfPlays()).toEqual([]);
        expect((await bench.leftovers()).filter((left) => left.startsWith('process'))).toEqual([]);
      });
    },
  );
});

/** Folders that a play has made. */
async function leftOfPlays(): Promise<string[]> {
  const names = await readdir(bench.dir);
  return names.filter((name) => /^(p-|dreamcore-browser|playwright)/.test(name));
}

/** Processes of a play: they know the folder of the bench, as their home or for their files. */
async function playing(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
    const known = `${await read('environ')}${await read('cmdline')}`;
    if (known.includes(`${bench.dir}/p-`)) found.push(Number(name));
  }
  return found;
}

/** The process that plays, below the runner. */
async function childrenOf(pid: number | undefined): Promise<number[]> {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = (await readFile(file, 'utf8')).trim().split(' ').map(Number);
  const plays = await playing();
  return children.filter((child) => plays.includes(child));
}
