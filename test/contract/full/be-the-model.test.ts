import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../src/config.js';
import { absentAs } from '../../../src/disk/absent.js';
import { createStore } from '../../../src/store/index.js';
import { log } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { versionsOf } from '../../support/versions.js';
import { eventually, game } from '../runner/bench.js';

/** Three jobs, one after the other. */
const LIMIT_MS = patient(240_000);
let folder: string;
let model: ChildProcess;
let told = '';
let stack: Stack;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-by-hand-'));
  const args = ['--folder', folder, '--writer-only', '--ping-seconds', '0.2'];
  model = spawn(process.execPath, ['--import', 'tsx', 'test/be-the-model/main.ts', ...args], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  model.stdout?.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  await eventually(() => told.includes('Waits for requests at'), patient(20_000));
  const [, url = ''] = /Waits for requests at (\S+)\. /.exec(told) ?? [];
  stack = await startStack({ env: { ANTHROPIC_API_KEY: 'by-hand', ANTHROPIC_BASE_URL: url } });
});
afterAll(async () => {
  await stack?.stop();
  model?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const answer = (number: number, content: object) =>
  writeFile(path.join(folder, `00${number}.answer.json`), JSON.stringify(content));
const request = (number: number) =>
  readFile(path.join(folder, `00${number}.request.json`), 'utf8').catch(absentAs(''));
const asked = (number: number) =>
  expect.poll(() => request(number), { timeout: patient(60_000) }).not.toBe('');

it(
  'P6: a person is the model by files: a wish from a script, then changes by hand',
  walk,
  LIMIT_MS,
);

async function walk(): Promise<void> {
  await writeFile(path.join(folder, 'page.html'), game('金の星'));
  const page = { file_path: 'index.html', content: { file: 'page.html' } };
  await answer(1, { use: [{ name: 'Write', input: page }], waitMs: 1_500 });
  await answer(2, { say: '金の星のゲームです。\n提案: 速く、赤く' });
  const player = await newPlayer(stack);
  await say(player);
  const made = await player.listener.until(({ type }) => type === 'completed');
  expect(JSON.stringify(made)).toContain('金の星のゲームです。');

  const from = player.listener.frames.length;
  await say(player, 'もっと速くして');
  await asked(3);
  expect(await request(3)).toMatch(/もっと速くして[^]*page-now\.html/);
  const edit = { old_string: 'x + 1', new_string: 'x + 4' };
  await answer(3, { use: [{ name: 'Read', input: { file_path: 'index.html' } }] });
  await asked(4);
  expect(await request(4)).toContain('金の星');
  await answer(4, {
    use: [{ name: 'Edit', input: { file_path: 'index.html', ...edit } }],
  });
  await asked(5);
  await answer(5, { say: '四倍の速さになりました。' });
  await player.listener.until(({ type }) => type === 'completed', from);

  // What it was stands in a file of which the request speaks, outside of the game's folder.
  const later = player.listener.frames.length;
  await say(player, '前の速さに戻して');
  await asked(6);
  const [before = ''] = /\/[\w./-]+\/changes\.md/.exec(await request(6)) ?? [];
  await answer(6, { use: [{ name: 'Read', input: { file_path: before } }] });
  await asked(7);
  const [old = ''] = /x = \(x \+ 1\) % 390/.exec(await request(7)) ?? [];
  await answer(7, { use: [{ name: 'Read', input: { file_path: 'index.html' } }] });
  await asked(8);
  const back = { old_string: 'x = (x + 4) % 390', new_string: old };
  await answer(8, { use: [{ name: 'Edit', input: { file_path: 'index.html', ...back } }] });
  await asked(9);
  await answer(9, { say: '前の速さに戻りました。' });
  await player.listener.until(({ type }) => type === 'completed', later);
  player.listener.close();
  const [now, faster, first] = await pagesOf(player.projectId);
  expect([now === first, faster?.includes('x + 4')]).toEqual([true, true]);
  // What came of the answer before stands before the last word of the program.
  expect(told).toMatch(/== 005 ==\n[^=]*\[tool_result\] [^\n]*index\.html has been updated/);
  expect(told).toContain('tools: ');
}

/** The pages of a project's versions, the newest first. */
async function pagesOf(projectId: string): Promise<string[]> {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  const access = { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY };
  const line = await createStore(access, log).revisions.line(projectId);
  const read = line.map((revision) =>
    versionsOf(stack).readFile({ projectId, revision }, 'index.html'),
  );
  return (await Promise.all(read)).map((bytes) => bytes?.toString('utf8') ?? '');
}
