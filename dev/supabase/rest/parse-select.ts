import { badSyntax, notOffered } from './errors.js';
import { Scanner } from './scanner.js';

export interface OrderTerm {
  readonly column: string;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

export type SelectItem =
  | { readonly kind: 'star' }
  | { readonly kind: 'column'; readonly name: string; readonly alias: string }
  | Embed;

/** Rows of a table that a foreign key ties to the row, with their columns. */
export interface Embed {
  readonly kind: 'embed';
  readonly target: string;
  readonly alias: string;
  readonly items: readonly SelectItem[];
}

/**
 * Reads `select`: `*`, `column`, `alias:column`, `alias:table(columns)`. Casts, JSON paths,
 * spreads, aggregates, hints and embeds inside of embeds are refused.
 */
export function parseSelect(text: string): SelectItem[] {
  const scanner = new Scanner(text);
  const items = scanner.isAtEnd ? [] : parseItems(scanner, true);
  scanner.expectEnd();
  return items;
}

function parseItems(scanner: Scanner, mayEmbed: boolean): SelectItem[] {
  const items: SelectItem[] = [];
  do items.push(parseItem(scanner, mayEmbed));
  while (scanner.take(','));
  return items;
}

function parseItem(scanner: Scanner, mayEmbed: boolean): SelectItem {
  if (scanner.take('*')) return { kind: 'star' };
  if (scanner.take('...')) throw notOffered('spread embedding (...)');
  const first = scanner.name();
  refuseExtras(scanner, first);
  const alias = scanner.take(':') ? first : undefined;
  const name = alias === undefined ? first : scanner.name();
  refuseExtras(scanner, name);
  if (scanner.take('!')) throw notOffered('"!" in select');
  if (!scanner.take('(')) return { kind: 'column', name, alias: alias ?? name };
  if (!mayEmbed) throw notOffered('embedding inside of an embedded table');
  if (scanner.take(')')) throw notOffered('embedding without columns');
  const items = parseItems(scanner, false);
  scanner.expect(')');
  return { kind: 'embed', target: name, alias: alias ?? name, items };
}

function refuseExtras(scanner: Scanner, name: string): void {
  if (scanner.take('->')) throw notOffered('JSON paths in select');
  if (scanner.take('::')) throw notOffered('casts in select');
  if (scanner.take('.')) throw notOffered(`"." after ${name} in select`);
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
    const nulls = (['first', 'last'] as const).find((end) => scanner.take(`.nulls${end}`));
    terms.push({ column, isDescending, nulls });
  } while (scanner.take(','));
  scanner.expectEnd();
  return terms;
}

/** Reads a list of column names. */
export function parseNames(text: string | null): string[] | undefined {
  if (text === null || text === '') return undefined;
  const scanner = new Scanner(text);
  const found: string[] = [];
  do found.push(scanner.name());
  while (scanner.take(','));
  scanner.expectEnd();
  return found;
}

export function parseCount(key: string, value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw badSyntax(`"${key}" takes a whole number, not ${JSON.stringify(value.slice(0, 40))}`);
  return Number(value);
}
