import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config.js';
import { isAlive } from '../postgres/process.js';
import {
  buildDirOf,
  currentBuildId,
  draftDir,
  hasBuild,
  LOCK_FILE,
  removeOldBuilds,
  switchTo,
} from './builds.js';
import { sourcesId } from './sources.js';

const LOCK_POLL_MS = 100;
/** Builds repeated at most because sources changed meanwhile. */
const MAX_TRIES = 3;

/**
 * The folder of the build of the present sources; when there is none, one of all calling processes
 * makes it and calls `onBuild` first. Throws with the compiler's output.
 */
export async function ensureBuild(onBuild: () => void = () => undefined): Promise<string> {
  const id = await sourcesId();
  if ((await currentBuildId()) === id) return buildDirOf(id);
  const unlock = await lock();
  try {
    return await buildOnce(onBuild);
  } finally {
    await unlock();
  }
}

/** Under the lock: builds the present sources, unless another process has done so meanwhile. */
async function buildOnce(onBuild: () => void): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const id = await sourcesId();
    if (!(await hasBuild(id))) {
      if (tries === 1) onBuild();
      const draft = draftDir();
      try {
        await runMake(draft);
        if ((await sourcesId()) !== id && tries < MAX_TRIES) continue;
        await rename(draft, buildDirOf(id)).catch(async (error: unknown) => {
          if (!(await hasBuild(id))) throw error;
        });
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    }
    await switchTo(id);
    await removeOldBuilds();
    return buildDirOf(id);
  }
}

/** A process of its own: what bundling needs of memory is free again afterwards. */
function runMake(folder: string): Promise<void> {
  const make = path.join(PROJECT_ROOT, 'dev/build/make.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', make, folder], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The build failed:\n${errors.trim()}`)),
    );
  });
}

/**
 * Waits for its turn; resolves with what ends it. The lock of a process that died does not count.
 */
async function lock(): Promise<() => Promise<void>> {
  await mkdir(path.dirname(LOCK_FILE), { recursive: true });
  for (;;) {
    try {
      const file = await open(LOCK_FILE, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(LOCK_FILE, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await sleep(LOCK_POLL_MS);
    const holder = Number(await readFile(LOCK_FILE, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(LOCK_FILE, { force: true });
  }
}
