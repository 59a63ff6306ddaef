import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/config.js';
import { API_DOCUMENTS } from './api-docs/documents.js';

/**
 * `npm run docs:api`: writes docs/api from src/contracts. A test says when they are out of date.
 */
for (const [file, text] of Object.entries(API_DOCUMENTS)) {
  const target = path.join(PROJECT_ROOT, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text());
  process.stdout.write(`${file}\n`);
}
