import type { Catalog } from './catalog.js';
import type { Condition } from './parse-filter.js';
import type { Embed, OrderTerm, QueryNode, SelectItem } from './parse-select.js';
import { findRelationship, type Relationship } from './relationships.js';

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

/** Writes the parts of a SELECT over one table that stands in the statement as `alias`. */
export class SelectWriter {
  constructor(
    private readonly statement: Statement,
    private readonly catalog: Catalog,
  ) {}

  /** The columns and embedded tables, for rows of table `name`. */
  async items(
    items: readonly SelectItem[],
    name: string,
    alias: string,
    depth = 1,
  ): Promise<string> {
    const written: string[] = [];
    for (const item of items) {
      if (item.kind === 'star') written.push(`${quote(alias)}.*`);
      else if (item.kind === 'column')
        written.push(`${quote(alias)}.${quote(item.name)} as ${quote(item.alias)}`);
      else written.push(`${await this.embed(item, name, alias, depth)} as ${quote(item.alias)}`);
    }
    return written.join(', ');
  }

  /**
   * `where …` with the conditions and, for inner embeds, the demand that a partner exists; empty
   * when there are none.
   */
  async where(node: QueryNode, name: string, alias: string, depth = 1): Promise<string> {
    const demands = node.conditions.map((condition) => this.condition(condition, alias));
    for (const item of node.items) {
      if (item.kind === 'embed' && item.isInner)
        demands.push(`exists (select 1 ${await this.embedSource(item, name, alias, depth)})`);
    }
    return demands.length > 0 ? ` where ${demands.join(' and ')}` : '';
  }

  orderBy(order: readonly OrderTerm[], alias: string): string {
    if (order.length === 0) return '';
    const terms = order.map(
      ({ column, isDescending, nulls }) =>
        `${quote(alias)}.${quote(column)} ` +
        `${isDescending ? 'desc' : 'asc'}${nulls ? ` nulls ${nulls}` : ''}`,
    );
    return ` order by ${terms.join(', ')}`;
  }

  page(limit: number | undefined, offset: number): string {
    return (
      ' limit ' +
      `${this.statement.bind(Math.min(limit ?? MAX_ROWS, MAX_ROWS))}${
        offset > 0 ? ' offset ' + `${this.statement.bind(offset)}` : ''
      }`
    );
  }

  private async embed(
    embed: Embed,
    parent: string,
    parentAlias: string,
    depth: number,
  ): Promise<string> {
    const relationship = await findRelationship(this.catalog, parent, embed);
    const alias = embedAlias(relationship, depth);
    const items = await this.items(embed.items, relationship.table, alias, depth + 1);
    const source = await this.embedSource(embed, parent, parentAlias, depth);
    const page = relationship.isToOne
      ? ' limit 1'
      : `${this.orderBy(embed.order, alias)}${this.page(embed.limit, embed.offset)}`;
    const rows = `(select ${items} ${source}${page}) row$`;
    return relationship.isToOne
      ? `(select to_json(row$) from ${rows})`
      : `(select coalesce(json_agg(row$), '[]') from ${rows})`;
  }

  /** `from … where …` of an embedded table, tied to its parent's row. */
  private async embedSource(
    embed: Embed,
    parent: string,
    parentAlias: string,
    depth: number,
  ): Promise<string> {
    const relationship = await findRelationship(this.catalog, parent, embed);
    const alias = embedAlias(relationship, depth);
    const ties = relationship.pairs
      .map(
        ({ inner, outer }) =>
          `${quote(alias)}.${quote(inner)} = ${quote(parentAlias)}.${quote(outer)}`,
      )
      .join(' and ');
    const where = await this.where(embed, relationship.table, alias, depth + 1);
    return (
      `from ${table(relationship.table)} as ` +
      `${quote(alias)}${where ? `${where} and ${ties}` : ` where ${ties}`}`
    );
  }

  private condition(condition: Condition, alias: string): string {
    const negate = (text: string): string => (condition.isNegated ? `not (${text})` : text);
    if (condition.kind === 'group') {
      const members = condition.conditions.map((member) => this.condition(member, alias));
      return negate(`(${members.join(` ${condition.joiner} `)})`);
    }
    const column = `${quote(alias)}.${quote(condition.column)}`;
    switch (condition.kind) {
      case 'is':
        return negate(`${column} is ${condition.value}`);
      case 'in':
        return negate(`${column} = any(${this.statement.bind(condition.values)})`);
      case 'compare':
        return negate(`${column} ${condition.operator} ${this.statement.bind(condition.value)}`);
    }
  }
}

/**
 * The depth keeps a table that is embedded in itself apart from its parent; the root stands under
 * its own name.
 */
const embedAlias = (relationship: Relationship, depth: number): string =>
  `${relationship.table}$${depth}`;

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
