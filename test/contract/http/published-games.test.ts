import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { type GameCard } from '../../../src/contracts/media/publishing.js';
import { PUBLISH_CHECK_HEADER, publishCheck } from '../../../src/contracts/base/signatures.js';
import { copiesIn } from '../../support/objects.js';
import { anyText, matching } from './matchers.js';
import { keepThumbnailIn, publishedIn, shareUrlIn, type Published } from './published.js';
import { askJson, startTestApi, type TestApi, type Who } from './test-api.js';

/**
 * rest.md §12 on a real database and API: cards, files, the feed, plays and likes of what is
 * published. Temporal is away.
 */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    CALLBACK_SECRET: SECRET,
    PUBLISH_CHECK_SECRET: CHECK,
    PUBLISH_CHECK_SECRET_OLD: CHECK_BEFORE,
    GAMES_ORIGIN: 'http://games.test:3000',
  });
});
afterAll(() => api?.stop());

const SECRET = 'a secret for tests with thirty-two characters';
const CHECK = 'the secret of publish checks of this test';
const CHECK_BEFORE = 'the one that was in use before, in this test';
const SHORT_ADDRESS = /^\/p\/[2-9cdfghjkmnpqrtvwxy]{6}$/;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const send = (method: string, target: string, as: Who, body?: unknown) =>
  askJson(api, method, target, as, body);

const keepThumbnail = (projectId: string) => keepThumbnailIn(api, projectId);
const published = (...game: Published) => publishedIn(api, ...game);

describe('the card of a game', () => {
  it('is told to everybody, by the id of the game or of its project', async () => {
    const { gameId, projectId, fixed } = await published(api.alice, 'unlisted');
    const card = {
      id: gameId,
      projectId,
      title: '題',
      description: '説明',
      howToPlay: '指で',
      tags: ['星'],
      creator: null,
      visibility: 'unlisted',
      remix: 'allowed',
      thumbnailUrl: null,
      playUrl: `http://games.test:3000/game/published/${fixed}/index.html`,
      shareUrl: matching(SHORT_ADDRESS),
      playCount: 0,
      likeCount: 0,
      liked: false,
      isOwner: false,
      remixOf: null,
      publishedAt: anyText,
      updatedAt: anyText,
    };
    for (const id of [gameId, projectId, gameId.toUpperCase()])
      expect((await send('GET', `/api/games/${id}`, 'anybody')).json()).toEqual({ game: card });
    expect((await send('GET', `/api/games/${gameId}`, 'alice')).json()).toEqual({
      game: { ...card, isOwner: true },
    });
  });

  it('names an image only while there is one: no address in a list is a dead end', async () => {
    const { gameId, projectId } = await published(
      api.alice,
      'public',
      '絵のないゲーム',
      (id) => `/api/projects/${id}/thumbnail?t=1`,
    );
    const named = async (): Promise<unknown[]> => {
      const { game } = (await send('GET', `/api/games/${gameId}`, 'anybody')).json() as {
        game: GameCard;
      };
      const { games } = (await send('GET', '/api/games?limit=50', 'anybody')).json() as {
        games: GameCard[];
      };
      return [game, games.find(({ id }) => id === gameId)].map((card) => card?.thumbnailUrl);
    };
    expect(await named()).toEqual([null, null]);
    const address = `/api/projects/${projectId}/thumbnail?t=1`;
    expect((await send('GET', address, 'anybody')).status).toBe(404);
    await keepThumbnail(projectId);
    expect(await named()).toEqual([address, address]);
    expect((await send('GET', address, 'anybody')).status).toBe(200);
  });

  it('names the maker only when he has chosen a name', async () => {
    const { gameId } = await published(api.bob, 'unlisted');
    await api.database.sql(`update public.users set display_name = 'ボブ' where id = $1`, [
      api.bob.id,
    ]);
    expect((await send('GET', `/api/games/${gameId}`, 'anybody')).json()).toMatchObject({
      game: { creator: 'ボブ' },
    });
  });

  it('that nobody has published is not there', async () => {
    const answer = await send('GET', `/api/games/${UNKNOWN}`, 'anybody');
    expect([answer.status, answer.json()]).toEqual([404, { error: 'Game not found' }]);
  });

  it("of a private game is its owner's alone, and so is everything about it", async () => {
    const { gameId, projectId, revision } = await published(api.alice, 'private');
    for (const as of ['anybody', 'bob'] as const) {
      for (const id of [gameId, projectId]) {
        expect((await send('GET', `/api/games/${id}`, as)).status).toBe(404);
        expect((await send('POST', `/api/games/${id}/play`, as)).status).toBe(404);
      }
      expect(
        (await send('GET', `/game/published/${gameId}/${revision}/index.html`, as)).status,
      ).toBe(404);
      expect((await send('GET', `/game/published/${gameId}/`, as)).status).toBe(404);
    }
    expect((await send('PUT', `/api/games/${gameId}/like`, 'bob')).status).toBe(404);
    expect((await send('GET', '/api/games?limit=50', 'bob')).text).not.toContain(gameId);
    expect((await send('GET', `/api/games/${gameId}`, 'alice')).json()).toMatchObject({
      game: { playUrl: `/game/${api.alice.id}/${projectId}/index.html` },
    });
  });
});

