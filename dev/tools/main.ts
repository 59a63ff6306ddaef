import { parseArgs } from 'node:util';
import { ensureCutoutModel } from './cutout-model.js';
import { ensureOldestPostgres } from './oldest-postgres.js';
import {
  BUBBLEWRAP,
  canInstall,
  installHint,
  installTools,
  missingOf,
  TEST_TOOLS,
} from './system-tools.js';
import { ensureTemporalCli } from './temporal-cli.js';
import { ensureVenvPython, VENVS } from './venv.js';

/**
 * `npm run tools [-- --profile=start|test]`: finds or fetches what `npm start` or `npm test` (the
 * default) needs. Silent when everything is there; exits 1 with a remedy when something
 * required is missing.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { profile: { type: 'string', default: 'test' } } });
  if (values.profile !== 'start' && values.profile !== 'test')
    throw new Error('--profile is start or test');
  // Each waits for a network of its own; all are let end, so that none leaves a draft behind.
  const [systemTools, ...fetched] = await Promise.allSettled([
    provideSystemTools(values.profile),
    ...fetchersOf(values.profile).map((fetch) => fetch()),
  ]);
  for (const outcome of [systemTools, ...fetched])
    if (outcome.status === 'rejected') throw outcome.reason;
  return systemTools.status === 'fulfilled' ? systemTools.value : 1;
}

type Profile = 'start' | 'test';

/** What goes into `.tools/`. */
function fetchersOf(profile: Profile): (() => Promise<unknown>)[] {
  const always = [() => ensureTemporalCli(say), () => fetchCutoutModel(profile)];
  if (profile === 'start') return always;
  const venvs = Object.values(VENVS).map((venv) => () => ensureVenvPython(venv, say));
  return [...always, () => ensureOldestPostgres(say), ...venvs];
}

/** Finds or installs what the operating system gives; answers the exit code. */
async function provideSystemTools(profile: Profile): Promise<number> {
  const missing = await missingOf(profile === 'test' ? TEST_TOOLS : [BUBBLEWRAP]);
  if (missing.length === 0) return 0;
  if (!canInstall()) return report(installHint(missing), profile);
  say(`Installing ${missing.map((tool) => tool.debianPackage).join(', ')} …`);
  const failure = await installTools(missing);
  const left = await missingOf(missing);
  return left.length === 0
    ? 0
    : report(
        `${installHint(left)}\n${
          failure ?? 'The packages were installed but the ' + 'tools are still not found.'
        }`,
        profile,
      );
}

/** Starting works without it too: then images are not cut out. */
async function fetchCutoutModel(profile: Profile): Promise<void> {
  await ensureCutoutModel(say).catch((error: unknown) => {
    if (profile === 'test') throw error;
    say((error as Error).message);
  });
}

/**
 * Starting works without the sandbox (with a warning by the runner); tests without their tools
 * would prove nothing.
 */
function report(problem: string, profile: Profile): number {
  process.stderr.write(`${problem}\n`);
  return profile === 'test' || process.env.CI === 'true' ? 1 : 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
