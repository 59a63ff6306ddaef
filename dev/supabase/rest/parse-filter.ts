import { badSyntax, notOffered } from './errors.js';
import { Scanner, unquote } from './scanner.js';

/** Operators that take one value, as PostgreSQL writes them. */
const OPERATORS = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  like: 'like',
  ilike: 'ilike',
} as const;

const IS_VALUES = {
  null: 'null',
  not_null: 'not null',
  true: 'true',
  false: 'false',
  unknown: 'unknown',
} as const;

interface Comparison {
  readonly column: string;
  readonly isNegated: boolean;
}

export type Condition =
  | (Comparison & {
      readonly kind: 'compare';
      readonly operator: (typeof OPERATORS)[keyof typeof OPERATORS];
      readonly value: string;
    })
  | (Comparison & { readonly kind: 'in'; readonly values: readonly string[] })
  | (Comparison & {
      readonly kind: 'is';
      readonly value: (typeof IS_VALUES)[keyof typeof IS_VALUES];
    })
  | { readonly kind: 'or'; readonly conditions: readonly Condition[] };

/**
 * Reads a filter parameter such as `status=in.(pending,processing)`; `text` is what stands after
 * `=`.
 */
export function parseFilter(column: string, text: string): Condition {
  const scanner = new Scanner(text);
  const condition = parseCondition(scanner, column, () => scanner.rest());
  scanner.expectEnd();
  return condition;
}

/** Reads `or=(a.eq.1,b.is.null)`; groups inside of it are refused. */
export function parseOr(text: string): Condition {
  const scanner = new Scanner(text);
  scanner.expect('(');
  const conditions: Condition[] = [];
  do conditions.push(parseMember(scanner));
  while (scanner.take(','));
  scanner.expect(')');
  scanner.expectEnd();
  return { kind: 'or', conditions };
}

function parseMember(scanner: Scanner): Condition {
  if (scanner.match(/(?:not\.)?(?:and|or)\(/y) !== undefined) throw notOffered('groups in "or"');
  const column = scanner.name();
  if (scanner.take('->')) throw notOffered('JSON paths in filters');
  scanner.expect('.');
  return parseCondition(scanner, column, () => memberValue(scanner));
}

/**
 * A value inside of brackets: quoted as a whole, else everything up to the next comma or bracket.
 */
function memberValue(scanner: Scanner): string {
  const quoted = scanner.match(/"(?:[^"\\]|\\[\s\S])*"(?=[,)])/y);
  if (quoted !== undefined) return unquote(quoted);
  return scanner.match(/[^,)]*/y) ?? '';
}

function parseCondition(scanner: Scanner, column: string, value: () => string): Condition {
  const isNegated = scanner.take('not.');
  const word = scanner.match(/[a-z]+/y) ?? '';
  if (scanner.peek() === '(') throw notOffered(`${word}(…) in filters`);
  scanner.expect('.');
  if (word === 'in') return { kind: 'in', column, values: parseList(scanner), isNegated };
  if (word === 'is') {
    const given = value().toLowerCase();
    if (!isKeyOf(IS_VALUES, given))
      throw badSyntax(
        '"is" takes null, not_null, true, false or unknown, not ' +
          `${JSON.stringify(given.slice(0, 40))}`,
      );
    return { kind: 'is', column, value: IS_VALUES[given], isNegated };
  }
  if (!isKeyOf(OPERATORS, word)) {
    if (/^(?:(?:pl|ph|w)?fts|s[lr]|nx[lr]|adj|i?match|isdistinct|c[sd]|ov)$/.test(word))
      throw notOffered(`the operator ${word}`);
    throw badSyntax(`unknown operator ${JSON.stringify(word)}`);
  }
  const text = value();
  return {
    kind: 'compare',
    column,
    operator: OPERATORS[word],
    value: word.endsWith('like') ? text.replaceAll('*', '%') : text,
    isNegated,
  };
}

function parseList(scanner: Scanner): string[] {
  scanner.expect('(');
  const values: string[] = [];
  if (scanner.take(')')) return values;
  do values.push(memberValue(scanner));
  while (scanner.take(','));
  scanner.expect(')');
  return values;
}

function isKeyOf<T extends object>(table: T, word: string): word is Extract<keyof T, string> {
  return Object.hasOwn(table, word);
}
