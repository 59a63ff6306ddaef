import { rm } from 'node:fs/promises';
import { findOnPath, run, tail } from '../../src/ops/run-program.js';

const LIMIT_MS = 10 * 60_000;
/** Reads one state of the database while its server goes on writing. */
const STATEMENT = 'vacuum into ?';
const SCRIPT =
  'import sqlite3, sys\n' +
  'database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n' +
  `database.execute('${STATEMENT}', (sys.argv[2],))\n`;

interface Sqlite {
  readonly DatabaseSync: new (file: string) => {
    prepare(statement: string): { run(...values: string[]): unknown };
    close(): void;
  };
}

/**
 * Copies an SQLite database that is in use, as it is at one moment. Node has SQLite from 22.13 on;
 * with an older one Python's is taken. Throws a sentence where neither is there.
 */
export async function copySqlite(file: string, target: string): Promise<void> {
  await rm(target, { force: true });
  const builtIn = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
  if (builtIn) {
    const database = new builtIn.DatabaseSync(file);
    try {
      database.prepare(STATEMENT).run(target);
    } finally {
      database.close();
    }
    return;
  }
  const python = findOnPath('python3');
  if (python === null)
    throw new Error('Workflows cannot be copied: install Node.js 22.13 or newer, or python3.');
  const copied = await run(python, ['-c', SCRIPT, file, target], { timeoutMs: LIMIT_MS });
  if (!copied.ok) throw new Error(`Workflows could not be copied: ${tail(copied.stderr, 1)}`);
}
