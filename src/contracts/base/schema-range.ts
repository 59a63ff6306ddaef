/** Versions of the schema, or of the store, that a build works with: both ends included. */
export interface VersionRange {
  readonly from: number;
  readonly to: number;
  /** Of a schema that is newer than `to`: this code works with it up to here; absent = `to`. */
  readonly until?: number | undefined;
}

/** The database as a build sees it (O2). */
type SchemaVerdict = 'ok' | 'database-older' | 'database-newer' | 'unknown-chain';

/**
 * The version of a schema is the number of its highest applied file: 0 = none of them, or a
 * database that cannot name it (before 0012); null = files that this code's chain does not have.
 */
export function compareSchema(range: VersionRange, databaseVersion: number | null): SchemaVerdict {
  if (databaseVersion === null) return 'unknown-chain';
  if (databaseVersion > (range.until ?? range.to)) return 'database-newer';
  return databaseVersion < range.from ? 'database-older' : 'ok';
}

const UNTOUCHED = 'nothing was changed';

/**
 * Why a build does not work on this database, which side is newer, and what to do: one sentence;
 * null = it does. `--fresh`, which removes the data, is offered only where no migration leads.
 */
export function schemaRefusal(
  range: VersionRange,
  databaseVersion: number | null,
  reason = 'its files are not those of this code',
): string | null {
  const verdict = compareSchema(range, databaseVersion);
  const code = range.from === range.to ? `${range.to}` : `${range.from} to ${range.to}`;
  switch (verdict) {
    case 'ok':
      return null;
    case 'database-newer':
      return (
        `the database (schema ${databaseVersion}) is newer than this code (schema ${code}): ` +
        `start the commit that ran last, or a newer one; ${UNTOUCHED}`
      );
    case 'database-older':
      return (
        `the database (schema ${databaseVersion === 0 ? 'without a version' : databaseVersion}) ` +
        `is older than this code (schema ${code}): bring it up to date with \`npm start\`, or ` +
        `where it is not embedded with \`node dist/current/migrate.js\`; ${UNTOUCHED}`
      );
    case 'unknown-chain':
      return (
        `the database was made by other migrations than this code's (${reason}), and none leads ` +
        'from there: start the commit that made it, or remove an embedded one for good with ' +
        `\`npm start -- --fresh\`; ${UNTOUCHED}`
      );
  }
}

/** Version of a database, from its own row. */
export interface SchemaState {
  readonly version: number;
  /** Of the functions that were asked for, those that are not there exactly once. */
  readonly unsound: readonly string[];
}

/** Why messages cannot be worked on with this database; null = they can. */
export function schemaProblem(range: VersionRange, state: SchemaState): string | null {
  const refusal = schemaRefusal(range, state.version);
  if (refusal !== null || state.unsound.length === 0) return refusal;
  return (
    `the database has not exactly one of each function that a message needs: ` +
    `${state.unsound.join(', ')}; make or drop what is wrong by hand, or restore a backup`
  );
}
