import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../config.js';
import { CRASH_POINTS, CRASH_POINTS_DIR, type CrashPoint } from './crash-points.js';
import { freshFolder } from '../../test/support/own-folder.js';

const folder = freshFolder();

/** How a process ends that passes the point and then leaves with exit code 7. */
function pass(
  point: CrashPoint,
  env: Record<string, string>,
): Promise<number | NodeJS.Signals | null> {
  const script =
    `import { crashPoint } from './src/process/crash-points.ts'; crashPoint('${point}'); ` +
    'process.exit(7);';
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
  });
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
}

/** Every `crashPoint('…')` of the product. */
async function placed(): Promise<string[]> {
  const files = (await readdir(path.join(PROJECT_ROOT, 'src'), { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const texts = await Promise.all(
    files.map((file) => readFile(path.join(PROJECT_ROOT, 'src', file), 'utf8')),
  );
  return texts.flatMap((text) =>
    [...text.matchAll(/\bcrashPoint\('([^']+)'\)/g)].map((match) => match[1] ?? ''),
  );
}

describe('a crash point', () => {
  it('kills the process once, leaves a mark, and lets its successor pass', async () => {
    await writeFile(path.join(folder, 'after-row'), '');
    expect(await pass('after-row', { [CRASH_POINTS_DIR]: folder })).toBe('SIGKILL');
    expect(await readdir(folder)).toEqual(['after-row.hit']);
    expect(await pass('after-row', { [CRASH_POINTS_DIR]: folder })).toBe(7);
  });

  it('strikes another process with another signal when it is told to, and goes on', async () => {
    const victim = spawn('sleep', ['60']);
    const died = new Promise((resolve) => victim.once('exit', (_code, signal) => resolve(signal)));
    await writeFile(path.join(folder, 'after-row'), `SIGTERM ${victim.pid}`);
    expect(await pass('after-row', { [CRASH_POINTS_DIR]: folder })).toBe(7);
    expect(await died).toBe('SIGTERM');
  });

  it('does nothing when another point is armed, when none is, and in production', async () => {
    await writeFile(path.join(folder, 'after-row'), '');
    expect(
      await Promise.all([
        pass('after-admit', { [CRASH_POINTS_DIR]: folder }),
        pass('after-row', {}),
        pass('after-row', { [CRASH_POINTS_DIR]: folder, NODE_ENV: 'production' }),
      ]),
    ).toEqual([7, 7, 7]);
    expect(await readdir(folder)).toEqual(['after-row']);
  });

  it('stands in the product at exactly one place under each name', async () => {
    expect((await placed()).sort()).toEqual([...CRASH_POINTS].sort());
  });

  it('has a test under each name in which it is hit', async () => {
    // Promises that several test files share stand in files of their own.
    const files = (await readdir(path.join(PROJECT_ROOT, 'test'), { recursive: true })).filter(
      (file) => file.endsWith('.ts'),
    );
    const texts = await Promise.all(
      files.map((file) => readFile(path.join(PROJECT_ROOT, 'test', file), 'utf8')),
    );
    const tests = texts.filter((text) => text.includes('untilHit(')).join('');
    expect(CRASH_POINTS.filter((point) => !tests.includes(`'${point}'`))).toEqual([]);
  });
});