describe('a link to a game', () => {
  const tagsOf = async (address: string, wanted = 200): Promise<Record<string, string>> => {
    const { status, text } = await api.ask(address, { headers: { accept: 'text/html' } });
    expect(status).toBe(wanted);
    const tags = text.matchAll(/<meta \w+="((?:og|twitter):[^"]+)" content="([^"]*)"/g);
    return Object.fromEntries([...tags].map(([, name = '', content = '']) => [name, content]));
  };

  it('shows its name, words and image elsewhere; nothing in them is markup', async () => {
    const title = `"><script>alert(1)</script>$&'`;
    const { gameId, projectId } = await published(api.alice, 'unlisted', title);
    const tags = {
      'og:type': 'website',
      'og:site_name': 'ゲームクリエイター',
      'og:title': '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;$&amp;&#39;',
      'og:description': '説明',
      'og:url': `http://app.test:3000/play/${gameId}`,
      'og:image': expect.stringMatching(
        new RegExp(`^http://app.test:3000/api/games/${gameId}/share-image\\?t=\\d+$`),
      ) as string,
      'og:image:type': 'image/jpeg',
      'og:image:width': '1200',
      'og:image:height': '630',
      'og:image:alt': '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;$&amp;&#39;',
      'twitter:card': 'summary_large_image',
    };
    for (const address of [
      `/play/${gameId}`,
      `/game.html?id=${projectId}`,
      `/zap/${gameId.toUpperCase()}`,
    ])
      expect(await tagsOf(address)).toEqual(tags);
    expect((await api.ask(`/play/${gameId}`)).text).toContain(`<title>${tags['og:title']} - `);
    const image = () => api.ask(`/api/games/${gameId}/share-image`);
    const plain = (await image()).bytes;
    await keepThumbnail(projectId);
    expect((await image()).headers['content-type']).toBe('image/jpeg');
    expect((await image()).bytes.equals(plain)).toBe(false);
  });

  it('says nothing of a private game, an unknown one, or another page; home is shown', async () => {
    const ofSite = await tagsOf('/');
    expect(ofSite['og:image']).toBe('http://app.test:3000/images/share.jpg');
    expect(await tagsOf('/no/such/page', 404)).toEqual(ofSite);
    const { gameId } = await published(api.alice, 'private');
    for (const address of [`/play/${gameId}`, `/play/${UNKNOWN}`, '/play/x', '/discover'])
      expect(await tagsOf(address)).toEqual({});
  });
});

