import type pg from 'pg';
import { json, type Call, type Reply } from '../http.js';
import type { Catalog, Relation } from './catalog.js';
import { badSyntax, notOffered, restError } from './errors.js';
import type { ParsedQuery } from './parse-query.js';
import { jsonOf, type Preferences } from './request.js';
import { asJson, quote, SelectWriter, Statement, table } from './sql.js';

/** A request about one table, read and understood, before anything was sent to PostgreSQL. */
export interface TableRequest {
  readonly call: Call;
  readonly relation: Relation;
  readonly query: ParsedQuery;
  readonly preferences: Preferences;
}

interface JsonRow {
  readonly body: string | null;
  readonly rows: number;
  readonly total?: string;
}

type Client = Pick<pg.PoolClient, 'query'>;

export async function findRelation(catalog: Catalog, name: string): Promise<Relation> {
  const relation = await catalog.find((known) => known.relation(name));
  if (!relation)
    throw restError(
      404,
      'PGRST205',
      `Could not find the table 'public.${name}' in the schema cache`,
    );
  return relation;
}

/** GET and HEAD: one page of the rows that the caller may see, with Content-Range. */
export async function readRows(
  client: Client,
  catalog: Catalog,
  { relation: { name }, query, preferences }: TableRequest,
): Promise<Reply> {
  const statement = new Statement();
  const writer = new SelectWriter(statement, catalog);
  const items = await writer.items(query.items, name);
  const from = `from ${table(name)} as ${quote(name)}${writer.where(query.conditions, name)}`;
  const select =
    `select ${items} ${from}${writer.orderBy(query.order, name)}` +
    writer.page(query.limit, query.offset);
  const { isSingle, wantsCount } = preferences;
  const text = asJson(select, { isSingle, countFrom: wantsCount ? `select 1 ${from}` : undefined });
  const row = await oneRow(client, text, statement);
  const total = row.total === undefined ? undefined : Number(row.total);
  if (total !== undefined && query.offset > total)
    throw restError(
      416,
      'PGRST103',
      'Requested range not satisfiable',
      `An offset of ${query.offset} was requested, but there are only ${total} rows.`,
    );
  const isPart = total !== undefined && row.rows < total;
  return bodyOf(row, isSingle, isPart ? 206 : 200, query.offset);
}

/** POST: one row or many, with or without an upsert. */
export async function insertRows(
  client: Client,
  catalog: Catalog,
  request: TableRequest,
): Promise<Reply> {
  const { relation, query, preferences } = request;
  if (query.conditions.length > 0 || query.limit !== undefined || query.offset > 0)
    throw notOffered('filters on insert');
  const { rows, text } = jsonBody(request.call);
  const columns = await knownColumns(catalog, relation, query.columns ?? columnsOf(rows));
  const statement = new Statement();
  const list = columns.map(quote).join(', ');
  const source =
    columns.length > 0
      ? `(${list}) select ${list} from json_populate_recordset(null::${table(relation.name)},` +
        ` ${statement.bind(text)}::json)`
      : rows.length === 1
        ? ' default values'
        : undefined;
  if (!source) {
    if (rows.length > 1) throw notOffered('several rows without columns');
    return json(201, [], { 'content-range': '*/*' });
  }
  const change =
    `insert into ${table(relation.name)} as ${quote(relation.name)} ` +
    `${source}${onConflict(relation, query, preferences, columns)}`;
  return answerChange(client, catalog, request, statement, change, 201);
}

/** PATCH: writes the body's columns to every row that the filters and the policies let through. */
export async function updateRows(
  client: Client,
  catalog: Catalog,
  request: TableRequest,
): Promise<Reply> {
  const { relation, preferences } = request;
  const {
    rows: [row],
    isList,
  } = jsonBody(request.call);
  if (!row || isList) throw restError(400, 'PGRST102', 'An update takes one JSON object');
  const columns = await knownColumns(catalog, relation, Object.keys(row));
  if (columns.length === 0)
    return preferences.wantsRows ? json(200, [], { 'content-range': '*/*' }) : { status: 204 };
  const statement = new Statement();
  const values =
    `json_populate_record(null::${table(relation.name)}, ` +
    `${statement.bind(request.call.body)}::json)`;
  const assignments = columns
    .map((column) => `${quote(column)} = (given$.new_values).${quote(column)}`)
    .join(', ');
  const where = filteredWhere(statement, catalog, request, 'UPDATE');
  const change =
    `update ${table(relation.name)} as ${quote(relation.name)} set ${assignments} from ` +
    `(select ${values} as new_values offset 0) as given$${where}`;
  return answerChange(client, catalog, request, statement, change, 200);
}

export async function deleteRows(
  client: Client,
  catalog: Catalog,
  request: TableRequest,
): Promise<Reply> {
  const { relation } = request;
  const statement = new Statement();
  const where = filteredWhere(statement, catalog, request, 'DELETE');
  return answerChange(
    client,
    catalog,
    request,
    statement,
    `delete from ${table(relation.name)} as ${quote(relation.name)}${where}`,
    200,
  );
}

