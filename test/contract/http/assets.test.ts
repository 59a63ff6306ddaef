import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../../support/users.js';
import { anyText, matching } from './matchers.js';
import { upload, uploaded, type UploadedAsset } from './multipart.js';
import { bearer, startTestApi, PIXEL, type TestApi } from './test-api.js';

/** rest.md §7 and §8, row by row. Expected values are typed from there. */
let api: TestApi;
/** Alice's: one made inside a project (public), one made outside (private); Bob's private one. */
let shared: UploadedAsset;
let own: UploadedAsset;
let bobs: UploadedAsset;
beforeAll(async () => {
  api = await startTestApi({
    GAMES_ORIGIN: 'http://games.test',
    RATE_LIMIT_WRITES_PER_MIN: '10000',
  });
  shared = await uploaded(
    api,
    api.alice,
    { bytes: PIXEL, name: 'shared.png' },
    { projectId: api.gameId },
  );
  own = await uploaded(
    api,
    api.alice,
    { bytes: PIXEL, name: 'own.png' },
    { originalName: 'わたしの.png', tags: 'star', description: 'A test image' },
  );
  bobs = await uploaded(api, api.bob, { bytes: PIXEL, name: 'bobs.png' });
});
afterAll(() => api.stop());

const NOT_FOUND = { error: 'Asset not found' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const HASH = createHash('sha256').update(PIXEL).digest('hex');
const json = { 'content-type': 'application/json' };
const at = (place: string): string =>
  place
    .replace(':shared', shared.id)
    .replace(':own', own.id)
    .replace(':bobs', bobs.id)
    .replace(':alice', api.alice.id)
    .replace(':bob', api.bob.id);
const who = { anybody: () => undefined, alice: () => api.alice, bob: () => api.bob };
const row = async (id: string) =>
  (await api.database.sql('select * from assets where id = $1', [id]))[0];
/** A row of Alice's as the server keeps it, whatever stands in it. */
const insert = async (values: Record<string, unknown>): Promise<{ id: string; alias: string }> => {
  const asset = await insertAsAlice(values);
  await api.database.sql('update assets set is_stored = true where id = $1', [asset.id]);
  return asset;
};
/** A row of Alice's, as she can insert it herself. */
const insertAsAlice = async (
  values: Record<string, unknown>,
): Promise<{ id: string; alias: string }> => {
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '' } = api.env;
  const client = createClient(SUPABASE_URL, SUPABASE_ANON_KEY, {
    auth: { persistSession: false },
    global: { headers: bearer(api.alice) },
  });
  const { data, error } = await client
    .from('assets')
    .insert({ owner_id: api.alice.id, filename: 'x.png', is_public: true, ...values })
    .select('id,alias')
    .single();
  if (error) throw error;
  return data;
};

