import { createLog } from '../src/telemetry/log.js';
import { migrate } from '../src/store/migrate.js';

/**
 * Brings the database at DATABASE_URL (an address with the rights of the tables' owner) to the
 * current schema; may be repeated.
 */
const log = createLog('migrate');
const databaseUrl = process.env.DATABASE_URL;
try {
  if (!databaseUrl)
    throw new Error(
      'DATABASE_URL is required: the address of the database, with the rights of the ' +
        'owner of its tables',
    );
  await migrate(databaseUrl, log);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
