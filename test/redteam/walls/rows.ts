import { KEY } from '../../contract/store/rls-rows.js';
import { bearer, type Target } from '../target.js';
import { inTurns, type Wall } from '../wall.js';

const QUERIES = [
  'select=*',
  'select=*&user_id=eq.VICTIM',
  'select=*&or=(user_id.eq.VICTIM,user_id.neq.VICTIM)',
  'select=*,projects(*)',
  'select=*&order=created_at.desc&limit=1000',
  'select=*&project_id=eq.PROJECT',
  'select=count',
];
/** A filter or a name that would be SQL if anything were put together from texts. */
const INJECTIONS = [
  "' or '1'='1",
  "'; drop table public.jobs; --",
  "') or 1=1 --",
  "' union select id, email, null from auth.users --",
  '"; select pg_sleep(5); --',
  "\\'; select 1; --",
  '$$; delete from public.projects; $$',
  '1) or exists(select 1 from auth.users',
  '%27%20or%201=1',
  "x', (select encrypted_password from auth.users limit 1), '",
  'a.b.c,(select version())',
  "{'a':'b'}",
  '\u0000',
];

/** Rows of others, and words that are SQL. */
export const rows: Wall = {
  name: 'rows of another user through PostgREST, and SQL in filters and names',
  async attack(target, tally, isSmall) {
    const queries = isSmall ? QUERIES.slice(0, 2) : QUERIES;
    const reads = Object.keys(KEY).flatMap((table) =>
      queries.flatMap((query) =>
        (['attacker', 'guest', 'nobody'] as const).map((as) => ({ table, query, as })),
      ),
    );
    await inTurns(reads, ({ table, query, as }) =>
      tally.try(`${table}?${query} as ${as}`, () => readRows(target, `${table}?${query}`, as)),
    );
    const words = isSmall ? INJECTIONS.slice(0, 4) : INJECTIONS;
    const places = (text: string): string[] => [
      `projects?select=*&name=eq.${text}`,
      `projects?select=${text}`,
      `projects?select=*&order=${text}`,
      `projects?select=*&id=in.(${text})`,
      `${text}?select=*`,
      `rpc/${text}`,
    ];
    await inTurns(words.map(encodeURIComponent).flatMap(places), (path) =>
      tally.try(path, () => readRows(target, path, 'attacker')),
    );
    await tally.try("the victim's project afterwards", async () => (await target.damage()) ?? true);
  },
};

async function readRows(
  target: Target,
  path: string,
  as: 'attacker' | 'guest' | 'nobody',
): Promise<true | string> {
  const { victim, projectId, stack } = target;
  const filled = path.replaceAll('VICTIM', victim.id).replaceAll('PROJECT', projectId);
  const startedMs = performance.now();
  const { status, text } = await target.ask(`/rest/v1/${filled}`, {
    headers: {
      apikey: stack.env['SUPABASE_ANON_KEY'] ?? '',
      ...(as === 'nobody' ? {} : bearer(target[as].accessToken)),
    },
  });
  if (target.leakIn(text) ?? (text.includes(victim.id) && !text.includes('"message"')))
    return `${status} with the victim's rows`;
  if (status >= 500 && status !== 501) return `${status} ${text}`;
  return performance.now() - startedMs < 20_000 ? true : 'it took as long as the words asked for';
}
