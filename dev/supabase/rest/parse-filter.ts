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
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
  cs: '@>',
  cd: '<@',
  ov: '&&',
} as const;

const IS_VALUES = {
  null: 'null',
  not_null: 'not null',
  true: 'true',
  false: 'false',
  unknown: 'unknown',
} as const;

type Operator = (typeof OPERATORS)[keyof typeof OPERATORS];

export type Condition =
  | {
      readonly kind: 'compare';
      readonly column: string;
      readonly operator: Operator;
      readonly value: string;
      readonly isNegated: boolean;
    }
  | {
      readonly kind: 'in';
      readonly column: string;
      readonly values: readonly string[];
      readonly isNegated: boolean;
    }
  | {
      readonly kind: 'is';
      readonly column: string;
      readonly value: (typeof IS_VALUES)[keyof typeof IS_VALUES];
      readonly isNegated: boolean;
    }
  | {
      readonly kind: 'group';
      readonly joiner: 'and' | 'or';
      readonly conditions: readonly Condition[];
      readonly isNegated: boolean;
    };

const MAX_DEPTH = 16;

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

/**
 * Reads a logic parameter such as `or=(a.eq.1,and(b.is.null,c.gt.2))`; `joiner` may be `or`, `and`,
 * `not.or`, `not.and`.
 */
export function parseLogic(joiner: string, text: string): Condition {
  const scanner = new Scanner(`${joiner}${text}`);
  const condition = parseGroup(scanner, 0) ?? scanner.fail('a list of conditions in brackets');
  scanner.expectEnd();
  return condition;
}

function parseGroup(scanner: Scanner, depth: number): Condition | undefined {
  if (depth > MAX_DEPTH) throw badSyntax(`conditions are nested deeper than ${MAX_DEPTH}`);
  const opening = scanner.match(/(?:not\.)?(?:and|or)\(/y);
  if (opening === undefined) return undefined;
  const conditions: Condition[] = [];
  do conditions.push(parseMember(scanner, depth));
  while (scanner.take(','));
  scanner.expect(')');
  return {
    kind: 'group',
    joiner: opening.includes('and(') ? 'and' : 'or',
    conditions,
    isNegated: opening.startsWith('not.'),
  };
}

function parseMember(scanner: Scanner, depth: number): Condition {
  const group = parseGroup(scanner, depth + 1);
  if (group) return group;
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
  // An array literal has commas of its own.
  return scanner.match(/\{[^{}]*\}(?=[,)])/y) ?? scanner.match(/[^,)]*/y) ?? '';
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
    if (/^(plfts|phfts|wfts|fts|sl|sr|nxl|nxr|adj)$/.test(word))
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
