import { findClaude } from '../runner/claude/binary.js';
import { probeBubblewrap } from '../runner/claude/sandbox.js';
import type { Finding } from './report.js';
import { findOnPath, run, tail } from './run-program.js';

type Environment = Readonly<Record<string, string | undefined>>;

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
export function checkGit(): Promise<Finding> {
  return checkVersion('git', 'git', 'sudo apt-get install git');
}

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

/** Without a sandbox a development stack runs with a warning, production and CI refuse to. */
export async function checkSandbox({ NODE_ENV, CI }: Environment): Promise<Finding> {
  const what = 'bubblewrap';
  if (process.platform !== 'linux')
    return {
      what,
      verdict: 'absent',
      detail: 'there is none for this system: model runs are not sandboxed',
      remedy: 'use Linux in production',
    };
  const trouble = await probeBubblewrap();
  if (trouble === null)
    return { what, verdict: 'ok', detail: `makes namespaces (${findOnPath('bwrap') ?? 'bwrap'})` };
  return {
    what,
    verdict: NODE_ENV === 'production' || CI === 'true' ? 'missing' : 'absent',
    detail: tail(trouble, 1),
    remedy: 'sudo apt-get install bubblewrap; a container must allow user namespaces',
  };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