describe('the short address of a game', () => {
  const shareUrlOf = (gameId: string) => shareUrlIn(api, gameId);
  const follow = (address: string) => api.ask(address, { headers: { accept: 'text/html' } });

  it('leads to its play page, in any case of letters, and to nothing else', async () => {
    const one = await published(api.alice, 'unlisted');
    const address = await shareUrlOf(one.gameId);
    expect(address).toMatch(SHORT_ADDRESS);
    expect(await shareUrlOf((await published(api.bob, 'public')).gameId)).not.toBe(address);
    for (const asked of [address, `/p/${address.slice(3).toUpperCase()}`, `${address}?to=//evil`]) {
      const { status, headers } = await follow(asked);
      const location = `/play/${one.gameId}`;
      expect({ status, ...headers }).toMatchObject({ status: 302, location });
    }
    for (const unknown of ['/p/222222', '/p/aeiou1', `${address}2`, '/p/%2F%2Fevil']) {
      const { status, text } = await follow(unknown);
      expect([status, /<html/.test(text)], unknown).toEqual([404, true]);
    }
  });

  it('stays through a take-back and a new publication, and goes with its project', async () => {
    const { database } = api;
    const { gameId, projectId } = await published(api.alice, 'public');
    const address = await shareUrlOf(gameId);
    await database.store.publishedGames.remove(projectId);
    expect((await follow(address)).headers['location']).toBe(`/play/${gameId}`);
    await database.sql(
      `insert into public.games (id, project_id, user_id, title, game_url, revision, content_hash,
        published_at) values ($1, $2, $3, '題', '/g', $4, $4, now())`,
      [gameId, projectId, api.alice.id, 'a'.repeat(40)],
    );
    expect(await shareUrlOf(gameId)).toBe(address);
    await database.sql('delete from public.projects where id = $1', [projectId]);
    expect((await follow(address)).status).toBe(404);
  });

  it('of a game that was taken down leads to a page that says nothing of it', async () => {
    const { gameId, projectId } = await published(api.alice, 'public', '禁じられた題');
    const address = await shareUrlOf(gameId);
    expect((await follow(`/play/${gameId}`)).text).toContain('禁じられた題');
    await api.database.sql(
      `insert into public.takedowns (game_id, project_id, user_id, reason) values ($1,$2,$3,'x')`,
      [gameId, projectId, api.alice.id],
    );
    const { status, text } = await follow((await follow(address)).headers['location'] ?? '');
    expect([status, /禁じられた題|og:/.test(text)]).toEqual([200, false]);
  });
});

