import { badSyntax, notOffered } from './errors.js';
import { parseFilter, parseOr, type Condition } from './parse-filter.js';
import {
  parseCount,
  parseNames,
  parseOrder,
  parseSelect,
  type OrderTerm,
  type SelectItem,
} from './parse-select.js';
import { Scanner } from './scanner.js';

/** What a request asks about one table. */
export interface ParsedQuery {
  readonly items: readonly SelectItem[];
  readonly conditions: Condition[];
  readonly order: readonly OrderTerm[];
  readonly limit: number | undefined;
  readonly offset: number;
  /** `on_conflict`: the unique columns of an upsert. */
  readonly conflictColumns: readonly string[] | undefined;
  /** `columns`: what an insert of several rows writes. */
  readonly columns: readonly string[] | undefined;
  /** Nothing of the above is asked for. */
  readonly isPlain: boolean;
}

const ONCE = ['select', 'columns', 'on_conflict', 'order', 'limit', 'offset'];

/**
 * Reads a whole query string. `apikey` belongs to the gateway; every other parameter has to be
 * understood.
 */
export function parseQuery(query: URLSearchParams): ParsedQuery {
  const entries = [...query].filter(([key]) => key !== 'apikey');
  if (entries.some(([key, value]) => `${key}${value}`.includes('\0')))
    throw badSyntax('a NUL character');
  for (const key of ONCE)
    if (query.getAll(key).length > 1) throw badSyntax(`"${key}" is given twice`);
  const [order, limit, offset] = ['order', 'limit', 'offset'].map((key) => query.get(key));
  return {
    items: parseSelect(query.get('select') ?? '*'),
    conditions: entries.filter(([key]) => !ONCE.includes(key)).map(conditionOf),
    order: order == null ? [] : parseOrder(order),
    limit: limit == null ? undefined : parseCount('limit', limit),
    offset: offset == null ? 0 : parseCount('offset', offset),
    conflictColumns: parseNames(query.get('on_conflict')),
    columns: parseNames(query.get('columns')),
    isPlain: entries.length === 0,
  };
}

/** Reads a filter (`name=eq.x`) or `or=(…)`; those of embedded tables are refused. */
function conditionOf([key, value]: [string, string]): Condition {
  if (key === 'or') return parseOr(value);
  if (/^(and|not\.(and|or))$/.test(key)) throw notOffered(`"${key}" in filters`);
  const scanner = new Scanner(key);
  const column = scanner.name();
  if (scanner.take('.')) throw notOffered('filters, order and limits of embedded tables');
  if (scanner.take('->')) throw notOffered('JSON paths in filters');
  scanner.expectEnd();
  return parseFilter(column, value);
}
