import { parseArgs } from 'node:util';
import { ensureCutoutModel } from './cutout-model.js';
import { ensureModalPython } from './modal-venv.js';
import { ensureOldestPostgres } from './oldest-postgres.js';
import { ensureSchemathesisPython } from './schemathesis.js';
import {
  BUBBLEWRAP,
  canInstall,
  installHint,
  installTools,
  missingOf,
  TEST_TOOLS,
} from './system-tools.js';
import { ensureTemporalCli } from './temporal-cli.js';

/**
 * `npm run tools [-- --profile=start|test]`: finds or fetches what `npm start` or `npm test` (the
 * default) needs. Quiet when everything is there; exits 1 and says what to do when something
 * required is missing.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { profile: { type: 'string', default: 'test' } } });
  if (values.profile !== 'start' && values.profile !== 'test')
    throw new Error('--profile is start or test');
  await ensureTemporalCli(say);
  await fetchCutoutModel(values.profile);
  if (values.profile === 'test') {
    await ensureModalPython(say);
    await ensureOldestPostgres(say);
    await ensureSchemathesisPython(say);
  }
  const missing = await missingOf(values.profile === 'test' ? TEST_TOOLS : [BUBBLEWRAP]);
  if (missing.length === 0) return 0;
  if (!canInstall()) return report(installHint(missing), values.profile);
  say(`Installing ${missing.map((tool) => tool.debianPackage).join(', ')} …`);
  const failure = await installTools(missing);
  const left = await missingOf(missing);
  return left.length === 0
    ? 0
    : report(
        `${installHint(left)}\n${
          failure ?? 'The packages were installed but the ' + 'tools are still not found.'
        }`,
        values.profile,
      );
}

/** Starting works without it too: then images are not cut out. */
async function fetchCutoutModel(profile: 'start' | 'test'): Promise<void> {
  await ensureCutoutModel(say).catch((error: unknown) => {
    if (profile === 'test') throw error;
    say((error as Error).message);
  });
}

/**
 * Starting works without the sandbox (with a warning by the runner); tests without their tools
 * would prove nothing.
 */
function report(problem: string, profile: 'start' | 'test'): number {
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