describe('published files', () => {
  const file = (rest: string, headers: Record<string, string> = {}) =>
    api.ask(`/game/published/${rest}`, { headers: { host: 'games.test:3000', ...headers } });

  it('opened directly have a frame around them that says whose they are', async () => {
    const title = `<img src=x onerror=alert(1)>'"&`;
    const { gameId, revision } = await published(api.alice, 'public', title);
    await api.database.sql(`update public.users set display_name = '<b>アリス' where id = $1`, [
      api.alice.id,
    ]);
    const address = `${gameId}/${revision}/index.html`;
    const asPage = { 'sec-fetch-dest': 'document', 'accept-language': 'en' };
    const page = await file(address, asPage);
    await api.database.sql('update public.users set display_name = null where id = $1', [
      api.alice.id,
    ]);
    expect([page.status, page.headers['vary'], page.headers['cache-control']]).toEqual([
      200,
      matching(/Sec-Fetch-Dest.*Accept-Language/),
      'no-store',
    ]);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src/);
    expect(page.text).not.toMatch(/<img|<b>|published<\/html>/);
    expect(page.text).toContain('by &lt;b&gt;アリス');
    expect(page.text).toContain('Do not enter passwords');
    expect(page.text).toContain(`src="/game/published/${address}"`);
    expect(page.text).toContain(`href="http://app.test:3000/play/${gameId}"`);
    expect((await file(address, { 'sec-fetch-dest': 'document' })).text).toContain('作者名なし');
    for (const dest of ['iframe', 'empty'])
      expect((await file(address, { 'sec-fetch-dest': dest })).text).toContain('published</html>');
    expect((await file(`${gameId}/${revision}/a/b.png`, asPage)).headers['content-type']).toBe(
      'image/png',
    );
  });

  it('are served to everybody under the isolation of all games', async () => {
    const { gameId, revision } = await published(api.alice, 'public');
    const page = await file(`${gameId}/${revision}/index.html`);
    expect([page.status, page.text, page.headers['content-type']]).toEqual([
      200,
      '<html><head></head>published</html>',
      'text/html; charset=utf-8',
    ]);
    expect(page.headers).toMatchObject({
      'content-security-policy': matching(
        /^sandbox allow-scripts allow-pointer-lock; default-src 'none'/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=0',
      etag: anyText,
    });
    expect(page.headers).not.toHaveProperty('x-frame-options');
    expect((await file(`${gameId}/${revision}/`)).text).toBe(page.text);
    expect(
      (
        await file(`${gameId}/${revision}/index.html`, {
          'if-none-match': page.headers['etag'] ?? '',
        })
      ).status,
    ).toBe(304);
    const image = await file(`${gameId}/${revision}/a/b.png`, {
      range: 'bytes=1-1',
      origin: 'null',
    });
    expect([image.status, [...image.bytes], image.headers['content-type']]).toEqual([
      206,
      [2],
      'image/png',
    ]);
    const bare = await file(`${gameId}/`);
    expect([bare.status, bare.headers['location']]).toEqual([
      302,
      `/game/published/${gameId}/${revision}/index.html`,
    ]);
  });

  it("are there for the row's revision only, except for whoever checks a copy", async () => {
    const { gameId } = await published(api.alice, 'public');
    const next = 'c'.repeat(40);
    await copiesIn(api.env['DATA_DIR'] ?? '').write(gameId, next, [
      { path: 'index.html', bytes: Buffer.from('next') },
    ]);
    const ask = (mac?: string) =>
      file(
        `${gameId}/${next}/index.html`,
        mac === undefined ? {} : { [PUBLISH_CHECK_HEADER]: mac },
      );
    expect([
      (await ask()).status,
      (await ask('')).status,
      (await ask(publishCheck('another secret', gameId, next))).status,
      (await ask(publishCheck(CHECK, gameId, 'd'.repeat(40)))).status,
      (await ask(publishCheck(SECRET, gameId, next))).status,
    ]).toEqual([404, 404, 404, 404, 404]);
    for (const secret of [CHECK, CHECK_BEFORE])
      expect((await ask(publishCheck(secret, gameId, next))).text).toBe('next');
  });

  it('nothing beside them can be reached', async () => {
    const { gameId, revision } = await published(api.alice, 'public');
    await copiesIn(api.env['DATA_DIR'] ?? '').write(gameId, 'e'.repeat(40), [
      { path: 'x', bytes: Buffer.from('x') },
    ]);
    for (const rest of [
      '../../x',
      '..%2f..%2fx',
      '%2e%2e/%2e%2e/x',
      '.hidden/x',
      'nothing',
      'a',
      '%00',
      'a%2f..%2f.hidden%2fx',
    ]) {
      expect((await file(`${gameId}/${revision}/${rest}`)).status, rest).toBe(404);
    }
    for (const rest of [
      `${gameId}/HEAD/index.html`,
      `not-a-uuid/${revision}/index.html`,
      `${UNKNOWN}/${revision}/index.html`,
      `${UNKNOWN}/`,
    ]) {
      expect((await file(rest)).status, rest).toBe(404);
    }
  });
});

describe('the feed', () => {
  it('holds public games only, newest first, page by page', async () => {
    const made = [];
    for (const title of ['一', '二', '三']) made.push(await published(api.bob, 'public', title));
    await published(api.bob, 'unlisted', '四');
    const read = async (query: string) =>
      (await send('GET', `/api/games${query}`, 'anybody')).json() as {
        games: { id: string; title: string; visibility: string }[];
        next: string | null;
      };
    const first = await read('?limit=2');
    expect(first.games.map(({ title }) => title)).toEqual(['三', '二']);
    const second = await read(`?limit=2&after=${first.next}`);
    expect(second.games[0]?.id).toBe(made[0]?.gameId);
    const all = await read('?limit=50');
    expect(new Set(all.games.map(({ visibility }) => visibility))).toEqual(new Set(['public']));
    expect(all.next).toBeNull();
  });

  it.each(['x', '%5B%5D', 'bnVsbA'])('refuses the cursor %s', async (after) => {
    const answer = await send('GET', `/api/games?after=${after}`, 'anybody');
    expect([answer.status, answer.json()]).toEqual([400, { error: 'Invalid cursor' }]);
  });

  it.each(['0', '-1', 'x', '99999'])('survives the limit %s', async (limit) => {
    expect((await send('GET', `/api/games?limit=${limit}`, 'anybody')).status).toBe(200);
  });
});

