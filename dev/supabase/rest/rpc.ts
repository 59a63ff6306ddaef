import type pg from 'pg';
import { json, type Call, type Reply } from '../http.js';
import type { Catalog, Routine } from './catalog.js';
import { badSyntax, notOffered, restError } from './errors.js';
import type { ParsedQuery } from './parse-query.js';
import { jsonOf, type Preferences } from './request.js';
import { asJson, MAX_ROWS, quote, Statement, table } from './sql.js';
import { bodyOf, oneRow } from './tables.js';

/** POST /rpc/<name>: calls a function of schema public with named arguments. */
export interface RoutineRequest {
  readonly call: Call;
  readonly routine: Routine;
  readonly query: ParsedQuery;
  readonly preferences: Preferences;
}

type Client = Pick<pg.PoolClient, 'query'>;

/** The one function of that name that takes these arguments. */
export async function findRoutine(catalog: Catalog, name: string, call: Call): Promise<Routine> {
  const given = Object.keys(readArguments(call));
  if (given.some((argument) => argument.includes('\0'))) throw badSyntax('a NUL character');
  const found = await catalog.find((known) => {
    const fitting = known.routinesCalled(name).filter((routine) => takes(routine, given));
    return fitting.length > 0 ? fitting : undefined;
  });
  const [only, ...others] = found ?? [];
  if (!only) {
    throw restError(
      404,
      'PGRST202',
      `Could not find the function public.${name}(${given.join(', ')}) in the schema cache`,
      `Searched for the function public.${name} with parameters ` +
        `${given.join(', ') || '(none)'}, but no matches were found in the schema cache.`,
    );
  }
  if (others.length > 0)
    throw restError(
      300,
      'PGRST203',
      `Could not choose the best candidate function for public.${name}(${given.join(', ')})`,
    );
  return only;
}

function takes(routine: Routine, given: readonly string[]): boolean {
  const isNamed = given.every(
    (name) => name !== '' && routine.parameters.some((parameter) => parameter.name === name),
  );
  return (
    isNamed &&
    routine.parameters.every((parameter) => parameter.hasDefault || given.includes(parameter.name))
  );
}

export async function callRoutine(
  client: Client,
  { call, routine, query, preferences }: RoutineRequest,
): Promise<Reply> {
  if (!query.isPlain || preferences.wantsCount)
    throw notOffered('select, filters, order, pages or counts on functions');
  const statement = new Statement();
  const given = Object.keys(readArguments(call));
  const parameters = routine.parameters.filter(({ name }) => given.includes(name));
  const list = parameters.map(({ name }) => `${quote(name)} => args$.${quote(name)}`).join(', ');
  const invocation = `${table(routine.name)}(${list})`;
  // PostgreSQL itself reads the JSON; the type names come from its own catalog.
  const values =
    parameters.length === 0
      ? '(select) as args$'
      : `json_to_record(${statement.bind(call.body)}::json) as ` +
        `args$(${parameters.map(({ name, type }) => `${quote(name)} ${type}`).join(', ')})`;

  if (routine.isVoid) {
    await client.query(`select ${invocation} from ${values}`, statement.values);
    return { status: 204 };
  }
  if (routine.isComposite) {
    const isSingle = preferences.isSingle || !routine.isSet;
    const select = `select answer$.* from ${values}, lateral ${invocation} as answer$`;
    const text = asJson(`${select} limit ${MAX_ROWS}`, { isSingle, countFrom: undefined });
    return bodyOf(await oneRow(client, text, statement), isSingle, 200);
  }
  const answers = `(select ${invocation} as value$ from ${values} limit ${MAX_ROWS}) answers$`;
  const text =
    `select ${routine.isSet ? `coalesce(json_agg(value$), '[]')` : 'to_json(value$)'}::text ` +
    `as body from ${answers}`;
  const { rows } = await client.query<{ body: string | null }>(text, statement.values);
  return { ...json(200, null), body: rows[0]?.body ?? 'null' };
}

function readArguments(call: Call): Record<string, unknown> {
  const value = jsonOf(call);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw restError(400, 'PGRST102', 'The arguments of a function are one JSON object');
  return value as Record<string, unknown>;
}
