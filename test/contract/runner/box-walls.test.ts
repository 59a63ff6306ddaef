import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BOX_DISK_BYTES } from '../../../src/runner/box-limits.js';
import { launchBoxed, type BoxedBrowser } from '../../../src/runner/boxed-browser.js';
import { chromiumPath } from '../../../src/runner/game-page.js';
import { wrap } from '../../../src/runner/sandbox.js';
import { renderBox } from '../../../src/runner/video/render-box.js';
import { patient } from '../../support/patience.js';
import { listProcesses } from '../../support/processes.js';
import { BOMBS } from './bomb-pages.js';
import { codesOf, play, PLAY_LIMIT_MS } from './play-bench.js';

const MIB = 1024 * 1024;
const SECRET = 'sk-of-the-parent-0123456789';
/** What a shell adds of its own is not asked for. */
const KNOWN = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'PWD', 'OLDPWD', 'SHLVL', '_'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-walls-'));
  process.env['ANTHROPIC_API_KEY'] = SECRET;
});
afterAll(async () => {
  delete process.env['ANTHROPIC_API_KEY'];
  await rm(folder, { recursive: true, force: true });
});

async function browser<T>(use: (boxed: BoxedBrowser, pids: number[]) => Promise<T>): Promise<T> {
  const boxed = await launchBoxed(chromium, chromiumPath(), {
    env: process.env,
    warn: () => undefined,
  });
  try {
    return await use(boxed, await familyOf(boxed.pid ?? -1));
  } finally {
    await boxed.close();
  }
}

/** Fills the /tmp of a box as a program in it would, and has no end. */
async function fill(pid: number): Promise<never> {
  const [, uid = ''] = /^Uid:\t(\d+)/m.exec(await proc(pid, 'status')) ?? [];
  const asUser =
    uid === String(process.getuid?.())
      ? []
      : ['setpriv', '--reuid', uid, '--regid', uid, '--clear-groups', '--'];
  const [program = '', ...args] = [...asUser, 'dd', 'if=/dev/zero', 'bs=1M', 'count=250'];
  await promisify(execFile)(program, [
    ...args,
    `of=${path.join('/proc', String(pid), 'root', 'tmp', 'full')}`,
  ]);
  return new Promise<never>(() => undefined);
}

/** A process with all below it, parents first. */
async function familyOf(pid: number): Promise<number[]> {
  const all = await listProcesses();
  const family = [pid];
  for (const parent of family)
    family.push(...all.filter((each) => each.parent === parent).map((each) => each.pid));
  return family;
}

const proc = (pid: number, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, 'utf8');

/** The hard limits in /proc/<pid>/limits that boxes set. */
function limitsIn(text: string): Record<string, string> {
  const rows = text.matchAll(/^Max (data size|file size|processes|core file size) +\S+ +(\S+)/gm);
  return Object.fromEntries([...rows].map(([, name = '', hard = '']) => [name, hard]));
}

const limits = (dataMib: number): Record<string, string> => ({
  'data size': String(dataMib * MIB),
  'file size': String(512 * MIB),
  processes: '2048',
  'core file size': '0',
});

/** Written by a program in a box of what it sees there. */
const REPORT = `
const { readFileSync, statfsSync, writeFileSync } = process.getBuiltinModule('node:fs');
const refused = (place) => {
  try { writeFileSync(place, 'x'); return false; } catch { return true; }
};
const size = (place) => { const { blocks, bsize } = statfsSync(place); return blocks * bsize; };
console.log(JSON.stringify({
  first: readFileSync('/proc/1/environ', 'utf8'),
  limits: readFileSync('/proc/self/limits', 'utf8'),
  oom: readFileSync('/proc/self/oom_score_adj', 'utf8').trim(),
  sizes: ['/tmp', '/home/gen'].map(size),
  refused: ['/x', '/dev/x', '/opt/x'].map(refused),
}));`;

interface Report {
  readonly first: string;
  readonly limits: string;
  readonly oom: string;
  readonly sizes: readonly number[];
  readonly refused: readonly boolean[];
}

async function reportOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Report> {
  const { stdout } = await promisify(execFile)(command, [...args], { env });
  return JSON.parse(stdout) as Report;
}

