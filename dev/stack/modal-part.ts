import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { builtProgramArgs } from '../build/programs.js';
import { run, tail } from '../../src/ops/run-program.js';
import { helperEnv, workerEnv, type ModalAccess, type PartFacts } from './part-env.js';
import type { ProcessSpec } from './running.js';

/**
 * Names a file that the emulator writes when it opens its door for scripted faults; for tests,
 * never in production.
 */
const CONTROL_FILE = 'MODAL_EMULATOR_CONTROL_FILE';
/** What the image installs and this machine has elsewhere: the pinned model program. */
const LINKS = [`/opt/dreamcore/node_modules=${path.join(PROJECT_ROOT, 'node_modules')}`];
const DEPLOY_LIMIT_MS = 180_000;

/** The emulator: its data below DATA_DIR, the secrets of our functions by environment. */
export function emulatorProcess(facts: PartFacts): ProcessSpec {
  const { config, env, ports, modalPython } = facts;
  const controlFile = env[CONTROL_FILE];
  return {
    command: modalPython,
    args: [
      path.join(PROJECT_ROOT, 'dev/modal-emulator/server.py'),
      `--port=${ports.modal}`,
      `--data-dir=${path.join(config.DATA_DIR, 'modal')}`,
      ...LINKS.map((link) => `--link=${link}`),
      ...(controlFile ? [`--control-file=${controlFile}`] : []),
    ],
    env: helperEnv(env, {
      ...tokenEnv(facts),
      PYTHONDONTWRITEBYTECODE: '1',
      MODAL_EMULATOR_SECRETS: JSON.stringify(secretsOf(facts)),
    }),
    cwd: PROJECT_ROOT,
    stopLimitMs: 10_000,
  };
}

/** `npm run modal:deploy` into the emulator. Throws with the end of its output. */
export async function deployModalApp(facts: PartFacts): Promise<void> {
  const { MODAL_APP: app } = facts.config;
  const outcome = await run(process.execPath, builtProgramArgs(facts.build, 'modal-deploy'), {
    timeoutMs: DEPLOY_LIMIT_MS,
    env: helperEnv(facts.env, {
      ...tokenEnv(facts),
      MODAL_SERVER_URL: accessOf(facts).serverUrl,
      MODAL_APP: app,
      MODAL_CLI: path.join(path.dirname(facts.modalPython), 'modal'),
      // The developer's own Modal profile is ignored.
      MODAL_CONFIG_PATH: '/dev/null',
    }),
  });
  if (!outcome.ok)
    throw new Error(
      `the functions could not be deployed: ${tail(`${outcome.stdout}\n${outcome.stderr}`)}`,
    );
}

function secretsOf(facts: PartFacts): Record<string, Record<string, string | undefined>> {
  const { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, GEMINI_API_KEY, GEMINI_BASE_URL } =
    workerEnv(facts);
  return {
    anthropic: { ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL },
    // There must be such a Secret, also where no image model is.
    gemini: { GEMINI_API_KEY: GEMINI_API_KEY ?? '', GEMINI_BASE_URL },
  };
}

function tokenEnv(facts: PartFacts): Record<string, string> {
  const { tokenId, tokenSecret } = accessOf(facts);
  return { MODAL_TOKEN_ID: tokenId, MODAL_TOKEN_SECRET: tokenSecret };
}

function accessOf({ modal }: PartFacts): ModalAccess {
  if (!modal) throw new Error('The emulator runs only where its token is known.');
  return modal;
}
