import { ensureVenvPython, findVenvPython, type Venv } from './venv.js';

/** Modal's client, and so also the wire format that the emulator speaks. */
const MODAL: Venv = {
  name: 'modal-venv',
  requirements: 'dev/modal-emulator/requirements.txt',
  title: "Modal's Python client",
};

/**
 * The Python that runs the Modal emulator and Modal's command line, from `.tools/`; null when it is
 * missing or out of date.
 */
export function findModalPython(): Promise<string | null> {
  return findVenvPython(MODAL);
}

/**
 * As {@link findModalPython}; installs it from the Python package index when it is not there.
 * Throws with what to do when it cannot.
 */
export function ensureModalPython(say: (line: string) => void = () => undefined): Promise<string> {
  return ensureVenvPython(MODAL, say);
}