function expectWalls(report: Report, dataMib: number): void {
  expect(report.first).not.toContain(SECRET);
  expect(limitsIn(report.limits)).toEqual(limits(dataMib));
  expect(report.oom).toBe('1000');
  expect(report.sizes).toEqual([BOX_DISK_BYTES, BOX_DISK_BYTES]);
  expect(report.refused).toEqual([true, true, true]);
}

describe('the walls of boxes, seen from inside (J2)', () => {
  it(
    'a browser: limits, first to be killed, nothing of the environment of its parent',
    async () => {
      await browser(async (_, pids) => {
        expect(pids.length).toBeGreaterThan(4);
        for (const pid of pids) {
          expect(await proc(pid, 'environ').catch(() => '')).not.toContain(SECRET);
          expect(
            Number(await proc(pid, 'oom_score_adj').catch(() => '999')),
          ).toBeGreaterThanOrEqual(200);
        }
        const [first = 0, ...others] = pids;
        const names = (await proc(first, 'environ')).split('\0').map((pair) => pair.split('=')[0]);
        expect(KNOWN).toEqual(expect.arrayContaining(names.filter(Boolean)));
        expect(await proc(first, 'oom_score_adj')).toBe('1000\n');
        const browsers = [];
        for (const pid of others)
          if ((await proc(pid, 'comm').catch(() => '')).startsWith('chrom')) browsers.push(pid);
        expect(browsers.length).toBeGreaterThan(3);
        for (const pid of browsers)
          expect(limitsIn(await proc(pid, 'limits'))).toEqual(limits(2_048));
      });
    },
    patient(60_000),
  );

  it(
    'a browser in a container of its own, where bubblewrap cannot work',
    async () => {
      const program = chromiumPath();
      vi.stubEnv('PATH', folder);
      const launching = launchBoxed(chromium, program, {
        env: { RUNNER_ISOLATION: 'container', PATH: '/usr/bin:/bin' },
        warn: () => undefined,
      }).finally(() => vi.unstubAllEnvs());
      // The model program could not become another user there.
      if (process.getuid?.() !== 0) return expect(launching).rejects.toThrow('another user');
      const boxed = await launching;
      const pid = boxed.pid ?? -1;
      try {
        expect(limitsIn(await proc(pid, 'limits'))).toEqual(limits(2_048));
        expect(await proc(pid, 'environ')).not.toContain(SECRET);
        expect(await proc(pid, 'oom_score_adj')).toBe('1000\n');
      } finally {
        await boxed.close();
      }
      await expect.poll(() => proc(pid, 'stat').catch(() => 'gone')).toMatch(/^gone$|\) Z /);
    },
    patient(60_000),
  );

  it('the renderer of videos', async () => {
    const folders = {
      site: path.join(folder, 'site'),
      made: path.join(folder, 'made'),
      temp: path.join(folder, 'temp'),
    };
    for (const each of Object.values(folders)) await mkdir(each);
    const runner = path.join(folder, 'runner.cjs');
    await writeFile(runner, REPORT);
    const box = await renderBox('bubblewrap', folders, { runner, seenFrom: import.meta.url });
    expectWalls(await reportOf(box.command, box.args, box.env), 4_096);
  });

  it('the model program', async () => {
    const work = path.join(folder, 'work');
    const socket = path.join(folder, 'socket');
    await mkdir(work);
    await writeFile(socket, '');
    const host = { program: process.execPath, workDir: work, home: work, socket, plugin: null };
    const [command, args] = wrap('bubblewrap', host).command(['-e', REPORT]);
    expectWalls(await reportOf(command, args, { PATH: process.env['PATH'] ?? '' }), 8_192);
  });
});

describe('a game that takes what a phone has not (J2)', () => {
  it(
    'is stopped and named: memory',
    async () => {
      const result = await play(BOMBS['buffers in each frame'] ?? '');
      expect(result.verdict).toBe('broken');
      // A page whose allocation is refused before the watch looks throws, too.
      expect(codesOf(result)).toContain('memory');
    },
    PLAY_LIMIT_MS,
  );

  it(
    'is stopped and named: disk',
    async () => {
      await browser(async (boxed, pids) => {
        const working = boxed.during(fill(pids[1] ?? -1));
        await expect(working).rejects.toMatchObject({ code: 'disk' });
      });
    },
    patient(60_000),
  );
});
