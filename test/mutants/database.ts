import type { Mutation } from './mutation.js';

const JOBS = 'test/contract/store/jobs.test.ts';
const USAGE = 'test/contract/store/usage.test.ts';
const LOSSES = 'test/contract/store/losses.test.ts';

/** Rules that SQL functions keep. */
export const DATABASE_MUTATIONS: readonly Mutation[] = [
  {
    rule: 'A7',
    breaks: 'a step repeated after a crash is told as a refusal',
    file: 'supabase/migrations/0005_jobs.sql',
    find: "    return jsonb_build_object('outcome', 'existing', 'job', to_jsonb(v_job));",
    replace: "    return jsonb_build_object('outcome', 'refused', 'code', 'ACCESS_DENIED');",
    test: JOBS,
  },
  {
    rule: 'A7',
    breaks: "the user's limit is told as a broken database",
    file: 'supabase/migrations/0005_jobs.sql',
    find: "if v_constraint = 'jobs_one_active_per_user' then",
    replace: "if v_constraint = 'another_index' then",
    test: JOBS,
  },
  {
    rule: 'B2',
    breaks: 'the place in the queue counts from 0',
    file: 'supabase/migrations/0005_jobs.sql',
    find: 'and w.queue_no <= j.queue_no',
    replace: 'and w.queue_no < j.queue_no',
    test: JOBS,
  },
  {
    rule: 'B3',
    breaks: 'a cancelled job becomes completed',
    file: 'supabase/migrations/0005_jobs.sql',
    find:
      "    where id = p_id and status in ('pending', 'processing')\n" +
      '    returning * into v_job;\n    if found then\n      if p_history',
    replace:
      '    where id = p_id\n    returning * into v_job;\n    if found then\n      if p_history',
    test: JOBS,
  },
  {
    rule: 'C1',
    breaks: 'what an attempt may cost is not counted while it runs',
    file: 'supabase/migrations/0007_usage.sql',
    find: "v_usd, 'reserved', case when p_round",
    replace: "0, 'reserved', case when p_round",
    test: USAGE,
  },
  {
    rule: 'C1',
    breaks: 'what an ended job had reserved counts against its user for the rest of the day',
    file: 'supabase/migrations/0007_usage.sql',
    find: "or (user_id = p_user_id and state <> 'released' and payer = 'user'));",
    replace: "or (user_id = p_user_id and payer = 'user'));",
    test: USAGE,
  },
  {
    rule: 'M1',
    breaks: 'work that its user stops is free without bound',
    file: 'supabase/migrations/0016_money.sql',
    find: "case e.state when 'released' then true",
    replace: "case e.state when 'released' then false",
    test: LOSSES,
  },
  {
    rule: 'M2',
    breaks: 'an attempt that is cut counts with its whole reservation',
    file: 'supabase/migrations/0016_money.sql',
    find: '    new.usd := new.told_usd;\n',
    replace: '',
    test: LOSSES,
  },
  {
    rule: 'M3',
    breaks: 'games that throw on purpose are free without bound',
    file: 'supabase/migrations/0016_money.sql',
    find: "when 'settled' then e.payer = 'house'",
    replace: "when 'settled' then false",
    test: LOSSES,
  },
  {
    rule: 'E4',
    breaks: 'a version is published over one that its maker has not seen',
    file: 'supabase/migrations/0006_versions_actions.sql',
    find: 'if p_parent is distinct from v_head.revision then',
    replace: 'if false then',
    test: 'test/contract/store/revisions.test.ts',
  },
  {
    rule: 'E4',
    breaks: 'a job that was cancelled publishes its version',
    file: 'supabase/migrations/0006_versions_actions.sql',
    find: "  if v_state is null or v_state not in ('pending', 'processing')\n",
    replace: '  if v_state is null\n',
    test: 'test/contract/store/revisions.test.ts',
  },
  {
    rule: 'F1',
    breaks: 'a job is cancelled after its commit point',
    file: 'supabase/migrations/0005_jobs.sql',
    find:
      '  if exists (select from public.revisions where job_id = p_id) then return ' +
      "'too_late'; end if;\n",
    replace: '',
    test: 'test/contract/store/revisions.test.ts',
  },
  {
    rule: 'H1',
    breaks: 'an action that has ended is opened again',
    file: 'src/activities/shared/action-rows.ts',
    find: "(endOfAction(opened.action) ?? 'opened')",
    replace: "'opened'",
    test: 'test/contract/store/action-rows.test.ts',
  },
  {
    rule: 'U2',
    breaks: 'a sweep empties DATA_DIR beside an older database',
    file: 'src/domain/sweep-limit.ts',
    find: 'MAX_UNKNOWN_SHARE = 0.02',
    replace: 'MAX_UNKNOWN_SHARE = 1',
    test: 'src/domain/sweep-limit.test.ts',
  },
  {
    rule: 'U2',
    breaks: 'a version whose main is behind loses its only ref',
    file: 'src/git/job-refs.ts',
    find: 'const unneeded = old.filter(({ revision }) => !kept.has(revision));',
    replace: 'const unneeded = kept.size >= 0 ? old : [];',
    test: 'test/contract/store/sweeps.test.ts',
  },
  {
    rule: 'U2',
    breaks: 'a lost version is being prepared for ever',
    file: 'src/store/mirror/hydration.ts',
    find: 'if (!isAll || !OF_ROWS.has(name) || !isMissing(again)) throw again;',
    replace: 'if (isAll || !OF_ROWS.has(name) || !isMissing(again)) throw again;',
    test: 'src/store/mirror/hydration.test.ts',
  },
  {
    rule: 'F2',
    breaks: 'a take-down goes with the project',
    file: 'supabase/migrations/0018_takedowns.sql',
    find: '    or exists (select from public.takedowns where project_id = old.id)\n',
    replace: '',
    test: 'test/contract/store/takedowns.test.ts',
  },
  {
    rule: 'F2',
    breaks: 'the content of a banned game is published again in another project',
    file: 'supabase/migrations/0018_takedowns.sql',
    find: '      or (t.content_hash = p_content_hash and dreamcore.is_of_owner(t, p_user_id))\n',
    replace: '',
    test: 'test/contract/store/takedowns.test.ts',
  },
];
