import path from 'node:path';
import { ensureVenvPython, type Venv } from './venv.js';

/** Programs that read Dockerfiles, shell scripts and the workflows of GitHub. */
const LINTERS: Venv = {
  name: 'linters-venv',
  requirements: 'test/rules/requirements.txt',
  title: 'hadolint, shellcheck and zizmor',
};

/**
 * The folder of `hadolint`, `shellcheck` and `zizmor`, in `.tools/`; installs them from the Python
 * package index when they are not there.
 */
export async function ensureLinters(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  return path.dirname(await ensureVenvPython(LINTERS, say));
}