/** The other guards are rows of endpoints.ts. */
describe('who may call what (§1.7)', () => {
  const rows: [
    method: string,
    place: string,
    as: keyof typeof who,
    status: number,
    body: object,
  ][] = [
    ['GET', '/api/assets/12345', 'alice', 400, { error: 'Invalid asset ID' }],
    ['GET', `/api/assets/${UNKNOWN}`, 'alice', 404, NOT_FOUND],
    [
      'GET',
      '/api/assets/:own?access_token=garbage',
      'anybody',
      401,
      { error: 'Invalid or expired token' },
    ],
  ];
  it.each(rows)('%s %s as %s: %i', async (method, place, as, status, body) => {
    const answer = await api.ask(at(place), { method, as: who[as]() });
    expect([answer.status, answer.json()]).toEqual([status, body]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('POST /api/assets/upload (§7.1)', () => {
  it('answers with the asset, and the file lies under its hash', async () => {
    expect(shared).toEqual({
      id: matching(/^[0-9a-f-]{36}$/),
      alias: 'shared.png',
      filename: 'shared.png',
      mimeType: 'image/png',
      size: PIXEL.length,
      url: `/user-assets/${api.alice.id}/shared.png`,
    });
    expect(await row(shared.id)).toMatchObject({
      owner_id: api.alice.id,
      filename: `shared_${HASH.slice(0, 8)}.png`,
      original_name: 'shared.png',
      hash: HASH,
      is_public: true,
      is_deleted: false,
      storage_path: path.join(
        api.env['DATA_DIR'] ?? '',
        'users',
        api.alice.id,
        'assets',
        `${HASH}.png`,
      ),
      created_in_project_id: api.gameId,
    });
    const links = await api.database.sql(
      'select project_id, usage_type from project_assets where asset_id = $1',
      [shared.id],
    );
    expect(links).toEqual([{ project_id: api.gameId, usage_type: 'image' }]);
  });

  it('outside a project an asset is private; a display name without extension, tags and description are kept', async () => {
    const asset = await uploaded(
      api,
      api.alice,
      { bytes: PIXEL, name: 'blob' },
      { originalName: 'Test Upload Image', tags: 'test,upload', description: '説明' },
    );
    expect(asset).toMatchObject({
      alias: 'Test_Upload_Image',
      filename: 'Test Upload Image',
      mimeType: 'image/png',
    });
    expect(await row(asset.id)).toMatchObject({
      is_public: false,
      tags: 'test,upload',
      description: '説明',
      created_in_project_id: null,
    });
    expect((await api.ask(asset.url, { as: api.alice })).headers['content-type']).toBe('image/png');
  });

  it('gives equal names numbers, and never one of a deleted asset', async () => {
    const aliases: string[] = [];
    for (let time = 0; time < 3; time += 1) {
      const asset = await uploaded(api, api.alice, { bytes: PIXEL, name: 'Same Name.PNG' });
      aliases.push(asset.alias);
      if (time === 1) await api.ask(`/api/assets/${asset.id}`, { method: 'DELETE', as: api.alice });
    }
    expect(aliases).toEqual(['Same_Name_PNG.png', 'Same_Name_PNG_2.png', 'Same_Name_PNG_3.png']);
  });

  it.each<[string, () => ReturnType<typeof upload>, number, object]>([
    ['no file', () => upload(api, api.alice, null), 400, { error: 'No file uploaded' }],
    [
      'no multipart body',
      () => api.ask('/api/assets/upload', { method: 'POST', as: api.alice }),
      400,
      { error: 'No file uploaded' },
    ],
    [
      'a project id that is none',
      () => upload(api, api.alice, { bytes: PIXEL }, { projectId: 'x' }),
      400,
      { error: 'Invalid project ID' },
    ],
    [
      "another's project",
      () => upload(api, api.alice, { bytes: PIXEL }, { projectId: api.bobsId }),
      403,
      { error: 'Access denied to project' },
    ],
    [
      'an unknown project',
      () => upload(api, api.alice, { bytes: PIXEL }, { projectId: UNKNOWN }),
      403,
      { error: 'Access denied to project' },
    ],
    [
      'another field',
      () => upload(api, api.alice, { bytes: PIXEL, field: 'thumbnail' }),
      400,
      { error: 'Unexpected field' },
    ],
    [
      'another name and type',
      () =>
        upload(api, api.alice, {
          bytes: PIXEL,
          name: 'a.exe',
          type: 'application/octet-stream',
        }),
      415,
      { error: 'Invalid file type' },
    ],
  ])('%s is refused', async (_, send, status, body) => {
    const answer = await send();
    expect([answer.status, answer.json()]).toEqual([status, body]);
  });
});

describe('lists (§7.2, §7.3)', () => {
  const list = async (place: string, as = api.alice) =>
    (await api.ask(place, { as })).json() as {
      assets: Record<string, unknown>[];
      currentProjectId?: string;
    };

  it('GET /api/assets: own ones, newest first, with their projects', async () => {
    await api.database.sql('update projects set name = $1 where id = $2', ['星, よけ', api.gameId]);
    const { assets, ...rest } = await list('/api/assets');
    expect(rest).toEqual({});
    expect(assets.find(({ id }) => id === shared.id)).toEqual({
      id: shared.id,
      filename: 'shared.png',
      alias: 'shared.png',
      mimeType: 'image/png',
      size: PIXEL.length,
      isPublic: true,
      tags: null,
      description: null,
      url: shared.url,
      projects: [{ id: api.gameId, name: '星, よけ' }],
      createdAt: matching(/\+00:00$/),
    });
    expect(assets.map(({ id }) => id).slice(-2)).toEqual([own.id, shared.id]);
    expect(assets.map(({ id }) => id)).not.toContain(bobs.id);
  });

  it.each([
    ['?currentProjectId=anything', 'anything'],
    ['?currentProjectId=', ''],
  ])('echoes %s', async (query, echoed) => {
    expect((await list(`/api/assets${query}`)).currentProjectId).toBe(echoed);
  });

  it.each<[string, boolean]>([
    ['', true],
    ['?q=', true],
    ['?q=%E3%82%8F%E3%81%9F%E3%81%97', true],
    ['?q=TEST%20IMAGE', true],
    ['?q=STAR', true],
    ['?q=star&q=none', true],
    [`?q=own_${HASH.slice(0, 4)}`, false],
    ['?q=____', true],
    ['?q=%25', false],
    ['?q=nothing-of-that-name', false],
    ['?q=bobs', false],
    ['?q=%00', true],
  ])('GET /api/assets/search%s finds the asset: %s', async (query, isFound) => {
    const { assets } = await list(`/api/assets/search${query}`);
    expect(assets.some(({ id }) => id === own.id)).toBe(isFound);
    expect(assets.map(({ id }) => id)).not.toContain(bobs.id);
  });

  it('a found asset has isOwner and no projects; another user finds nothing of it', async () => {
    const { assets } = await list('/api/assets/search?q=star');
    expect(assets).toEqual([
      {
        id: own.id,
        filename: 'わたしの.png',
        alias: '____.png',
        mimeType: 'image/png',
        size: PIXEL.length,
        isPublic: false,
        isOwner: true,
        tags: 'star',
        description: 'A test image',
        url: own.url,
      },
    ]);
    expect(await list('/api/assets/search?q=star', api.bob)).toEqual({ assets: [] });
    expect((await list('/api/assets/search?q=shared', api.bob)).assets).toEqual([]);
  });
});

describe('one asset (§7.4–7.8)', () => {
  it('GET /api/assets/:id is the file, for everybody when it is public, for its owner always', async () => {
    const publicly = await api.ask(at('/api/assets/:shared'));
    expect([publicly.status, publicly.bytes]).toEqual([200, PIXEL]);
    expect(publicly.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=0',
      'accept-ranges': 'bytes',
      etag: matching(/^W\/"/),
      'last-modified': anyText,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const privately = await api.ask(`/api/assets/${own.id}?access_token=${api.alice.accessToken}`);
    expect([privately.status, privately.bytes, privately.headers['cache-control']]).toEqual([
      200,
      PIXEL,
      'private, max-age=0',
    ]);
  });

  it('GET …/meta', async () => {
    expect((await api.ask(at('/api/assets/:own/meta'), { as: api.alice })).json()).toEqual({
      id: own.id,
      filename: 'わたしの.png',
      alias: '____.png',
      mimeType: 'image/png',
      size: PIXEL.length,
      isPublic: false,
      tags: 'star',
      description: 'A test image',
      createdAt: matching(/\+00:00$/),
      url: own.url,
    });
  });

  it('PUT …/publish makes it readable for everybody, and back', async () => {
    const publish = (isPublic: unknown) =>
      api.ask(at('/api/assets/:own/publish'), {
        method: 'PUT',
        as: api.alice,
        headers: json,
        body: JSON.stringify({ isPublic }),
      });
    expect((await publish(true)).json()).toEqual({
      success: true,
      asset: { id: own.id, isPublic: true },
    });
    expect((await api.ask(own.url)).status).toBe(200);
    expect((await publish(false)).json()).toEqual({
      success: true,
      asset: { id: own.id, isPublic: false },
    });
    expect((await api.ask(own.url)).status).toBe(404);
    // What V2's database took for a boolean (§11).
    for (const [sent, isPublic] of [
      ['true', true],
      ['OFF', false],
      [1, true],
      ['no', false],
      ['t', true],
      [0, false],
    ]) {
      expect((await publish(sent)).json(), String(sent)).toEqual({
        success: true,
        asset: { id: own.id, isPublic },
      });
    }
    for (const nonsense of [undefined, null, 'maybe', 7, {}]) {
      const answer = await publish(nonsense);
      expect([answer.status, answer.json()]).toEqual([
        400,
        { error: 'isPublic must be a boolean' },
      ]);
    }
  });

  it('PUT changes what is given and leaves the rest', async () => {
    const asset = await uploaded(
      api,
      api.alice,
      { bytes: PIXEL, name: 'noted.png' },
      { tags: 'a', description: 'b' },
    );
    const put = (body: unknown) =>
      api.ask(`/api/assets/${asset.id}`, {
        method: 'PUT',
        as: api.alice,
        headers: json,
        body: JSON.stringify(body),
      });
    for (const [body, tags, description] of [
      [{ tags: 'c' }, 'c', 'b'],
      [{ description: null }, 'c', null],
      [{}, 'c', null],
      [{ tags: '' }, '', null],
    ] as const) {
      const answer = await put(body);
      expect([answer.status, answer.json()]).toEqual([
        200,
        { success: true, asset: { id: asset.id, tags, description } },
      ]);
    }
    expect((await put({ tags: ['a'] })).status).toBe(400);
    expect((await put({ availableFrom: 'tomorrow' })).status).toBe(400);
  });

  it('DELETE is a soft delete that every address follows', async () => {
    const asset = await uploaded(
      api,
      api.alice,
      { bytes: PIXEL, name: 'doomed.png' },
      { projectId: api.gameId },
    );
    const remove = () => api.ask(`/api/assets/${asset.id}`, { method: 'DELETE', as: api.alice });
    expect(
      (await api.ask(`/api/assets/${asset.id}`, { method: 'DELETE', as: api.bob })).status,
    ).toBe(403);
    expect((await api.ask(asset.url)).status).toBe(200);
    expect((await remove()).json()).toEqual({
      success: true,
      message: 'Asset deleted. It was used in 1 project(s) - they will now see a placeholder.',
    });
    for (const place of [asset.url, `/api/assets/${asset.id}`, `/api/assets/${asset.id}/meta`])
      expect((await api.ask(place, { as: api.alice })).status).toBe(404);
    const again = await remove();
    expect([again.status, again.json()]).toEqual([404, NOT_FOUND]);
    expect(await row(asset.id)).toMatchObject({ is_deleted: true });
    // Equal bytes of other assets are untouched.
    expect((await api.ask(shared.url)).bytes).toEqual(PIXEL);
    const unused = await uploaded(api, api.alice, { bytes: PIXEL });
    expect(
      (await api.ask(`/api/assets/${unused.id}`, { method: 'DELETE', as: api.alice })).json(),
    ).toEqual({ success: true, message: 'Asset deleted.' });
  });
});

describe('delivery (§8)', () => {
  it.each<[string, keyof typeof who, number]>([
    [':alice/shared.png', 'anybody', 200],
    [':alice/shared.png', 'bob', 200],
    [':alice/____.png', 'alice', 200],
    [':alice/____.png', 'bob', 404],
    [':alice/____.png', 'anybody', 404],
    [':alice/nothing.png', 'alice', 404],
    [':bob/shared.png', 'bob', 404],
    ['not-a-uuid/shared.png', 'anybody', 404],
    [':alice/shared.png%00', 'alice', 404],
    [':alice/..%2F..%2Fshared.png', 'alice', 404],
    [':alice/%2e%2e%2fshared.png', 'alice', 404],
  ])('/user-assets/%s as %s: %i', async (place, as, status) => {
    const answer = await api.ask(at(`/user-assets/${place}`), { as: who[as]() });
    expect(answer.status).toBe(status);
    if (status === 404)
      expect([answer.text, answer.headers['content-type'], answer.headers['etag']]).toEqual([
        'Not found',
        'text/html; charset=utf-8',
        matching(/^W/),
      ]);
    else expect(answer.bytes).toEqual(PIXEL);
  });

  it('answers HEAD, 304 and single ranges', async () => {
    const whole = await api.ask(shared.url);
    const head = await api.ask(shared.url, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      String(PIXEL.length),
    ]);
    for (const [condition, value = ''] of [
      ['if-none-match', whole.headers['etag']],
      ['if-modified-since', whole.headers['last-modified']],
    ] as const) {
      expect((await api.ask(shared.url, { headers: { [condition]: value } })).status).toBe(304);
    }
    const part = await api.ask(shared.url, { headers: { range: 'bytes=1-3' } });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      'PNG',
      `bytes 1-3/${PIXEL.length}`,
    ]);
    const beyond = await api.ask(shared.url, { headers: { range: 'bytes=9999-' } });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([
      416,
      `bytes */${PIXEL.length}`,
    ]);
  });

  it('keeps to the dates of an asset, for its owner too; /api/assets does not', async () => {
    const asset = await uploaded(
      api,
      api.alice,
      { bytes: PIXEL, name: 'dated.png' },
      { projectId: api.gameId },
    );
    const put = (body: unknown) =>
      api.ask(`/api/assets/${asset.id}`, {
        method: 'PUT',
        as: api.alice,
        headers: json,
        body: JSON.stringify(body),
      });
    const statuses = async () => [
      (await api.ask(asset.url, { as: api.alice })).status,
      (await api.ask(`/api/assets/${asset.id}`)).status,
    ];
    await put({ availableFrom: '2999-01-01T00:00:00Z' });
    expect(await statuses()).toEqual([404, 200]);
    await put({ availableFrom: null, availableUntil: '2001-01-01T00:00:00Z' });
    expect(await statuses()).toEqual([404, 200]);
    await put({
      availableFrom: '2001-01-01T00:00:00+09:00',
      availableUntil: '2999-01-01T00:00:00Z',
    });
    expect(await statuses()).toEqual([200, 200]);
  });

  it('/global-assets/:category/:alias needs no token', async () => {
    const file = path.join(api.env['DATA_DIR'] ?? '', 'assets', 'global', 'effects', 'boom.wav');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'RIFF');
    await api.database.sql(
      `insert into assets (owner_id, is_global, filename, alias, hash, storage_path, category) values
      (null, true, 'boom.wav', 'boom.wav', 'x', $1, 'effects'), (null, true, 'steal.png', 'steal.png', 'x', $2, 'effects')`,
      [file, (await row(own.id))?.['storage_path']],
    );
    const answer = await api.ask('/global-assets/effects/boom.wav');
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      'RIFF',
      'audio/wav',
    ]);
    for (const place of [
      'other/boom.wav',
      'effects/nothing',
      'effects/steal.png',
      'effects%00/boom.wav',
    ]) {
      const refused = await api.ask(`/global-assets/${place}`);
      expect([place, refused.status, refused.text]).toEqual([place, 404, 'Not found']);
    }
    await api.database.sql(
      "update assets set available_until = '2001-01-01' where alias = 'boom.wav'",
    );
    expect((await api.ask('/global-assets/effects/boom.wav')).status).toBe(404);
  });

  it('the host of games delivers assets and nothing else of them', async () => {
    const headers = { host: 'games.test' };
    expect((await api.ask(shared.url, { headers })).bytes).toEqual(PIXEL);
    expect((await api.ask(at('/api/assets/:shared'), { headers })).bytes).toEqual(PIXEL);
    expect((await api.ask(own.url, { headers })).status).toBe(404);
    for (const [method, place] of [
      ['GET', '/api/assets'],
      ['POST', '/api/assets/upload'],
      ['GET', '/api/assets/:own/meta'],
      ['DELETE', '/api/assets/:own'],
    ] as const) {
      expect(
        (
          await api.ask(at(place), {
            method,
            as: api.alice,
            headers: { ...headers, ...bearer(api.alice) },
          })
        ).status,
      ).toBe(404);
    }
  });
});

describe('a row that its owner wrote himself', () => {
  const folder = (user: string) => path.join(api.env['DATA_DIR'] ?? '', 'users', user, 'assets');
  it.each<[string, () => Promise<string>]>([
    ['a file of the system', async () => '/etc/passwd'],
    ["another user's file", async () => String((await row(bobs.id))?.['storage_path'])],
    [
      'a way out of the own folder',
      async () => `${folder(api.alice.id)}/../../${api.bob.id}/assets/${HASH}.png`,
    ],
    [
      'the database of the own repository',
      async () => path.join(folder(api.alice.id), '..', 'projects', api.gameId, 'repo.git', 'HEAD'),
    ],
    [
      'a relative path',
      async () => path.relative(process.cwd(), String((await row(own.id))?.['storage_path'])),
    ],
    ['a name alone', async () => `${HASH}.png`],
    ['the folder itself', async () => folder(api.alice.id)],
    [
      'a folder with the same beginning',
      async () => {
        await mkdir(`${folder(api.alice.id)}-beside`, { recursive: true });
        await copyFile(
          String((await row(own.id))?.['storage_path']),
          `${folder(api.alice.id)}-beside/x.png`,
        );
        return `${folder(api.alice.id)}-beside/x.png`;
      },
    ],
    [
      'a link out of the own folder',
      async () => {
        const link = path.join(folder(api.alice.id), 'link.png');
        await rm(link, { force: true });
        await symlink(String((await row(bobs.id))?.['storage_path']), link);
        return link;
      },
    ],
    ['a file that is not there', async () => path.join(folder(api.alice.id), 'nothing.png')],
    ['a path that is too long', async () => `/${'a'.repeat(5_000)}`],
    ['nothing', async () => ''],
  ])('leads to %s: 404', async (_, place) => {
    const { id, alias } = await insert({ storage_path: await place(), mime_type: 'image/png' });
    const byAlias = await api.ask(`/user-assets/${api.alice.id}/${alias}`, { as: api.alice });
    expect([byAlias.status, byAlias.text]).toEqual([404, 'Not found']);
    const byId = await api.ask(`/api/assets/${id}`, { as: api.alice });
    expect([byId.status, byId.json()]).toEqual([404, { error: 'Asset file not found' }]);
  });

  it('leads to her own file, but she wrote the row herself: 404', async () => {
    const storage_path = (await row(own.id))?.['storage_path'];
    const { id, alias } = await insertAsAlice({ storage_path, mime_type: 'image/png' });
    const byAlias = await api.ask(`/user-assets/${api.alice.id}/${alias}`, { as: api.alice });
    expect([byAlias.status, byAlias.text]).toEqual([404, 'Not found']);
    const byId = await api.ask(`/api/assets/${id}`, { as: api.alice });
    expect([byId.status, byId.json()]).toEqual([404, { error: 'Asset file not found' }]);
  });

  it.each([
    ['text/html', 'application/octet-stream'],
    ['image/svg+xml', 'image/svg+xml'],
    ['application/xhtml+xml', 'application/octet-stream'],
    ['image/png\r\nX-Evil: 1', 'application/octet-stream'],
    ['IMAGE/X+XML', 'application/octet-stream'],
  ])('and names itself %j is a download that cannot run', async (mime, type) => {
    const { id } = await insert({
      storage_path: (await row(own.id))?.['storage_path'],
      mime_type: mime,
    });
    const { headers, status } = await api.ask(`/api/assets/${id}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': type,
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox$/);
    expect(headers).not.toHaveProperty('x-evil');
  });
});

describe('CORS (§1.4)', () => {
  it('OPTIONS below the shared paths is OK whether or not anything is there', async () => {
    for (const place of [
      '/user-assets/x/y',
      '/global-assets/x/y',
      '/api/assets/x',
      '/game/x/y/z',
    ]) {
      for (const origin of ['http://friend.test', 'http://stranger.test']) {
        const answer = await api.ask(place, { method: 'OPTIONS', headers: { origin } });
        expect([place, answer.status, answer.text, answer.headers['content-type']]).toEqual([
          place,
          200,
          'OK',
          'text/plain; charset=utf-8',
        ]);
      }
    }
  });

  it('a listed origin is answered by its name, another one as anybody, and on /api/assets not at all', async () => {
    const origins = async (place: string, origin: string) => {
      const { headers } = await api.ask(place, { headers: { origin } });
      return [
        headers['access-control-allow-origin'],
        headers['access-control-allow-credentials'],
        headers['access-control-allow-methods'],
        headers['access-control-allow-headers'],
      ];
    };
    const LISTED = ['http://friend.test', 'true', 'GET, OPTIONS', 'Content-Type, Authorization'];
    expect(await origins(shared.url, 'http://friend.test')).toEqual(LISTED);
    expect(await origins(at('/api/assets/:shared'), 'http://friend.test')).toEqual(LISTED);
    expect(await origins(shared.url, 'null')).toEqual(['*', undefined, undefined, undefined]);
    expect(await origins(at('/api/assets/:shared'), 'http://stranger.test')).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(await origins('/api/assets', 'http://friend.test')).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(
      (await api.ask(shared.url, { headers: { origin: 'http://friend.test' } })).headers['vary'],
    ).toMatch(/Origin/);
  });

  it.each([
    ['/api/assets', ['GET', 'HEAD']],
    ['/api/projects', ['GET', 'HEAD']],
  ])('OPTIONS %s tells its methods', async (place, methods) => {
    const answer = await api.ask(place, { method: 'OPTIONS' });
    expect(answer.status).toBe(200);
    expect(answer.headers['allow']?.split(/, */).sort()).toEqual(methods);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe("the flows of V2's own check of this API (§13)", () => {
  const status = async (place: string, as?: TestUser, method = 'GET') =>
    (await api.ask(place, { as, method })).status;

  it("an asset that belongs to no project is nobody else's business, from its upload to its end", async () => {
    const { alice, bob } = api;
    expect((await upload(api, undefined, { bytes: PIXEL })).status).toBe(401);
    const { id } = await uploaded(
      api,
      alice,
      { bytes: PIXEL, name: 'test.png' },
      { originalName: 'Test Upload Image', tags: 'test', description: 'test asset' },
    );
    for (const place of ['/api/assets', '/api/assets/search?q=test']) {
      expect(await status(place)).toBe(401);
      const seenBy = async (as: TestUser) =>
        ((await api.ask(place, { as })).json() as { assets: { id: string }[] }).assets.some(
          (asset) => asset.id === id,
        );
      expect([await seenBy(alice), await seenBy(bob)]).toEqual([true, false]);
    }
    const asset = `/api/assets/${id}`;
    expect([await status(asset, alice), await status(asset), await status(asset, bob)]).toEqual([
      200, 401, 404,
    ]);
    expect([
      await status(asset, undefined, 'DELETE'),
      await status(asset, bob, 'DELETE'),
      await status(asset, alice),
    ]).toEqual([401, 404, 200]);
    expect((await api.ask(asset, { method: 'DELETE', as: alice })).json()).toMatchObject({
      success: true,
    });
    expect([await status(asset, alice), await status(asset, alice, 'DELETE')]).toEqual([404, 404]);
  });

  it('an asset that was marked as deleted in the database is gone for its owner', async () => {
    const { id } = await uploaded(api, api.alice, { bytes: PIXEL });
    await api.database.sql('update assets set is_deleted = true where id = $1', [id]);
    expect(await status(`/api/assets/${id}`, api.alice)).toBe(404);
  });
});