describe('the feed by words and by likes', () => {
  const found = async (query: string): Promise<string[]> => {
    const { games } = (await send('GET', `/api/games?${query}`, 'anybody')).json() as {
      games: GameCard[];
    };
    return games.map(({ title }) => title);
  };
  const search = (words: string) => found(`search=${encodeURIComponent(words)}`);

  it('finds every word of a title or description, in any script, and nothing else', async () => {
    for (const title of ['ねこのおさんぽ', 'Space CATS ２', '100%_犬', 'ネコ\\'])
      await published(api.alice, 'public', title);
    await published(api.alice, 'unlisted', 'ねこの秘密');
    await published(api.alice, 'private', 'ねこの日記');
    expect(await search('ねこ')).toEqual(['ねこのおさんぽ']);
    expect(await search('さ')).toContain('ねこのおさんぽ');
    expect(await search('  cats  SPACE ')).toEqual(['Space CATS ２']);
    expect(await search('ｃａｔｓ 2')).toEqual(['Space CATS ２']);
    expect(await search('space dogs')).toEqual([]);
    expect(await search('ac pa')).toEqual(['Space CATS ２']);
    expect(await search('stac')).toEqual([]);
    expect(await search('%_')).toEqual(['100%_犬']);
    expect(await search('\\')).toEqual(['ネコ\\']);
    expect(await search('説明 ねこ')).toEqual(['ねこのおさんぽ']);
    expect(await search(`' or '1'='1`)).toEqual([]);
    expect((await search(' \0 ')).length).toBeGreaterThan(4);
  });

  it('finds the games of a maker by the chosen name, never by the mail address', async () => {
    await published(api.bob, 'public', 'ボブの船');
    const rename = (name: string) =>
      api.database.sql('update public.users set display_name = $2 where id = $1', [
        api.bob.id,
        name,
      ]);
    const [{ email } = { email: '' }] = await api.database.sql<{ email: string }>(
      'select email from public.users where id = $1',
      [api.bob.id],
    );
    const local = email.split('@')[0] ?? '';
    await rename('船長ボブ');
    expect(await search('船長')).toContain('ボブの船');
    await rename(local);
    expect(await search(local)).toEqual([]);
    expect(await search('船長')).toEqual([]);
  });

  it('is ordered by likes and plays when asked for, page by page', async () => {
    const liked = await published(api.alice, 'public', '人気 いいね');
    const played = await published(api.alice, 'public', '人気 プレイ');
    await published(api.alice, 'public', '人気 新しい');
    await send('PUT', `/api/games/${liked.gameId}/like`, 'bob');
    await api.database.sql('update public.games set play_count = 9 where id = $1', [played.gameId]);
    const order = ['人気 いいね', '人気 プレイ', '人気 新しい'];
    const query = `search=${encodeURIComponent('人気')}`;
    expect(await found(`${query}&sort=popular`)).toEqual(order);
    expect(await found(query)).toEqual([...order].toReversed());
    const walked: string[] = [];
    let after = '';
    for (let page = 0; page < 4; page += 1) {
      const { games, next } = (
        await send('GET', `/api/games?${query}&sort=popular&limit=1${after}`, 'anybody')
      ).json() as { games: GameCard[]; next: string | null };
      walked.push(...games.map(({ title }) => title));
      if (next === null) break;
      after = `&after=${next}`;
    }
    expect(walked).toEqual(order);
  });

  it('takes no cursor of the other order, and no text without end', async () => {
    const { next } = (await send('GET', '/api/games?limit=1', 'anybody')).json() as {
      next: string;
    };
    for (const [query, error] of [
      [`sort=popular&after=${next}`, 'Invalid cursor'],
      [`search=${'%E6%98%9F'.repeat(101)}`, 'Invalid search'],
      ['search=a&search=b', 'Invalid search'],
    ] as const) {
      const answer = await send('GET', `/api/games?${query}`, 'anybody');
      expect([answer.status, answer.json()]).toEqual([400, { error }]);
    }
  });
});

