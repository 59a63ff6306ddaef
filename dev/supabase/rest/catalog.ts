import type pg from 'pg';

/** A table or view of schema public. */
export interface Relation {
  readonly name: string;
  readonly columns: ReadonlySet<string>;
  readonly primaryKey: readonly string[];
}

interface ForeignKey {
  readonly from: string;
  readonly fromColumns: readonly string[];
  readonly to: string;
  readonly toColumns: readonly string[];
  /** The referencing columns are unique: at most one row refers to each target. */
  readonly isOneToOne: boolean;
}

export interface Routine {
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly hasDefault: boolean;
  }[];
  readonly isSet: boolean;
  readonly isVoid: boolean;
  /** Answers rows with named columns, not a bare value. */
  readonly isComposite: boolean;
}

const RELATIONS = `
  select c.relname as name,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
      and not a.attisdropped order by a.attnum) as columns,
    coalesce((select array(select a.attname::text
        from unnest(p.conkey) with ordinality k(num, position)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num order by k.position)
      from pg_constraint p where p.conrelid = c.oid and p.contype = 'p'), '{}') as "primaryKey"
  from pg_class c where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'v', 'm', 'p', 'f')`;

const FOREIGN_KEYS = `
  select source.relname as from, target.relname as to,
    array(select a.attname::text from unnest(f.conkey) with ordinality k(num, position)
      join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num order by k.position)
        as "fromColumns",
    array(select a.attname::text from unnest(f.confkey) with ordinality k(num, position)
      join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num order by k.position)
        as "toColumns",
    exists (select from pg_constraint u where u.conrelid = f.conrelid and u.contype in ('p', 'u')
      and u.conkey <@ f.conkey) as "isOneToOne"
  from pg_constraint f join pg_class source on source.oid = f.conrelid
    join pg_class target on target.oid = f.confrelid
  where f.contype = 'f' and source.relnamespace = 'public'::regnamespace
    and target.relnamespace = 'public'::regnamespace`;

const ROUTINES = `
  select p.proname as name, p.proretset as "isSet", p.prorettype = 'void'::regtype as "isVoid",
    (t.typtype = 'c' or p.prorettype = 'record'::regtype
      or coalesce(p.proargmodes::text[] && '{o,b,t}', false)) as "isComposite",
    coalesce((select json_agg(json_build_object('name', coalesce(p.proargnames[i], ''),
        'type', format_type(p.proargtypes[i - 1], null),
        'hasDefault', i > p.pronargs - p.pronargdefaults) order by i)
      from generate_series(1, p.pronargs) i), '[]') as parameters
  from pg_proc p join pg_type t on t.oid = p.prorettype
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provariadic = 0
    and p.prorettype <> 'trigger'::regtype
    and coalesce(p.proargmodes[1:p.pronargs]::text[] <@ '{i}', true)`;

/**
 * How long a miss is believed: a schema that was just migrated is seen after this time at the
 * latest.
 */
const RELOAD_AFTER_MS = 100;

/**
 * Schema cache: read at the first request, and again when something is not found.
 */
export class Catalog {
  private relations = new Map<string, Relation>();
  private foreignKeys: ForeignKey[] = [];
  private routines: Routine[] = [];
  private loadedAt = -Infinity;
  private loading: Promise<void> | undefined;

  constructor(private readonly pool: pg.Pool) {}

  /** Runs `lookUp`; when it finds nothing, reads the schema again and runs it once more. */
  async find<T>(lookUp: (catalog: Catalog) => T | undefined): Promise<T | undefined> {
    const known = lookUp(this);
    if (known !== undefined || performance.now() - this.loadedAt < RELOAD_AFTER_MS) return known;
    await this.reload();
    return lookUp(this);
  }

  relation(name: string): Relation | undefined {
    return this.relations.get(name);
  }

  foreignKeysBetween(one: string, other: string): ForeignKey[] {
    return this.foreignKeys.filter(
      (key) => (key.from === one && key.to === other) || (key.from === other && key.to === one),
    );
  }

  routinesCalled(name: string): Routine[] {
    return this.routines.filter((routine) => routine.name === name);
  }

  /** Empties the cache, after PostgreSQL has reported a missing relation, column or function. */
  invalidate(): void {
    this.loadedAt = -Infinity;
    this.relations = new Map();
    this.foreignKeys = [];
    this.routines = [];
  }

  private async reload(): Promise<void> {
    this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    });
    await this.loading;
  }

  private async load(): Promise<void> {
    const client = await this.pool.connect();
    try {
      const relations = await client.query<Omit<Relation, 'columns'> & { columns: string[] }>(
        RELATIONS,
      );
      const foreignKeys = await client.query<ForeignKey>(FOREIGN_KEYS);
      const routines = await client.query<Routine>(ROUTINES);
      this.relations = new Map(
        relations.rows.map((row) => [row.name, { ...row, columns: new Set(row.columns) }]),
      );
      this.foreignKeys = foreignKeys.rows;
      this.routines = routines.rows;
      this.loadedAt = performance.now();
    } finally {
      client.release();
    }
  }
}
