import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';

export const TOOLS_DIR = path.join(PROJECT_ROOT, '.tools');

/**
 * Runs `fetch` with a new folder below `.tools/`, which is removed afterwards. What was fetched is
 * renamed out of it in one step: other processes see the old state or the whole of the new one.
 */
export async function inDraft<T>(fetch: (draft: string) => Promise<T>): Promise<T> {
  await mkdir(TOOLS_DIR, { recursive: true });
  const draft = await mkdtemp(path.join(TOOLS_DIR, 'fetch-'));
  try {
    return await fetch(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
