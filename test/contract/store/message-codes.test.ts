import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../../../src/config.js';
import { migrate } from '../../../src/store/migrate.js';
import { log, runSql, startServer, type TestServer } from '../../support/database.js';
import { applyOne } from '../../support/schema-of.js';

const CHAIN = readdirSync(MIGRATIONS_DIR).sort();
const USER = '00000000-0000-4000-8000-000000000001';
const idOf = (at: number): string =>
  `00000000-0000-4000-8000-0000000001${String(at).padStart(2, '0')}`;

/** Chat lines of a release before 0019, and the code that each gets. */
const LINES: [string, string, object | null][] = [
  [
    'system',
    'バージョン a146cd2 に戻しました',
    { code: 'VERSION_RESTORED', params: { version: 'a146cd2' } },
  ],
  ['system', 'ゲームを調整しました: 速さ', { code: 'GAME_TUNED', params: { changes: '速さ' } }],
  ['system', '「a」「b」をもとに作りました', { code: 'REMIXED_FROM', params: { title: 'a」「b' } }],
  [
    'assistant',
    '猫のゲームです\n\n(2 of 3 images did not come in time; code draws those figures instead.)\n\n' +
      '（試しに遊んでみたところ、「触っても反応しません」「途中で固まります」という不具合がありました。' +
      '「直して」と送ってください。）\n\n提案: 速く',
    {
      code: 'PARAGRAPHS',
      params: {
        paragraphs: [
          { text: '猫のゲームです' },
          { code: 'SPRITES_MISSING', params: { missing: 2, total: 3 } },
          { code: 'GAME_FAULTY', params: { faults: ['deaf', 'freeze'] } },
          { text: '提案: 速く' },
        ],
      },
    },
  ],
  // Answers, and lines of players, that imitate a notice.
  ['assistant', 'ゲームを調整しました: 速さ', null],
  ['assistant', 'Tuned the game: speed', null],
  ['assistant', '「猫」をもとに作りました', null],
  ['assistant', 'バージョン 1 に戻しました', null],
  ['user', 'ゲームを更新しました', null],
];

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startServer();
  url = await server.createDatabase();
  for (const name of CHAIN.filter((file) => file < '0019')) await applyOne(url, name);
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  await runSql(
    url,
    `insert into auth.users (id, email) values ('${USER}', 'maker@example.test');
     insert into public.projects (id, user_id, name) values ('${USER}', '${USER}', 'Puzzle');
     insert into public.jobs (id, user_id, project_id, status, progress_message, error, updated_at)
     values ('${idOf(1)}', '${USER}', '${USER}', 'failed', '順番待ち: およそ3番目',
       '保存できる容量の上限に達しました。使っていない画像やゲームを消してからもう一度お試しください。'
         || E'\\n大きいもの: 「a」(3 MB)', '2026-01-01'),
       ('${idOf(2)}', '${USER}', '${USER}', 'failed', 'a', 'b', '2026-01-01');
     insert into public.notifications (id, user_id, type, title, message) values
       ('${idOf(3)}', '${USER}', 'project', 'ゲームを公開しました', '「a」を登録しました。'),
       ('${idOf(4)}', '${USER}', 'project', 'ゲームを登録しました', '「a」を登録しました。'),
       ('${idOf(5)}', '${USER}', 'system', 'お知らせ', '「a」を登録しました。');
     insert into public.chat_history (id, project_id, role, message) values ${LINES.map(
       ([role, message], at) => `('${idOf(at)}', '${USER}', '${role}', ${quoted(message)})`,
     ).join()}`,
  );
  await migrate(url, log);
});
afterAll(() => server.stop());

const codes = (table: string, prefix = '') =>
  runSql<{ id: string; code: string | null; params: unknown }>(
    url,
    `select id, ${prefix}code as code, ${prefix}params as params from public.${table} order by id`,
  );

it('N1: older lines get the code of their role and text; imitations stay text', async () => {
  expect(await codes('chat_history')).toEqual(
    LINES.map(([, , coded], at) => ({ id: idOf(at), code: null, params: null, ...coded })),
  );
});

it('N1: so do jobs, otherwise unchanged; notices of one text get two codes', async () => {
  expect(await codes('jobs', 'progress_')).toEqual([
    { id: idOf(1), code: 'STEP_WAITING', params: { position: 3 } },
    { id: idOf(2), code: null, params: null },
  ]);
  expect(await codes('jobs', 'error_')).toEqual([
    { id: idOf(1), code: 'STORAGE_LIMIT_EXCEEDED', params: { largest: '「a」(3 MB)' } },
    { id: idOf(2), code: null, params: null },
  ]);
  const moved = `select from public.jobs where updated_at <> '2026-01-01'`;
  expect(await runSql(url, moved)).toEqual([]);
  expect((await codes('notifications')).map(({ code, params }) => [code, params])).toEqual([
    ['GAME_PUBLISHED', { title: 'a' }],
    ['GAME_REGISTERED', { title: 'a' }],
    [null, null],
    ['WELCOME', {}],
  ]);
});

it('N1: the fill runs once, also after a start that ended before it', async () => {
  const line = `update public.chat_history set code = null where id = '${idOf(0)}'`;
  await runSql(url, line);
  await migrate(url, log);
  expect((await codes('chat_history'))[0]?.code).toBeNull();
  await runSql(url, 'delete from dreamcore.fills');
  await migrate(url, log);
  expect((await codes('chat_history'))[0]?.code).toBe('VERSION_RESTORED');
});
