import {
  chmod,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/**
 * The unprivileged account that PostgreSQL runs as when we are root; it refuses to run as root
 * itself.
 */
export interface RunUser {
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_ACCOUNTS = ['postgres', '_postgres', 'nobody'];

/** The account to run PostgreSQL as: undefined (ourselves) unless we are root. */
export async function chooseRunUser(): Promise<RunUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return pickAccount(passwd) ?? { uid: 65_534, gid: 65_534 };
}

/** Reads uid and gid of the best unprivileged account out of a passwd file's text. */
export function pickAccount(passwd: string): RunUser | undefined {
  const rows = passwd.split('\n').map((line) => line.split(':'));
  for (const name of PREFERRED_ACCOUNTS) {
    const row = rows.find((fields) => fields[0] === name);
    const uid = Number(row?.[2]);
    const gid = Number(row?.[3]);
    if (row && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  }
  return undefined;
}

/**
 * Whether `user` may walk into `folder`: every folder on the way must let it pass. Undefined user =
 * ourselves.
 */
export async function isReachable(folder: string, user: RunUser | undefined): Promise<boolean> {
  if (!user) return true;
  let current = await realpath(folder);
  for (;;) {
    const { mode, uid } = await stat(current);
    const mayPass = uid === user.uid ? (mode & 0o100) !== 0 : (mode & 0o001) !== 0;
    if (!mayPass) return false;
    if (path.dirname(current) === current) return true;
    current = path.dirname(current);
  }
}

/**
 * A folder that every account can reach, for what may not stay below a private one.
 * Made by root, owned by root; throws when no such place can be had.
 */
export async function sharedPlace(user: RunUser): Promise<string> {
  const tried: string[] = [];
  for (const parent of ['/var/lib', '/var/tmp', os.tmpdir()]) {
    const place = path.join(parent, 'dreamcore');
    try {
      const isNew = (await mkdir(place, { recursive: true })) !== undefined;
      if (isNew) await chmod(place, 0o755);
      const found = await lstat(place);
      // In a world-writable parent another account may have made this name.
      if (found.isDirectory() && found.uid === 0 && (await isReachable(place, user))) return place;
      tried.push(`${place} (not ours or not reachable)`);
    } catch (error) {
      tried.push(`${place} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  throw new Error(
    'PostgreSQL cannot run as root and no folder is readable for another account: ' +
      `${tried.join('; ')}`,
  );
}

/**
 * Makes a folder of this account. Root runs PostgreSQL as another account, which may pass through
 * but not list it; an existing folder keeps its rights.
 */
export async function makePassable(folder: string): Promise<void> {
  const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew && process.getuid?.() === 0) await chmod(folder, 0o711);
}

/** A new folder for a cluster, outside of a data folder that the run user cannot reach. */
export async function newSharedCluster(dataDir: string, user: RunUser): Promise<string> {
  const place = await sharedPlace(user);
  await sweep(place);
  const home = path.join(place, `postgres-${randomBytes(6).toString('hex')}`);
  await mkdir(home);
  await chmod(home, 0o711);
  await writeFile(path.join(home, 'owner'), dataDir);
  return path.join(home, 'cluster');
}

/**
 * Removes clusters whose data folder stood in the temp folder and is gone (a test's leftovers);
 * never any other.
 */
async function sweep(place: string): Promise<void> {
  const temp = await realpath(os.tmpdir());
  for (const name of await readdir(place)) {
    if (!name.startsWith('postgres-')) continue;
    const home = path.join(place, name);
    const owner = await readFile(path.join(home, 'owner'), 'utf8').catch(() => undefined);
    if (!owner?.startsWith(temp + path.sep)) continue;
    const isGone = await stat(owner).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (isGone) await rm(home, { recursive: true, force: true });
  }
}
