import { messageOf } from '../contracts/base/errors.js';
import { findClaude } from '../runner/claude/binary.js';
import type { Finding } from '../checks/finding.js';
import { run, tail } from './run-program.js';

const OLDEST_NODE = [20, 19] as const;
const VERSION_TIMEOUT_MS = 15_000;
export const INSTALL_PACKAGES = 'npm ci (with its optional packages)';

/** Decides on a Node version by its number alone. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isAccepted =
    major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const needed = OLDEST_NODE.join('.');
  return {
    what: 'Node.js',
    verdict: isAccepted ? 'ok' : 'missing',
    detail: `${version} (needs ${needed} or newer)`,
    remedy: `install Node.js ${needed} or newer`,
  };
}

/** Git keeps every project's content. */
export const checkGit = (): Promise<Finding> =>
  checkVersion('git', 'git', 'sudo apt-get install git');

async function checkVersion(what: string, program: string, remedy: string): Promise<Finding> {
  const asked = await run(program, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS });
  return asked.ok
    ? { what, verdict: 'ok', detail: tail(asked.stdout, 1) }
    : { what, verdict: 'missing', detail: tail(asked.stderr, 1), remedy };
}

/** The pinned model program. */
export async function checkModelProgram(): Promise<Finding> {
  const what = 'Claude CLI';
  try {
    return await checkVersion(what, await findClaude(), INSTALL_PACKAGES);
  } catch (error) {
    return { what, verdict: 'missing', detail: messageOf(error), remedy: INSTALL_PACKAGES };
  }
}
