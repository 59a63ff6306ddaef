import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../config.js';
import { makeVenv } from './python.js';
import { isExecutable } from './run.js';

/** Every package with its version: Modal's client, and so also the wire format that the emulator speaks. */
const REQUIREMENTS = path.join(PROJECT_ROOT, 'emulator', 'requirements.txt');
const TOOLS_DIR = path.join(PROJECT_ROOT, '.tools');
/** A link, so that a new environment takes the place of the old one in one step. */
const VENV = path.join(TOOLS_DIR, 'modal-venv');
/** Copied in when everything else is there: says what was installed. */
const STAMP = 'installed.txt';

/** The Python that runs the Modal emulator and Modal's command line, from `.tools/`; null when it is missing or out of date. */
export async function findModalPython(): Promise<string | null> {
  const python = path.join(VENV, 'bin', 'python');
  return isExecutable(python) && (await isCurrent(VENV)) ? python : null;
}

/** As {@link findModalPython}; installs it from the Python package index when it is not there. Throws with what to do when it cannot. */
export async function ensureModalPython(say: (line: string) => void = () => undefined): Promise<string> {
  const found = await findModalPython();
  if (found) return found;
  say('Installing Modal\'s Python client (emulator/requirements.txt) …');
  await mkdir(TOOLS_DIR, { recursive: true });
  // Not moved afterwards: programs of a Python environment hold its path.
  const fresh = await mkdtemp(`${VENV}-`);
  const failure = await makeVenv(fresh, ['-r', REQUIREMENTS]);
  if (failure) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`Modal's Python client could not be installed: ${failure}`);
  }
  await copyFile(REQUIREMENTS, path.join(fresh, STAMP));
  const link = `${fresh}.link`;
  await symlink(path.basename(fresh), link);
  await rename(link, VENV);
  await removeOutdated();
  return path.join(VENV, 'bin', 'python');
}

async function isCurrent(venv: string): Promise<boolean> {
  const [wanted, installed] = await Promise.all([readFile(REQUIREMENTS, 'utf8'), readFile(path.join(venv, STAMP), 'utf8').catch(() => '')]);
  return wanted === installed;
}

/** Environments with other packages; one with the same may be another process's that installed at the same time, or still be in the making. */
async function removeOutdated(): Promise<void> {
  for (const name of await readdir(TOOLS_DIR)) {
    const folder = path.join(TOOLS_DIR, name);
    if (!name.startsWith('modal-venv-')) continue;
    const isWhole = await readFile(path.join(folder, STAMP)).then(() => true, () => false);
    if (isWhole && !(await isCurrent(folder))) await rm(folder, { recursive: true, force: true });
  }
}
