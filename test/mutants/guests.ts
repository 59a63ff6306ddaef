import type { Mutation } from './mutation.js';

const GUESTS_SQL = 'supabase/migrations/0027_guests.sql';
const ROWS = 'test/contract/store/guests.test.ts';
const POLICIES = 'test/contract/store/rls.test.ts';
const OAUTH = 'test/contract/supabase/gateway-oauth.test.ts';

/** What a guest may not, and what becomes of him. */
export const GUEST_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'M1',
    breaks: 'guests spend without an end',
    file: GUESTS_SQL,
    find: 'return case when v_spent_usd + p_usd > p_limit_usd + 1e-9 then v_spent_usd end;',
    replace: 'return null;',
    test: ROWS,
  },
  {
    rule: 'M1',
    breaks: 'what was spent for a guest counts no more once he is gone',
    file: GUESTS_SQL,
    find: 'where by_guest and created_at >= public.usage_day_start();',
    replace: 'where dreamcore.is_guest(user_id) and created_at >= public.usage_day_start();',
    test: ROWS,
  },
  {
    rule: 'D8',
    breaks: 'two requests at the same moment make two projects of a guest',
    file: GUESTS_SQL,
    find: '  perform from public.users where id = new.user_id for no key update;\n  if exists',
    replace: '  if exists',
    test: ROWS,
  },
  {
    rule: 'D8',
    breaks: 'a guest shows his project to everybody',
    file: GUESTS_SQL,
    find: "format('(not is_public or %s)', v_is_member)",
    replace: "'(true)'",
    test: POLICIES,
  },
  {
    rule: 'D8',
    breaks: 'a guest does what an account is needed for',
    file: 'src/api/guards/guards.ts',
    find: 'if (caller.user.isGuest)',
    replace: 'if (caller.user.isOperator)',
    test: 'test/contract/http/endpoints.test.ts',
  },
  {
    rule: 'D8',
    breaks: 'a guest becomes another user when he links an account',
    file: 'dev/supabase/auth/flows.ts',
    find: 'if (flow.user_id !== null) {',
    replace: 'if (flow.user_id === flow.id) {',
    test: OAUTH,
  },
  {
    rule: 'F2',
    breaks: 'a guest whose work goes on is removed as one who did not come back',
    file: GUESTS_SQL,
    find: "        and (j.status in ('pending', 'processing') or j.updated_at >= since.at))",
    replace: '        and j.updated_at is null)',
    test: ROWS,
  },
  {
    rule: 'D8',
    breaks: 'a guest is removed although a project of his has no new owner yet',
    file: 'src/workflows/delete/guests.ts',
    find: 'if (projectIds.length === 0) break;',
    replace: 'if (projectIds.length >= 0) break;',
    test: 'test/workflows/guests.test.ts',
  },
];
