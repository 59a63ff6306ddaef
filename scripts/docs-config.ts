import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';
import { CONFIG_DOCUMENTS } from './config-docs/documents.js';

/**
 * `npm run docs:config`: writes docs/configuration.md and .env.example. A test says when they are
 * out of date.
 */
for (const [file, text] of Object.entries(CONFIG_DOCUMENTS)) {
  await writeFile(path.join(PROJECT_ROOT, file), text());
  process.stdout.write(`${file}\n`);
}
