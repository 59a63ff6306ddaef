import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../contracts/base/errors.js';
import { BOX_DISK_BYTES, firstToDie, limited, MODEL_LIMITS, type Limits } from './box-limits.js';

/**
 * `container`: a container that serves this one run, in which the model program is another user
 * than the holder of the key.
 */
export type Isolation = 'bubblewrap' | 'container' | 'none';

/** Declared by the image of such a container: nothing else can know that it is one. */
const DECLARED = 'RUNNER_ISOLATION';
/** Reserved for the model: it owns only what it is given, and has no entry in the user table. */
const MODEL_UID = 10_001;

/** Where things are, seen from the model program. */
export interface Places {
  readonly program: string;
  readonly workDir: string;
  readonly home: string;
  readonly tmp: string;
  readonly socket: string;
  /** Null = the run has no skills. */
  readonly plugin: string | null;
}

/** The same things, on this machine. */
export interface HostPlaces {
  readonly program: string;
  readonly workDir: string;
  /** Only for a run without bubblewrap; its sandbox has folders of its own. */
  readonly home: string;
  readonly socket: string;
  readonly plugin: string | null;
}

const INSIDE = {
  program: '/opt/claude',
  workDir: '/project',
  home: '/home/gen',
  tmp: '/tmp',
  socket: '/run/api.sock',
  plugin: '/opt/skills',
} as const satisfies Places;

/** A folder of the box in memory, which takes no more than `BOX_DISK_BYTES`. */
export const boxDisk = (place: string): string[] => [
  '--size',
  String(BOX_DISK_BYTES),
  '--tmpfs',
  place,
];

/**
 * All that every box needs of the kernel: where this can be made, a run's own box can be made too.
 */
const EMPTY_BOX = [
  '--unshare-all',
  '--die-with-parent',
  '--new-session',
  '--ro-bind',
  '/usr',
  '/usr',
  '--symlink',
  'usr/bin',
  '/bin',
  '--symlink',
  'usr/lib',
  '/lib',
  '--symlink',
  'usr/lib64',
  '/lib64',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
  ...boxDisk(INSIDE.tmp),
  ...boxDisk(INSIDE.home),
  '--uid',
  '1000',
  '--gid',
  '1000',
];

/**
 * Arguments of bubblewrap for a box with `contents` beside its own folders, up to the program that
 * runs in it within `limits`. Folders without a size of their own cannot be written: the root and
 * /dev would hold half of this machine's memory. Limits are set inside, where processes are counted
 * for this box alone.
 */
export function boxArgs(contents: readonly string[], limits: Limits): string[] {
  const closed = ['--remount-ro', '/', '--remount-ro', '/dev'];
  return [...EMPTY_BOX, ...contents, ...closed, '--', ...limited(limits)];
}

/**
 * Can bubblewrap make namespaces here? A container may forbid it although the program is installed.
 */
export async function probeBubblewrap(): Promise<string | null> {
  try {
    const args = [...boxArgs([], MODEL_LIMITS), '/usr/bin/true'];
    await promisify(execFile)('bwrap', args, { timeout: 10_000 });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/**
 * Decides how the model program is locked in. Without bubblewrap: another user where
 * `RUNNER_ISOLATION=container` declares a container of its own, else `SandboxMissing` in production
 * and in CI, a loud warning in development.
 */
export async function chooseIsolation(
  env: NodeJS.ProcessEnv,
  warn: (text: string) => void,
  probe = probeBubblewrap,
  uid = process.getuid?.(),
): Promise<Isolation> {
  const trouble = await probe();
  if (trouble === null) return 'bubblewrap';
  if (env[DECLARED] === 'container') {
    if (uid !== 0)
      throw new AppError(
        'SandboxMissing',
        `${DECLARED}=container needs a runner that can start the model program as another user`,
      );
    return 'container';
  }
  if (env['NODE_ENV'] === 'production' || env['CI'] === 'true') {
    throw new AppError(
      'SandboxMissing',
      `bubblewrap does not work here, and a run without it is refused: ${trouble}`,
    );
  }
  warn(
    `WARNING: NO SANDBOX. bubblewrap does not work here (${trouble}); the model program ` +
      `runs with this user's file access. Development only.`,
  );
  return 'none';
}

/** How to start `program args` under the chosen isolation, and the places it will see. */
export function wrap(
  isolation: Isolation,
  host: HostPlaces,
): { places: Places; command: (args: readonly string[]) => [string, readonly string[]] } {
  if (isolation === 'none') {
    return { places: { ...host, tmp: host.home }, command: (args) => [host.program, args] };
  }
  if (isolation === 'container') {
    return {
      places: { ...host, tmp: host.home },
      command: (args) => {
        const program = [...limited(MODEL_LIMITS), host.program, ...args];
        return firstToDie(['setpriv', ...OTHER_USER, '--', ...program]);
      },
    };
  }
  return {
    places: { ...INSIDE, plugin: host.plugin && INSIDE.plugin },
    command: (args) => firstToDie(['bwrap', ...modelBox(host), INSIDE.program, ...args]),
  };
}

/** No way back to the runner's rights, and not alive without it. */
export const OTHER_USER = [
  '--reuid',
  String(MODEL_UID),
  '--regid',
  String(MODEL_UID),
  '--clear-groups',
  '--inh-caps=-all',
  '--no-new-privs',
  '--pdeathsig',
  'KILL',
];

/** Makes what the model program works with its own, where it is another user. */
export async function handOver(
  isolation: Isolation,
  { workDir, home, socket }: HostPlaces,
): Promise<void> {
  if (isolation !== 'container') return;
  // It may pass through the folders above its own, and see nothing else there.
  for (const folder of new Set([dirname(workDir), dirname(socket)])) await chmod(folder, 0o711);
  await promisify(execFile)('chown', [
    '-R',
    '-h',
    `${MODEL_UID}:${MODEL_UID}`,
    '--',
    workDir,
    home,
    socket,
  ]);
}

/**
 * No network, no other process, no file but the program, the system's libraries and the project
 * folder. The environment is the caller's: it must be clean.
 */
function modelBox(host: HostPlaces): string[] {
  const contents = [
    '--ro-bind',
    host.program,
    INSIDE.program,
    '--bind',
    host.workDir,
    INSIDE.workDir,
    '--bind',
    host.socket,
    INSIDE.socket,
    ...(host.plugin === null ? [] : ['--ro-bind', host.plugin, INSIDE.plugin]),
    '--chdir',
    INSIDE.workDir,
  ];
  return boxArgs(contents, MODEL_LIMITS);
}
