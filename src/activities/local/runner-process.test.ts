import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PlaySlots } from './play-slots.js';
import { startRunner } from './runner-process.js';
import { RUNNER_ENTRY } from '../runner-input/bundle.js';
import { bundleRunner } from './runner-program.js';
import { fileFolder } from '../../../test/support/own-folder.js';

const root = fileFolder();

const start = (input: object, signal = new AbortController().signal) =>
  startRunner({ program: ['--import', 'tsx', RUNNER_ENTRY], input, env: {}, signal });

describe('the runner as a child process', () => {
  it('does its work and answers with the result', async () => {
    await start({ command: 'files', root, op: 'write', path: 'a/b.txt', content: 'はい' });
    await expect(start({ command: 'files', root, op: 'list', path: 'a' })).resolves.toMatchObject({
      entries: [{ path: 'b.txt', sizeBytes: 6 }],
    });
  });

  it('does the same from its bundle, wherever the data folder is', async () => {
    const program = await bundleRunner(path.join(root, 'data'));
    expect(program[0]).toBe(path.join(root, 'data', 'runner', 'main.mjs'));
    await startRunner({
      program,
      input: { command: 'files', root, op: 'write', path: 'b.txt', content: 'はい' },
      env: {},
      signal: new AbortController().signal,
    });
    expect(await readFile(path.join(root, 'b.txt'), 'utf8')).toBe('はい');
  });

  it('reports a failure by its kind', async () => {
    await expect(
      start({ command: 'files', root, op: 'list', path: '../secret' }),
    ).rejects.toMatchObject({ name: 'AppError', kind: 'PATH_ESCAPE' });
    await expect(start({ command: 'nonsense' })).rejects.toMatchObject({
      name: 'AppError',
      kind: 'OPERATION_FAILED',
    });
  });

  it('P6: plays when it is told that it may, and its slot is free when it is gone', async () => {
    const playSlots = new PlaySlots(1);
    const held = await playSlots.take(new AbortController().signal);
    const code = `
      console.log(JSON.stringify({ wantPlay: 7 }));
      let asked = 0;
      process.stdin.on('data', (text) => {
        if (text.includes('mayPlay')) console.log(JSON.stringify({ result: String(text).trim() }));
        else console.log(JSON.stringify({ alive: (asked += 1) }));
      });`;
    const run = startRunner({
      ...{ program: ['-e', code], input: {}, env: {}, playSlots },
      signal: new AbortController().signal,
      onAlive: () => held(),
    });
    expect(await run).toBe('{"mayPlay":7}');
    expect(await playSlots.take(new AbortController().signal)).toBeTypeOf('function');
  });

  it('is stopped by its signal, and says so', async () => {
    await expect(
      start({ command: 'files', root, op: 'list' }, AbortSignal.abort()),
    ).rejects.toMatchObject({ kind: 'RunCancelled' });
  });
});
