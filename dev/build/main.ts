import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { ensureBuild } from './ensure.js';

/** `npm run build`: makes `dist/current` from the sources, unless it is made from them already. */
try {
  const startedAt = Date.now();
  let isMade = false;
  const folder = await ensureBuild(() => {
    isMade = true;
  });
  const name = path.relative(PROJECT_ROOT, folder);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(isMade ? `built ${name} in ${seconds} s\n` : `${name} is up to date\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
