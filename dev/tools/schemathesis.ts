import { ensureVenvPython, type Venv } from './venv.js';

/** Asks the API everything that its OpenAPI document allows, and much that it does not. */
const SCHEMATHESIS: Venv = {
  name: 'schemathesis-venv',
  requirements: 'test/contract/http/requirements.txt',
  title: 'schemathesis',
};

/**
 * The Python that has `schemathesis`, from `.tools/`; installs it from the Python package index
 * when it is not there.
 */
export function ensureSchemathesisPython(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  return ensureVenvPython(SCHEMATHESIS, say);
}
