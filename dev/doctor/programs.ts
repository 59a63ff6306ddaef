import path from 'node:path';
import { messageOf } from '../../src/contracts/base/errors.js';
import { INSTALL_PACKAGES } from '../../src/ops/programs.js';
import { absent, missing, ok, type Finding } from '../../src/checks/finding.js';
import { run, tail } from '../../src/ops/run-program.js';
import { findBinaries } from '../postgres/binaries.js';
import { chooseRunUser, sharedPlace } from '../postgres/location.js';
import { findVenvPython, VENVS } from '../tools/venv.js';
import { findTemporalCli } from '../tools/temporal-cli.js';

type Environment = Readonly<Record<string, string | undefined>>;

const VERSION_TIMEOUT_MS = 15_000;

/**
 * The programs that the development stack and the tests use. Looks only; the one thing it may leave
 * behind is PostgreSQL's readable copy, as a start does.
 */
export function checkDevelopmentPrograms(env: Environment, dataDir: string): Promise<Finding[]> {
  return Promise.all([
    checkTemporal(env),
    checkPython(),
    checkModalClient(),
    checkPostgres(env, dataDir),
  ]);
}

async function checkTemporal({ TEMPORAL_ADDRESS: address }: Environment): Promise<Finding> {
  const what = 'Temporal CLI';
  if (address) return ok(what, `not needed: TEMPORAL_ADDRESS is ${address}`);
  try {
    const program = await findTemporalCli();
    if (program) return ok(what, program);
    return missing(
      what,
      'not found',
      'npm run tools -- --profile=start, or set TEMPORAL_CLI_PATH or TEMPORAL_ADDRESS',
    );
  } catch (error) {
    return missing(what, messageOf(error), 'correct TEMPORAL_CLI_PATH, or unset it');
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
  if (asked.ok) return ok(what, `Python ${asked.stdout.trim()}`);
  return absent(
    what,
    `${tail(asked.stderr, 1)} (used to fetch the Temporal CLI and to run Modal's client)`,
    'sudo apt-get install python3-venv',
  );
}

/** Deploys the functions and runs the emulator; a stack without Modal needs neither. */
async function checkModalClient(): Promise<Finding> {
  const what = 'Modal client';
  const python = await findVenvPython(VENVS.modal);
  if (python) return ok(what, path.dirname(python));
  return absent(
    what,
    'not installed (used to deploy to Modal and for its emulator)',
    'npm run tools',
  );
}

async function checkPostgres(
  { SUPABASE_URL: url, PG_BINDIR: pgBinDir }: Environment,
  dataDir: string,
): Promise<Finding> {
  const what = 'PostgreSQL';
  if (url) return ok(what, `not needed: SUPABASE_URL is ${url}`);
  try {
    const user = await chooseRunUser();
    const { binDir, major } = await findBinaries({
      pgBinDir,
      user,
      neededMajor: undefined,
      copyPlace: async () => (user ? sharedPlace(user) : dataDir),
      onCopied: () => undefined,
    });
    return ok(what, `${major} in ${binDir}`);
  } catch (error) {
    const remedy = `${INSTALL_PACKAGES}, or set PG_BINDIR or SUPABASE_URL`;
    return missing(what, messageOf(error), remedy);
  }
}
