import { access, constants, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { openFiles } from '../disk/private-files.js';
import { probeBubblewrap } from '../runner/sandbox.js';
import { absent, missing, ok, type Finding } from './finding.js';

type Environment = Readonly<Record<string, string | undefined>>;

const MIB = 1024 * 1024;
const NEEDED_DISK_BYTES = 512 * MIB;
/** A game with its images takes less; what runs out of space fails with `DiskFull`. */
const NEEDED_FOR_A_GAME_BYTES = 256 * MIB;
/** Files that others can read, in one sentence. */
const MAX_NAMED = 3;
const CLOCK_TIMEOUT_MS = 2_000;
/** Tokens and signatures are refused when clocks differ by more. */
const MAX_SKEW_MS = 30_000;

/** Where the data goes: writable, and with room. */
export async function checkDataDir(dataDir: string): Promise<Finding[]> {
  const folder = await nearestFolder(dataDir);
  const isWritable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return [
    {
      what: 'DATA_DIR',
      verdict: isWritable ? 'ok' : 'missing',
      remedy: 'give this account the right to write there, or set another DATA_DIR',
      detail: `${dataDir}${folder === dataDir ? '' : ' (is made at the first start)'}${
        isWritable ? '' : ` – ${folder} is not writable`
      }`,
    },
    diskSpace(await freeBytes(folder)),
  ];
}

/** Decides on the room on the disk by its bytes alone. */
export function diskSpace(bytes: number): Finding {
  return {
    what: 'disk space',
    verdict: bytes >= NEEDED_DISK_BYTES ? 'ok' : 'missing',
    detail: `${Math.floor(bytes / MIB)} MiB free (needs ${NEEDED_DISK_BYTES / MIB})`,
    remedy: 'make room, or set DATA_DIR to another disk',
  };
}

/** Whether one more game with its images would find room. */
export async function hasRoomForGame(dataDir: string): Promise<boolean> {
  return (await freeBytes(dataDir)) >= NEEDED_FOR_A_GAME_BYTES;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function nearestFolder(wanted: string): Promise<string> {
  const isThere = await stat(wanted).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere || path.dirname(wanted) === wanted ? wanted : nearestFolder(path.dirname(wanted));
}

/** Does our clock agree with that of the database's server? Null also when that cannot be asked. */
export async function checkClock(supabaseUrl: string): Promise<Finding | null> {
  const answer = await fetch(`${supabaseUrl}/auth/v1/health`, {
    signal: AbortSignal.timeout(CLOCK_TIMEOUT_MS),
  }).catch(() => null);
  const theirs = Date.parse(answer?.headers.get('date') ?? '');
  const skewMs = Date.now() - theirs;
  if (Number.isNaN(skewMs) || Math.abs(skewMs) <= MAX_SKEW_MS) return null;
  const skew = `differs from the database's by ${Math.round(skewMs / 1000)} s`;
  return absent('clock', skew, 'set this machine by a time server');
}

/** Without a sandbox a development stack runs with a warning, production and CI refuse each run. */
export async function checkSandbox({ NODE_ENV, CI }: Environment): Promise<Finding> {
  const what = 'bubblewrap';
  if (process.platform !== 'linux')
    return absent(
      what,
      'there is none for this system: model runs are not sandboxed',
      'use Linux in production',
    );
  const trouble = await probeBubblewrap();
  if (trouble === null) return ok(what, 'makes namespaces');
  return (NODE_ENV === 'production' || CI === 'true' ? missing : absent)(
    what,
    trouble.split('\n').at(-1) ?? '',
    'sudo apt-get install bubblewrap; a container must allow user namespaces',
  );
}

/** Whether other accounts of this machine could read what is kept. */
export async function checkPrivacy(dataDir: string): Promise<Finding> {
  const what = 'private data';
  const open = await openFiles(dataDir, MAX_NAMED + 1);
  if (open.length === 0) return ok(what, 'no other account can read it');
  const named = open.slice(0, MAX_NAMED).join(', ');
  return absent(
    what,
    `other accounts can read ${named}${open.length > MAX_NAMED ? ' and more' : ''}`,
    `chmod -R go-rwx ${dataDir}, then chmod 711 for the folder itself and its postgres`,
  );
}
