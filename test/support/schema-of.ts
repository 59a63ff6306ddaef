import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MIGRATIONS_DIR } from '../../src/config.js';
import { runSql } from './database.js';

/** Everything in schema public that a statement could have changed, one line each. */
const SCHEMA = `
  select format('column %s.%s %s %s default %s', c.table_name, c.column_name, c.data_type,
      c.is_nullable, coalesce(c.column_default, c.generation_expression)) as line
    from information_schema.columns c where c.table_schema = 'public'
  union all select format('constraint %s %s %s', conrelid::regclass, conname,
      pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
  union all select format('policy %s %s %s %s %s %s', tablename, policyname, roles, cmd, qual,
      with_check) from pg_policies where schemaname = 'public'
  union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'function ' || pg_get_functiondef(oid) || ' ' ||
      coalesce(proacl::text, 'default') from pg_proc where pronamespace = 'public'::regnamespace
  union all select format('relation %s %s rls %s %s', relname, relkind, relrowsecurity, relacl)
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
  order by 1`;

export async function schemaOf(url: string): Promise<string[]> {
  return (await runSql<{ line: string }>(url, SCHEMA)).map(({ line }) => line);
}

/** Up to 0011: as code without ranges of versions applied a file, and remembered it. */
export async function applyOne(url: string, name: string): Promise<void> {
  const sql = await readFile(path.join(MIGRATIONS_DIR, name), 'utf8');
  const records = name < '0012' ? 'dreamcore.migrations' : 'dreamcore.schema_files';
  await runSql(url, 'create schema if not exists dreamcore');
  if (name < '0012')
    await runSql(
      url,
      `create table if not exists ${records} (name text primary key, hash text not null, ` +
        'applied_at timestamptz not null default now())',
    );
  await runSql(url, sql);
  await runSql(url, `insert into ${records} (name, hash) values ($1, $2)`, [
    name,
    createHash('sha256').update(sql).digest('hex'),
  ]);
}
