import path from 'node:path';
import { ensureVenvPython, type Venv } from './venv.js';

/** Programs that read Dockerfiles and shell scripts. */
const LINTERS: Venv = {
  name: 'linters-venv',
  requirements: 'test/rules/requirements.txt',
  title: 'hadolint and shellcheck',
};

/**
 * The folder of `hadolint` and `shellcheck`, in `.tools/`; installs them from the Python package
 * index when they are not there.
 */
export async function ensureLinters(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  return path.dirname(await ensureVenvPython(LINTERS, say));
}
