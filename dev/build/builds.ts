import { createHash } from 'node:crypto';
import {
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { exists } from '../../src/disk/absent.js';
import { isAlive } from '../postgres/process.js';

const DIST = path.join(PROJECT_ROOT, 'dist');
export const BUILDS_DIR = path.join(DIST, 'builds');
/** A link to the newest build. */
export const CURRENT_DIR = path.join(DIST, 'current');
export const LOCK_FILE = path.join(DIST, 'build.lock');
const KEPT = 3;
/** In a build: a file for each launcher that starts parts from it, named after its process. */
const USERS_DIR = 'users';
/** In a build: a file with the path of each data folder that has, or had, runs of it. */
const NEEDED_BY_DIR = 'needed-by';

export const buildDirOf = (id: string): string => path.join(BUILDS_DIR, id);

/** A folder for a build in the making, beside the finished ones. */
export const draftDir = (): string => path.join(BUILDS_DIR, `.draft-${process.pid}-${Date.now()}`);

/** The name of the newest build; null when there is none. */
export async function currentBuildId(): Promise<string | null> {
  const target = await readlink(CURRENT_DIR).catch(() => null);
  if (target === null) return null;
  const id = path.basename(target);
  return (await exists(buildDirOf(id))) ? id : null;
}

export const hasBuild = async (id: string): Promise<boolean> => exists(buildDirOf(id));

/** Makes this build the newest, in one step. */
export async function switchTo(id: string): Promise<void> {
  await mkdir(DIST, { recursive: true });
  const draft = `${CURRENT_DIR}.${process.pid}`;
  await rm(draft, { force: true });
  await symlink(path.join('builds', id), draft);
  await rename(draft, CURRENT_DIR);
}

/** Keeps a build from being removed while this process lives. */
export async function holdBuild(buildDir: string): Promise<void> {
  await mkdir(path.join(buildDir, USERS_DIR), { recursive: true });
  await writeFile(path.join(buildDir, USERS_DIR, String(process.pid)), '');
}

/** Keeps a build, whatever the number of newer ones, while this data folder exists (U1). */
export async function keepBuildFor(buildDir: string, dataDir: string): Promise<void> {
  await mkdir(path.join(buildDir, NEEDED_BY_DIR), { recursive: true });
  await writeFile(neededBy(buildDir, dataDir), dataDir);
}

/** No run of this data folder is pinned to the build any more. */
export async function releaseBuild(buildDir: string, dataDir: string): Promise<void> {
  await rm(neededBy(buildDir, dataDir), { force: true });
}

function neededBy(buildDir: string, dataDir: string): string {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return path.join(buildDir, NEEDED_BY_DIR, name);
}

/**
 * Removes all builds but the last three, those that a living launcher uses, and those that runs of
 * a data folder may be pinned to.
 */
export async function removeOldBuilds(folder = BUILDS_DIR): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const builds = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map((name) => path.join(folder, name))
      .map(async (dir) => ({ dir, madeAt: await modifiedAt(dir) })),
  );
  const old = builds.sort((a, b) => b.madeAt - a.madeAt).slice(KEPT);
  for (const { dir } of old)
    if (!(await isHeld(dir))) await rm(dir, { recursive: true, force: true });
}

async function isHeld(dir: string): Promise<boolean> {
  const users = await readdir(path.join(dir, USERS_DIR)).catch(() => []);
  if (users.some((pid) => isAlive(Number(pid)))) return true;
  const needed = await readdir(path.join(dir, NEEDED_BY_DIR)).catch(() => []);
  for (const name of needed)
    if (await exists(await readFile(path.join(dir, NEEDED_BY_DIR, name), 'utf8'))) return true;
  return false;
}

async function modifiedAt(dir: string): Promise<number> {
  // The folder itself changes when a launcher signs in.
  return (await stat(path.join(dir, 'launcher.js')).catch(() => null))?.mtimeMs ?? 0;
}
