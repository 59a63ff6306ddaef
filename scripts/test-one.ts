import { spawn } from 'node:child_process';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';

/** Where the tests of the projects of vitest.config.ts lie; what is nowhere here is a unit test. */
const PROJECTS_OF = [
  ['test/workflows/', ['workflows']],
  ['test/replay/', ['workflows']],
  ['test/contract/', ['contract', 'contract-shared']],
  ['test/recovery/', ['recovery']],
  ['test/e2e/', ['e2e', 'e2e-screens']],
] as const;

/**
 * `npm run test:one <file> [-- -t <name>]`: runs one test file, or those of a folder, with the
 * project that it belongs to, also when `npm test` leaves it out.
 */
const [target, ...others] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write('usage: npm run test:one <file> [-- -t <name of a test>]\n');
  process.exit(1);
}
const file = path.relative(PROJECT_ROOT, path.resolve(target));
const projects = PROJECTS_OF.find(([folder]) => `${file}/`.startsWith(folder))?.[1] ?? ['unit'];
const chosen = projects.flatMap((project) => ['--project', project]);
const vitest = path.join(PROJECT_ROOT, 'node_modules/vitest/vitest.mjs');
const child = spawn(process.execPath, [vitest, 'run', ...chosen, file, ...others], {
  cwd: PROJECT_ROOT,
  stdio: 'inherit',
  env: { ...process.env, TEST_SCOPE: 'full' },
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
