import path from 'node:path';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';

const LIMIT_MS = 300_000;
const INSTALL = ['install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'];

/**
 * Makes a Python environment in `folder` and installs into it, nothing but what is named. Returns
 * null, or the reason of a failure.
 */
export async function makeVenv(
  folder: string,
  packages: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  const python = findOnPath('python3') ?? findOnPath('python');
  if (!python) return 'python3 was not found';
  const limits = { timeoutMs: LIMIT_MS, signal };
  const own = path.join(folder, 'bin', 'python');
  // A pip that is there already does for other environments, and making another takes seconds.
  const shared = ['-m', 'pip', '--python', own];
  const isShared = (await run(python, ['-m', 'pip', '--python', python, '--version'], limits)).ok;
  const made = await run(
    python,
    ['-m', 'venv', ...(isShared ? ['--without-pip'] : []), folder],
    limits,
  );
  if (!made.ok)
    return (
      'python3 -m venv failed (on Debian: apt-get install python3-venv): ' +
      `${tail(made.stderr || made.stdout, 2)}`
    );
  const [program, pip] = isShared ? [python, shared] : [own, ['-m', 'pip']];
  const installed = await run(program, [...pip, ...INSTALL, ...packages], limits);
  return installed.ok ? null : tail(installed.stderr, 2);
}
