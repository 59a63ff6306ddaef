import path from 'node:path';
import { chooseRunUser, sharedPlace } from '../../dev/postgres/location.js';
import { findBinaries } from '../../dev/postgres/binaries.js';
import { findOnPath, run, tail } from '../../dev/tools/run.js';
import { findModalPython } from '../../dev/tools/modal-venv.js';
import { findChromium } from '../chromium.js';
import { missingOf, TEST_TOOLS } from '../../dev/tools/system-tools.js';
import { findTemporalCli } from '../../dev/tools/temporal-cli.js';
import { findClaude } from '../runner/claude/binary.js';
import { probeBubblewrap } from '../runner/claude/sandbox.js';
import type { Finding } from './report.js';

type Environment = Readonly<Record<string, string | undefined>>;

const OLDEST_NODE = [20, 19] as const;
const VERSION_TIMEOUT_MS = 15_000;
const INSTALL_PACKAGES = 'npm ci (with its optional packages)';

/**
 * The programs that the stack and its tests use. Looks only; the one thing it may leave behind is
 * PostgreSQL's readable copy, as a start does.
 */
export async function checkPrograms(env: Environment, dataDir: string): Promise<Finding[]> {
  return [
    checkNode(process.versions.node),
    ...(await Promise.all([
      checkVersion('git', 'git', 'sudo apt-get install git'),
      checkTemporal(env),
      checkPython(),
      checkModalClient(),
      checkPostgres(env, dataDir),
      checkClaude(),
      checkSandbox(env),
      ...testTools(),
    ])),
  ];
}

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

async function checkVersion(what: string, program: string, remedy: string): Promise<Finding> {
  const asked = await run(program, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS });
  return asked.ok
    ? { what, verdict: 'ok', detail: tail(asked.stdout, 1) }
    : { what, verdict: 'missing', detail: tail(asked.stderr, 1), remedy };
}

async function checkTemporal({ TEMPORAL_ADDRESS: address }: Environment): Promise<Finding> {
  const what = 'Temporal CLI';
  if (address) return { what, verdict: 'ok', detail: `not needed: TEMPORAL_ADDRESS is ${address}` };
  try {
    const program = await findTemporalCli();
    if (program) return { what, verdict: 'ok', detail: program };
    return {
      what,
      verdict: 'missing',
      detail: 'not found',
      remedy: 'npm run tools -- --profile=start, or set TEMPORAL_CLI_PATH or TEMPORAL_ADDRESS',
    };
  } catch (error) {
    return {
      what,
      verdict: 'missing',
      detail: messageOf(error),
      remedy: 'correct TEMPORAL_CLI_PATH, or unset it',
    };
  }
}

/** Python is one of two ways to fetch the Temporal CLI, and the only one to have Modal's client. */
async function checkPython(): Promise<Finding> {
  const what = 'Python venv';
  const asked = await run(
    'python3',
    ['-c', 'import venv, ensurepip, sys; print(sys.version.split()[0])'],
    { timeoutMs: VERSION_TIMEOUT_MS },
  );
  return asked.ok
    ? { what, verdict: 'ok', detail: `Python ${asked.stdout.trim()}` }
    : {
        what,
        verdict: 'absent',
        detail: `${tail(asked.stderr, 1)} (used to fetch the Temporal CLI and to run Modal's client)`,
        remedy: 'sudo apt-get install python3-venv',
      };
}

/** Deploys the functions and runs the emulator; a stack without Modal needs neither. */
async function checkModalClient(): Promise<Finding> {
  const what = 'Modal client';
  const python = await findModalPython();
  return python
    ? { what, verdict: 'ok', detail: path.dirname(python) }
    : {
        what,
        verdict: 'absent',
        detail: 'not installed (used to deploy to Modal and for its emulator)',
        remedy: 'npm run tools',
      };
}

async function checkPostgres(
  { SUPABASE_URL: url, PG_BINDIR: pgBinDir }: Environment,
  dataDir: string,
): Promise<Finding> {
  const what = 'PostgreSQL';
  if (url) return { what, verdict: 'ok', detail: `not needed: SUPABASE_URL is ${url}` };
  try {
    const user = await chooseRunUser();
    const { binDir, major } = await findBinaries({
      pgBinDir,
      user,
      neededMajor: undefined,
      copyPlace: async () => (user ? sharedPlace(user) : dataDir),
      onCopied: () => undefined,
    });
    return { what, verdict: 'ok', detail: `${major} in ${binDir}` };
  } catch (error) {
    return {
      what,
      verdict: 'missing',
      detail: messageOf(error),
      remedy: `${INSTALL_PACKAGES}, or set PG_BINDIR or SUPABASE_URL`,
    };
  }
}

async function checkClaude(): Promise<Finding> {
  const what = 'Claude CLI';
  try {
    return await checkVersion(what, await findClaude(), INSTALL_PACKAGES);
  } catch (error) {
    return { what, verdict: 'missing', detail: messageOf(error), remedy: INSTALL_PACKAGES };
  }
}

/** Without a sandbox a development stack runs with a warning, production and CI refuse to. */
async function checkSandbox({ NODE_ENV, CI }: Environment): Promise<Finding> {
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

/** Chromium and fonts: tests need them, the product does not. Bubblewrap was tried out above. */
function testTools(): Promise<Finding>[] {
  return TEST_TOOLS.filter(({ debianPackage }) => debianPackage !== 'bubblewrap').map(
    async (tool): Promise<Finding> => {
      const isThere = (await missingOf([tool])).length === 0;
      const detail =
        tool.debianPackage === 'chromium' && isThere
          ? (findChromium() ?? '')
          : isThere
            ? 'there'
            : 'not found';
      return {
        what: tool.what,
        verdict: isThere ? 'ok' : 'absent',
        detail,
        remedy: `npm run tools, or sudo apt-get install ${tool.debianPackage}`,
      };
    },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
