import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { AppError } from '../../contracts/base/errors.js';

const PACKAGE = '@anthropic-ai/claude-code';

/** Native programs that may fit this machine, best first. */
function candidates(platform: string, arch: string): string[] {
  const name = `${PACKAGE}-${platform}-${arch}`;
  if (platform === 'linux') return [`${name}/claude`, `${name}-musl/claude`];
  return [platform === 'win32' ? `${name}/claude.exe` : `${name}/claude`];
}

/**
 * Path of the pinned native model program. The platform package is asked directly, because npm may
 * have blocked the install script that links it to the wrapper's own `bin`. Looked for from
 * `seenFrom`, a file that need not be this one when the runner was bundled and put elsewhere.
 * Throws `SandboxMissing` with what to install.
 */
export async function findClaude(seenFrom: string = import.meta.url): Promise<string> {
  const here = createRequire(seenFrom);
  for (const name of candidates(process.platform, process.arch)) {
    try {
      // Asked from the wrapper's place, so that a nested platform package is found as well as a
      // hoisted one.
      const path = createRequire(here.resolve(`${PACKAGE}/package.json`)).resolve(name);
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not this one; the next may be there.
    }
  }
  throw new AppError(
    'SandboxMissing',
    `the model program is missing: install ${PACKAGE} with its optional packages`,
  );
}
