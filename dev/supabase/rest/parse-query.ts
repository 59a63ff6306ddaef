import { badSyntax, notOffered, restError } from './errors.js';
import { parseFilter, parseLogic } from './parse-filter.js';
import { newNode, parseOrder, parseSelect, type Embed, type QueryNode } from './parse-select.js';
import { Scanner } from './scanner.js';

export interface ParsedQuery {
  readonly root: QueryNode;
  /** `on_conflict`: the unique columns of an upsert. */
  readonly conflictColumns: readonly string[] | undefined;
  /** `columns`: what an insert of several rows writes. */
  readonly columns: readonly string[] | undefined;
  readonly hasSelect: boolean;
}

const ONCE = new Set(['select', 'columns', 'on_conflict']);

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
  const select = query.get('select');
  const root = newNode(parseSelect(select ?? '*'));
  for (const [key, value] of entries) if (!ONCE.has(key)) applyParameter(root, key, value);
  return {
    root,
    conflictColumns: names(query.get('on_conflict')),
    columns: names(query.get('columns')),
    hasSelect: select !== null,
  };
}

/** Hands one parameter (`owner.name=eq.x`, `limit=5`, `not.or=(…)`) to the table it speaks of. */
function applyParameter(root: QueryNode, key: string, value: string): void {
  const path = splitPath(key);
  const isNegatedLogic =
    path.length > 1 && path.at(-2) === 'not' && (path.at(-1) === 'or' || path.at(-1) === 'and');
  const last = isNegatedLogic ? path.slice(-2).join('.') : (path.at(-1) ?? '');
  const node = path.slice(0, isNegatedLogic ? -2 : -1).reduce(embedNamed, root);
  switch (last) {
    case 'order':
      node.order = parseOrder(value);
      break;
    case 'limit':
      node.limit = wholeNumber(key, value);
      break;
    case 'offset':
      node.offset = wholeNumber(key, value);
      break;
    case 'or':
    case 'and':
    case 'not.or':
    case 'not.and':
      node.conditions.push(parseLogic(last, value));
      break;
    default:
      node.conditions.push(parseFilter(last, value));
  }
}

function splitPath(key: string): string[] {
  const scanner = new Scanner(key);
  const path: string[] = [];
  do path.push(scanner.name());
  while (scanner.take('.'));
  if (scanner.take('->')) throw notOffered('JSON paths in filters');
  scanner.expectEnd();
  return path;
}

function embedNamed(node: QueryNode, name: string): Embed {
  const found = node.items.find(
    (item): item is Embed => item.kind === 'embed' && (item.alias === name || item.target === name),
  );
  if (!found)
    throw restError(
      400,
      'PGRST108',
      `'${name}' is not an embedded resource in this request`,
      null,
      `Verify that '${name}' is included in the 'select' query parameter.`,
    );
  return found;
}

function names(text: string | null): string[] | undefined {
  if (text === null || text === '') return undefined;
  const scanner = new Scanner(text);
  const found: string[] = [];
  do found.push(scanner.name());
  while (scanner.take(','));
  scanner.expectEnd();
  return found;
}

function wholeNumber(key: string, value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw badSyntax(`"${key}" takes a whole number, not ${JSON.stringify(value.slice(0, 40))}`);
  return Number(value);
}
