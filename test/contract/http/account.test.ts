import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploaded } from './multipart.js';
import { GAME_FILES, PIXEL, startTestApi, type TestApi } from './test-api.js';
import { unzip } from './unzip.js';

/** `GET /api/account/export`: everything that a user owns, and nothing of anybody else. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

interface Account {
  user: { id: string; email: string };
  projects: { id: string; name: string; folder: string }[];
  assets: { id: string; file: string | null; storage_path?: string }[];
  notifiedBrowsers: object[];
}
const exported = async (as: 'alice' | 'bob') => {
  const answer = await api.ask('/api/account/export', { as: api[as] });
  const entries = unzip(answer.bytes);
  const jsonOf = <T>(name: string): T => JSON.parse(String(entries.get(name))) as T;
  return { answer, entries, jsonOf, account: jsonOf<Account>('account.json') };
};

describe('the export of an account', () => {
  it('holds games, chat, versions and assets of their owner, byte for byte', async () => {
    const { alice, gameId, emptyId, database } = api;
    const { id: assetId } = await uploaded(api, alice, { bytes: PIXEL, name: '星.png' });
    // More lines than are read at a time, and more than a screen is shown.
    await database.sql(
      `insert into public.chat_history (id, project_id, role, message, created_at)
       select gen_random_uuid(), $1, 'user', 'line ' || n, now() + n * interval '1 millisecond'
       from generate_series(1, 1001) n`,
      [gameId],
    );
    const { revisions } = api.database.store;
    const head = await revisions.head(gameId);
    await revisions.mark(gameId, head?.revision ?? '', { name: 'ボス戦', isBookmarked: true });
    const { answer, entries, jsonOf, account } = await exported('alice');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="dreamcore.zip"',
    });
    expect(account.user).toMatchObject({ id: alice.id, email: alice.email });
    expect(account.projects.map(({ id }) => id).toSorted()).toEqual([gameId, emptyId].toSorted());
    const file = account.assets.find(({ id }) => id === assetId)?.file ?? '';
    expect(entries.get(file)).toEqual(PIXEL);
    expect(JSON.stringify(account)).not.toContain('storage_path');
    for (const [name, content] of Object.entries(GAME_FILES))
      expect([name, entries.get(`projects/${gameId}/game/${name}`)]).toEqual([
        name,
        Buffer.from(content),
      ]);
    const project = jsonOf<{ name: string; chat: { content: string }[]; versions: unknown[] }>(
      `projects/${gameId}/project.json`,
    );
    expect(project.name).toBe('星よけ');
    expect(project.versions).toMatchObject([{ name: 'ボス戦', isBookmarked: true }]);
    const lines = project.chat.map(({ content }) => content).filter((each) => /^line /.test(each));
    expect(lines).toEqual(Array.from({ length: 1_001 }, (_, n) => `line ${n + 1}`));
    expect([...entries.keys()].filter((name) => name.startsWith(`projects/${emptyId}/`))).toEqual([
      `projects/${emptyId}/project.json`,
    ]);
  });

  it('goes on where the files of one game are lost, and says so', async () => {
    const { gameId, database } = api;
    await database.sql(`update public.revisions set object_sha = $2 where project_id = $1`, [
      gameId,
      'f'.repeat(64),
    ]);
    const { entries } = await exported('alice');
    expect(entries.has(`projects/${gameId}/game/index.html`)).toBe(false);
    expect(String(entries.get(`projects/${gameId}/game-not-readable.txt`))).toContain('cannot');
    expect(entries.has('account.json')).toBe(true);
  });

  it('names the browsers that are told of games, without what sends to them', async () => {
    const secrets = {
      endpoint: 'https://push.example/send/geheim',
      p256dh: 'Bgeheim',
      auth: 'geh',
    };
    await api.database.store.pushSubscriptions.keep({
      ...secrets,
      userId: api.alice.id,
      language: 'en',
      maxPerUser: 5,
    });
    const { entries, account } = await exported('alice');
    const createdAt = expect.stringMatching(/^\d{4}-/) as string;
    expect(account.notifiedBrowsers).toEqual([{ host: 'push.example', language: 'en', createdAt }]);
    expect(String(entries.get('account.json'))).not.toMatch(/geh/);
    expect((await exported('bob')).account.notifiedBrowsers).toEqual([]);
  });

  it('holds nothing of anybody else, and is for the signed-in owner alone', async () => {
    const { entries, account } = await exported('bob');
    expect(account.projects.map(({ id }) => id)).toEqual([api.bobsId]);
    expect([...entries.keys()].join('\n')).not.toContain(api.gameId);
    expect([...entries.values()].join('\n')).not.toContain(api.alice.id);
    expect((await api.ask('/api/account/export')).status).toBe(401);
  });
});
