import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { clearPid, endOrphan, readLivePid, writePid } from './pids.js';
import { freshFolder } from '../../test/support/own-folder.js';

const dataDir = freshFolder();
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process whose command line looks like that of the given program. */
function processNamed(commandLine: string): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', commandLine], {
    detached: true,
    stdio: 'ignore',
  });
  children.push(child);
  return child.pid ?? 0;
}

describe('pid files', () => {
  it('hold the bare number and lead to the living process', async () => {
    const pid = processNamed('server start-dev');
    await writePid(dataDir, 'temporal', pid);
    expect(await readFile(path.join(dataDir, 'run', 'temporal.pid'), 'utf8')).toBe(`${pid}\n`);
    expect(await readLivePid(dataDir, 'temporal')).toBe(pid);
  });

  it('do not lead to a process that began after the file was written', async () => {
    await writePid(dataDir, 'temporal', processNamed('server start-dev'));
    const before = new Date(Date.now() - 60_000);
    await utimes(path.join(dataDir, 'run', 'temporal.pid'), before, before);
    expect(await readLivePid(dataDir, 'temporal')).toBeNull();
  });

  it('do not lead to a process that runs another program', async () => {
    await writePid(dataDir, 'temporal', processNamed('something else'));
    expect(await readLivePid(dataDir, 'temporal')).toBeNull();
  });

  it('are forgotten by whom they name, never by a predecessor', async () => {
    const pid = processNamed('dist/builds/0/worker.js');
    await writePid(dataDir, 'worker', pid);
    await clearPid(dataDir, 'worker', pid + 1);
    expect(await readLivePid(dataDir, 'worker')).toBe(pid);
    await clearPid(dataDir, 'worker', pid);
    expect(await readLivePid(dataDir, 'worker')).toBeNull();
  });

  it('let a left-over process be ended', async () => {
    const pid = processNamed('dist/builds/0/api.js');
    await writePid(dataDir, 'api', pid);
    await endOrphan(pid, 'SIGTERM', 2_000);
    expect(await readLivePid(dataDir, 'api')).toBeNull();
  });
});
