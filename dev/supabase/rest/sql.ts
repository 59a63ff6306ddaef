import type { Catalog } from './catalog.js';
import type { Condition } from './parse-filter.js';
import type { Embed, OrderTerm, SelectItem } from './parse-select.js';
import { findRelationship } from './relationships.js';

/** Hosted Supabase answers this many rows of one table at most. */
export const MAX_ROWS = 1_000;

/** A statement under construction: names are always quoted, values always parameters. */
export class Statement {
  readonly values: unknown[] = [];

  /** Adds a value and answers its placeholder. */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const table = (name: string): string => `"public".${quote(name)}`;

/** Writes the parts of a SELECT over a table that stands in the statement under its own name. */
export class SelectWriter {
  constructor(
    private readonly statement: Statement,
    private readonly catalog: Catalog,
  ) {}

  /** The columns and embedded tables, for rows of table `name` that stand there as `alias`. */
  async items(items: readonly SelectItem[], name: string, alias = name): Promise<string> {
    const written: string[] = [];
    for (const item of items) {
      if (item.kind === 'star') written.push(`${quote(alias)}.*`);
      else if (item.kind === 'column')
        written.push(`${quote(alias)}.${quote(item.name)} as ${quote(item.alias)}`);
      else written.push(`${await this.embed(item, name)} as ${quote(item.alias)}`);
    }
    return written.join(', ');
  }

  /** `where …` with the conditions; empty when there are none. */
  where(conditions: readonly Condition[], name: string): string {
    const demands = conditions.map((condition) => this.condition(condition, name));
    return demands.length > 0 ? ` where ${demands.join(' and ')}` : '';
  }

  orderBy(order: readonly OrderTerm[], name: string): string {
    const terms = order.map(
      ({ column, isDescending, nulls }) =>
        `${quote(name)}.${quote(column)} ` +
        `${isDescending ? 'desc' : 'asc'}${nulls ? ` nulls ${nulls}` : ''}`,
    );
    return terms.length > 0 ? ` order by ${terms.join(', ')}` : '';
  }

  page(limit: number | undefined, offset: number): string {
    const most = this.statement.bind(Math.min(limit ?? MAX_ROWS, MAX_ROWS));
    return ` limit ${most}${offset > 0 ? ` offset ${this.statement.bind(offset)}` : ''}`;
  }

  private async embed({ target, items }: Embed, parent: string): Promise<string> {
    const { pairs, isToOne } = await findRelationship(this.catalog, parent, target);
    const alias = `${target}$1`;
    const ties = pairs.map(
      ([inner, outer]) => `${quote(alias)}.${quote(inner)} = ${quote(parent)}.${quote(outer)}`,
    );
    const rows =
      `(select ${await this.items(items, target, alias)} from ${table(target)} as ` +
      `${quote(alias)} where ${ties.join(' and ')} limit ${isToOne ? 1 : MAX_ROWS}) row$`;
    return isToOne
      ? `(select to_json(row$) from ${rows})`
      : `(select coalesce(json_agg(row$), '[]') from ${rows})`;
  }

  private condition(condition: Condition, name: string): string {
    if (condition.kind === 'or')
      return `(${condition.conditions.map((one) => this.condition(one, name)).join(' or ')})`;
    const column = `${quote(name)}.${quote(condition.column)}`;
    const text =
      condition.kind === 'is'
        ? `${column} is ${condition.value}`
        : condition.kind === 'in'
          ? `${column} = any(${this.statement.bind(condition.values)})`
          : `${column} ${condition.operator} ${this.statement.bind(condition.value)}`;
    return condition.isNegated ? `not (${text})` : text;
  }
}

/**
 * Wraps a SELECT so that PostgreSQL itself writes the JSON: text `body`, number `rows`, and `total`
 * if a count is wanted.
 */
export function asJson(
  select: string,
  options: {
    readonly isSingle: boolean;
    readonly countFrom: string | undefined;
    readonly before?: string;
  },
): string {
  const body = options.isSingle
    ? '(json_agg(row$) -> 0)::text'
    : `coalesce(json_agg(row$), '[]')::text`;
  const total = options.countFrom
    ? `, (select count(*) from (${options.countFrom}) counted$) as total`
    : '';
  return (
    `${options.before ?? ''}select ${body} as body, count(*)::int as rows${total} from ` +
    `(${select}) row$`
  );
}
