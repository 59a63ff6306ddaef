import { spawnSync } from 'node:child_process';
import { PROJECT_ROOT } from '../src/config.js';
import { hashesOfDoubles, recordDoubles, testsOfDoubles } from '../test/doubles.js';

/**
 * `npm run test:doubles`: runs the tests of everything in `dev/` that stands in for a service, and
 * writes down in `test/doubles.json` what has passed. `npm test` leaves out the tests of a double
 * that has not changed since.
 */
const hashes = hashesOfDoubles();
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'contract', '--maxWorkers=2', ...testsOfDoubles()],
  { cwd: PROJECT_ROOT, stdio: 'inherit', env: { ...process.env, TEST_SCOPE: 'full' } },
);
if (status === 0) recordDoubles(hashes);
process.exitCode = status ?? 1;
