import { schemaRefusal } from '../contracts/base/schema-range.js';

/** A file of the chain; `version` is the number that its name begins with. */
export interface Migration {
  readonly name: string;
  readonly version: number;
  readonly sql: string;
  readonly hash: string;
}

/** State of a database before anything is applied. */
export interface DatabaseFacts {
  readonly applied: readonly { readonly name: string; readonly hash: string }[];
  /** Tables of schema public. */
  readonly tables: readonly string[];
  /** Functions of the chain that exist more than once in schema public. */
  readonly doubled: readonly string[];
}

export interface MigrationPlan {
  /** Versions of the schema before and after. */
  readonly from: number;
  readonly to: number;
  readonly due: readonly Migration[];
}

/** The database is not this code's; the message is the one sentence for the operator (O2). */
export class SchemaRefusedError extends Error {
  override readonly name = 'SchemaRefusedError';
}

/** A living database of V2 has all of these, and is taken over. */
const V2_TABLES = [
  ...['users', 'projects', 'assets', 'project_assets', 'chat_history'],
  ...['jobs', 'publish_drafts', 'activity_log', 'games'],
];

/** One that V2 has not. */
const OWN_TABLE = 'revisions';

/**
 * What has to be applied: the files behind the last one. An applied file never runs again, and its
 * text never changes (O1). Throws {@link SchemaRefusedError}.
 */
export function planMigration(chain: readonly Migration[], facts: DatabaseFacts): MigrationPlan {
  const to = chain.at(-1)?.version ?? 0;
  const versions = facts.applied.map(({ name }) => versionOf(name));
  const from = Math.max(0, ...versions.filter((version) => !Number.isNaN(version)));
  const range = { from: 0, to };
  const newer = schemaRefusal(range, from);
  if (newer !== null) throw new SchemaRefusedError(newer);
  const difference = differenceOf(chain, facts, from);
  if (difference !== null)
    throw new SchemaRefusedError(schemaRefusal(range, null, difference) ?? '');
  const foreign = from === 0 ? foreignTables(chain, facts.tables) : [];
  if (foreign.length > 0)
    throw new SchemaRefusedError(
      `the database holds tables of another product (${foreign.join(', ')}): name another ` +
        'database in DATABASE_URL; nothing was changed',
    );
  if (facts.doubled.length > 0)
    throw new SchemaRefusedError(
      `the database has more than one function of the name ${facts.doubled.join(', ')}: drop ` +
        'those that this code does not make, or restore a backup; nothing was changed',
    );
  return { from, to, due: chain.filter(({ version }) => version > from) };
}

/** NaN when the name does not begin with a number. */
export const versionOf = (name: string): number => Number.parseInt(name, 10);

/** Functions that the chain makes, by name. */
export const functionsOf = (chain: readonly Migration[]): string[] =>
  namesIn(chain, /\bcreate or replace function public\.(\w+)/gi);

/** The first way in which what was applied is not a beginning of the chain; null = it is one. */
function differenceOf(
  chain: readonly Migration[],
  { applied, tables }: DatabaseFacts,
  from: number,
): string | null {
  if (from === 0 && tables.includes(OWN_TABLE)) return 'the record of its applied files is lost';
  const hashes = new Map(applied.map(({ name, hash }) => [name, hash]));
  const strange = applied.find(({ name }) => chain.every((file) => file.name !== name));
  if (strange) return `${strange.name} was applied and is not among its files`;
  for (const { name, hash } of chain.filter(({ version }) => version <= from)) {
    if (!hashes.has(name)) return `${name} was not applied, a later file was`;
    if (hashes.get(name) !== hash) return `${name} was applied with another text`;
  }
  return null;
}

/** Tables that bear a name of ours in a database that is neither new nor V2's. */
function foreignTables(chain: readonly Migration[], tables: readonly string[]): string[] {
  if (V2_TABLES.every((name) => tables.includes(name))) return [];
  const ours = new Set(namesIn(chain, /\bcreate table if not exists public\.(\w+)/gi));
  return tables.filter((name) => ours.has(name)).sort();
}

function namesIn(chain: readonly Migration[], pattern: RegExp): string[] {
  const found = chain.flatMap(({ sql }) => [...sql.matchAll(pattern)].map(([, name = '']) => name));
  return [...new Set(found)];
}
