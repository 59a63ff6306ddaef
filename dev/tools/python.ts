import path from 'node:path';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';

const LIMIT_MS = 300_000;

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
  const made = await run(python, ['-m', 'venv', folder], { timeoutMs: LIMIT_MS, signal });
  if (!made.ok)
    return (
      'python3 -m venv failed (on Debian: apt-get install python3-venv): ' +
      `${tail(made.stderr || made.stdout, 2)}`
    );
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--no-deps',
    ...packages,
  ];
  const installed = await run(path.join(folder, 'bin', 'python'), pip, {
    timeoutMs: LIMIT_MS,
    signal,
  });
  return installed.ok ? null : tail(installed.stderr, 2);
}