describe('plays and likes', () => {
  it('a player counts once per session, another one as well', async () => {
    const { gameId } = await published(api.alice, 'public');
    const play = async (as: Who) => (await send('POST', `/api/games/${gameId}/play`, as)).json();
    expect([
      await play('bob'),
      await play('bob'),
      await play('alice'),
      await play('anybody'),
      await play('anybody'),
    ]).toEqual([
      { success: true, counted: true, playCount: 1 },
      { success: true, counted: false, playCount: 1 },
      { success: true, counted: true, playCount: 2 },
      { success: true, counted: true, playCount: 3 },
      { success: true, counted: false, playCount: 3 },
    ]);
    await api.database.sql(
      `update public.game_plays set played_at = now() - interval '31 minutes' where game_id = $1`,
      [gameId],
    );
    expect(await play('bob')).toEqual({ success: true, counted: true, playCount: 4 });
    const players = await api.database.sql<{ player: string }>(
      'select player from public.game_plays where game_id = $1',
      [gameId],
    );
    expect(players.map(({ player }) => player).join()).not.toContain('127.0.0.1');
  });

  it('a like counts once per user, however often it is sent, and can be taken back', async () => {
    const { gameId } = await published(api.alice, 'public');
    const likes = await Promise.all(
      Array.from({ length: 5 }, () => send('PUT', `/api/games/${gameId}/like`, 'bob')),
    );
    expect(likes.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await send('PUT', `/api/games/${gameId}/like`, 'alice')).json()).toEqual({
      success: true,
      liked: true,
      likeCount: 2,
    });
    expect((await send('GET', `/api/games/${gameId}`, 'bob')).json()).toMatchObject({
      game: { liked: true, likeCount: 2 },
    });
    for (let times = 0; times < 2; times += 1) {
      expect((await send('DELETE', `/api/games/${gameId}/like`, 'bob')).json()).toEqual({
        success: true,
        liked: false,
        likeCount: 1,
      });
    }
  });

  it('owners cannot make up numbers or pointers through the database', async () => {
    const { gameId, revision } = await published(api.alice, 'public');
    const headers = {
      apikey: api.env['SUPABASE_ANON_KEY'] ?? '',
      authorization: `Bearer ${api.alice.accessToken}`,
      'content-type': 'application/json',
    };
    const rest = (method: string, query: string, body: object) =>
      fetch(`${api.env['SUPABASE_URL']}/rest/v1/games${query}`, {
        method,
        headers,
        body: JSON.stringify(body),
      });
    expect(
      (
        await rest('PATCH', `?id=eq.${gameId}`, {
          play_count: 999,
          like_count: 999,
          revision: 'e'.repeat(40),
          title: '新',
        })
      ).ok,
    ).toBe(true);
    expect((await send('GET', `/api/games/${gameId}`, 'anybody')).json()).toMatchObject({
      game: { playCount: 0, likeCount: 0, title: '新', playUrl: matching(new RegExp(revision)) },
    });
    const id = randomUUID();
    expect(
      (
        await rest('POST', '', {
          id,
          user_id: api.alice.id,
          title: '題',
          game_url: '/',
          revision,
          play_count: 5,
        })
      ).ok,
    ).toBe(true);
    expect((await send('GET', `/api/games/${id}`, 'alice')).status).toBe(404);
  });

  it("an id taken through the database is the owner's when he publishes", async () => {
    const project = await api.database.store.projects.create(api.alice.id, '題');
    await api.database.sql(
      'insert into public.games (id, user_id, title, game_url) values ($1, $2, $3, $4)',
      [gameIdFor(project.id), api.bob.id, '横取り', '/'],
    );
    const actionId = randomUUID();
    await api.database.store.actions.open({
      id: actionId,
      userId: api.alice.id,
      projectId: project.id,
      kind: 'publishGame',
    });
    const listing = {
      title: '本物',
      description: '',
      howToPlay: '',
      tags: [],
      visibility: 'public' as const,
      remix: 'allowed' as const,
      thumbnailUrl: null,
    };
    await api.database.store.publishedGames.publish(
      {
        actionId,
        userId: api.alice.id,
        projectId: project.id,
        gameId: gameIdFor(project.id),
        revision: 'f'.repeat(40),
        listing,
      },
      'h',
    );
    expect(
      (await send('GET', `/api/games/${gameIdFor(project.id)}`, 'alice')).json(),
    ).toMatchObject({ game: { title: '本物', isOwner: true } });
  });
});
