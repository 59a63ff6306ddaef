import { badSyntax, notOffered } from './errors.js';
import type { Condition } from './parse-filter.js';
import { Scanner } from './scanner.js';

export interface OrderTerm {
  readonly column: string;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

/** One table (or embedded table) of a request with everything that was asked about it. */
export interface QueryNode {
  readonly items: readonly SelectItem[];
  readonly conditions: Condition[];
  order: readonly OrderTerm[];
  limit: number | undefined;
  offset: number;
}

export interface Embed extends QueryNode {
  readonly kind: 'embed';
  readonly target: string;
  readonly alias: string;
  /** Name of the foreign key, or of one of its columns, when there are several ways. */
  readonly hint: string | undefined;
  /** Rows without a partner are left out. */
  readonly isInner: boolean;
}

export type SelectItem =
  | { readonly kind: 'star' }
  | { readonly kind: 'column'; readonly name: string; readonly alias: string }
  | Embed;

const MAX_DEPTH = 8;

export const newNode = (items: readonly SelectItem[]): QueryNode => ({
  items,
  conditions: [],
  order: [],
  limit: undefined,
  offset: 0,
});

/**
 * Reads `select`: `*`, `column`, `alias:column`, `alias:table!hint!inner(…)`. Casts, JSON paths,
 * spreads and aggregates are refused.
 */
export function parseSelect(text: string): SelectItem[] {
  const scanner = new Scanner(text);
  const items = scanner.isAtEnd ? [] : parseItems(scanner, 0);
  scanner.expectEnd();
  return items;
}

function parseItems(scanner: Scanner, depth: number): SelectItem[] {
  if (depth > MAX_DEPTH) throw badSyntax(`embedding is deeper than ${MAX_DEPTH}`);
  const items: SelectItem[] = [];
  do items.push(parseItem(scanner, depth));
  while (scanner.take(','));
  return items;
}

function parseItem(scanner: Scanner, depth: number): SelectItem {
  if (scanner.take('*')) return { kind: 'star' };
  if (scanner.take('...')) throw notOffered('spread embedding (...)');
  const first = scanner.name();
  refuseExtras(scanner, first);
  const alias = scanner.take(':') ? first : undefined;
  const name = alias === undefined ? first : scanner.name();
  refuseExtras(scanner, name);
  if (scanner.peek() !== '!' && scanner.peek() !== '(')
    return { kind: 'column', name, alias: alias ?? name };
  return parseEmbed(scanner, name, alias ?? name, depth);
}

function refuseExtras(scanner: Scanner, name: string): void {
  if (scanner.take('->')) throw notOffered('JSON paths in select');
  if (scanner.take('::')) throw notOffered('casts in select');
  if (scanner.take('.')) throw notOffered(`"." after ${name} in select`);
}

function parseEmbed(scanner: Scanner, target: string, alias: string, depth: number): Embed {
  let hint: string | undefined;
  let isInner = false;
  while (scanner.take('!')) {
    const word = scanner.name();
    if (word === 'inner') isInner = true;
    else if (word !== 'left') {
      if (hint !== undefined) throw badSyntax(`two hints for ${target}`);
      hint = word;
    }
  }
  scanner.expect('(');
  const items = scanner.peek() === ')' ? [] : parseItems(scanner, depth + 1);
  scanner.expect(')');
  if (items.length === 0) throw notOffered('embedding without columns');
  return { ...newNode(items), kind: 'embed', target, alias, hint, isInner };
}

/** Reads `order`: `column.desc.nullslast,other`. */
export function parseOrder(text: string): OrderTerm[] {
  const scanner = new Scanner(text);
  const terms: OrderTerm[] = [];
  do {
    const column = scanner.name();
    if (scanner.peek() === '(') throw notOffered('order by columns of another table');
    if (scanner.take('->')) throw notOffered('JSON paths in order');
    const isDescending = scanner.take('.desc');
    if (!isDescending) scanner.take('.asc');
    const nulls = scanner.take('.nullsfirst')
      ? 'first'
      : scanner.take('.nullslast')
        ? 'last'
        : undefined;
    terms.push({ column, isDescending, nulls });
  } while (scanner.take(','));
  scanner.expectEnd();
  return terms;
}