/**
 * Runs a change and answers with the rows if they are wanted; otherwise it needs no right to read
 * them.
 */
async function answerChange(
  client: Client,
  catalog: Catalog,
  request: TableRequest,
  statement: Statement,
  change: string,
  okStatus: number,
): Promise<Reply> {
  const {
    relation: { name },
    query,
    preferences,
  } = request;
  if (!preferences.wantsRows) {
    const { rowCount } = await client.query(change, statement.values);
    const total = preferences.wantsCount ? String(rowCount ?? 0) : '*';
    return { status: okStatus === 201 ? 201 : 204, headers: { 'content-range': `*/${total}` } };
  }
  const writer = new SelectWriter(statement, catalog);
  const items = await writer.items(query.items, name);
  const order = writer.orderBy(query.order, name);
  const select = `select ${items} from changed as ${quote(name)}${order}`;
  const before = `with changed as (${change} returning ${quote(name)}.*) `;
  const text = asJson(select, {
    isSingle: preferences.isSingle,
    countFrom: preferences.wantsCount ? 'select 1 from changed' : undefined,
    before,
  });
  return bodyOf(await oneRow(client, text, statement), preferences.isSingle, okStatus);
}

function filteredWhere(
  statement: Statement,
  catalog: Catalog,
  { query, relation }: TableRequest,
  verb: string,
): string {
  if (query.limit !== undefined || query.offset > 0) throw notOffered(`limit on ${verb}`);
  // Hosted Supabase refuses these as well (pg-safeupdate).
  if (query.conditions.length === 0)
    throw restError(400, '21000', `${verb} requires a WHERE clause`);
  return new SelectWriter(statement, catalog).where(query.conditions, relation.name);
}

function onConflict(
  relation: Relation,
  query: ParsedQuery,
  { onDuplicate }: Preferences,
  columns: readonly string[],
): string {
  if (onDuplicate === 'fail') {
    if (query.conflictColumns) throw notOffered('on_conflict without a resolution');
    return '';
  }
  const target = query.conflictColumns ?? relation.primaryKey;
  if (target.length === 0) return '';
  const list = target.map(quote).join(', ');
  if (onDuplicate === 'ignore' || columns.length === 0) return ` on conflict (${list}) do nothing`;
  return (
    ` on conflict (${list}) do update set ` +
    `${columns.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ')}`
  );
}

/**
 * The rows of a body (an object or a list of objects) and its own text as a list: numbers keep all
 * their digits.
 */
function jsonBody(call: Call): { rows: Record<string, unknown>[]; text: string; isList: boolean } {
  const type = call.headers['content-type'] ?? 'application/json';
  if (!type.startsWith('application/json'))
    throw restError(415, 'PGRST102', `Content-Type not acceptable: ${type}`);
  const value = jsonOf(call);
  const isList = Array.isArray(value);
  const rows = isList ? (value as unknown[]) : [value];
  if (!rows.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row)))
    throw restError(400, 'PGRST102', 'The body has to be an object or a list of objects');
  return {
    rows: rows as Record<string, unknown>[],
    text: isList ? call.body : `[${call.body}]`,
    isList,
  };
}

/** The columns of an insert without a `columns` parameter: all rows have to have the same ones. */
function columnsOf(rows: readonly Record<string, unknown>[]): string[] {
  const columns = Object.keys(rows[0] ?? {});
  const wanted = JSON.stringify([...columns].sort());
  if (rows.some((row) => JSON.stringify(Object.keys(row).sort()) !== wanted))
    throw restError(400, 'PGRST102', 'All object keys must match');
  return columns;
}

async function knownColumns(
  catalog: Catalog,
  relation: Relation,
  columns: readonly string[],
): Promise<readonly string[]> {
  for (const column of columns) {
    if (column.includes('\0')) throw badSyntax('a NUL character');
    const isKnown = await catalog.find(
      (known) => known.relation(relation.name)?.columns.has(column) || undefined,
    );
    if (!isKnown)
      throw restError(
        400,
        'PGRST204',
        `Could not find the '${column}' column of '${relation.name}' in the schema cache`,
      );
  }
  return columns;
}

export async function oneRow(client: Client, text: string, statement: Statement): Promise<JsonRow> {
  const { rows } = await client.query<JsonRow>(text, statement.values);
  const [row] = rows;
  if (!row) throw new Error('an aggregate answered no row');
  return row;
}

/**
 * The answer with its rows; thrown inside of the transaction when one row was demanded and there is
 * another number.
 */
export function bodyOf(row: JsonRow, isSingle: boolean, status: number, first = 0): Reply {
  if (isSingle && row.rows !== 1) {
    throw restError(
      406,
      'PGRST116',
      'Cannot coerce the result to a single JSON object',
      `The result contains ${row.rows} rows`,
    );
  }
  const range = row.rows > 0 ? `${first}-${first + row.rows - 1}` : '*';
  const type = isSingle ? 'application/vnd.pgrst.object+json' : 'application/json';
  return {
    status,
    body: row.body ?? 'null',
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-range': `${range}/${row.total ?? '*'}`,
    },
  };
}
