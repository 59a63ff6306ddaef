import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../../support/users.js';
import { PIXEL_HASH, startAssetApi, type AssetApi } from './asset-api.js';
import { anyText, matching } from './matchers.js';
import { upload, uploaded } from './multipart.js';
import { PIXEL, type Who } from './test-api.js';

/** rest.md §7, row by row: upload, lists, one asset. Expected values are typed from there. */
let api: AssetApi['api'];
let shared: AssetApi['shared'];
let own: AssetApi['own'];
let bobs: AssetApi['bobs'];
let at: AssetApi['at'];
let user: AssetApi['user'];
let row: AssetApi['row'];
beforeAll(async () => {
  ({ api, shared, own, bobs, at, user, row } = await startAssetApi());
});
afterAll(() => api?.stop());

const json = { 'content-type': 'application/json' };
const NOT_FOUND = { error: 'Asset not found' };
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** The other guards are rows of endpoints.ts. */
describe('who may call what (§1.7)', () => {
  const rows: [method: string, place: string, as: Who, status: number, body: object][] = [
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
    const answer = await api.ask(at(place), { method, as: user(as) });
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
      filename: `shared_${PIXEL_HASH.slice(0, 8)}.png`,
      original_name: 'shared.png',
      hash: PIXEL_HASH,
      is_public: true,
      is_deleted: false,
      storage_path: matching(new RegExp(`^a/${api.alice.id}/[0-9a-f-]{36}/${PIXEL_HASH}\\.png$`)),
      created_in_project_id: api.gameId,
    });
    const links = await api.database.sql(
      'select project_id, usage_type from project_assets where asset_id = $1',
      [shared.id],
    );
    expect(links).toEqual([{ project_id: api.gameId, usage_type: 'image' }]);
  });

  it('outside a project: private; name without extension, tags and description kept', async () => {
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

  // The other refusals are rows of endpoints.
  it.each<[string, () => ReturnType<typeof upload>, number, object]>([
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
    [`?q=own_${PIXEL_HASH.slice(0, 4)}`, false],
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
  it('GET /api/assets/:id is the file: to all when it is public, always to its owner', async () => {
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
      fixedUrl: `${own.url}?sha=${PIXEL_HASH}`,
    });
  });

  it('L5: the address with the hash of its bytes has these for ever, or none', async () => {
    const of = async (query: string, as?: TestUser) => {
      const { status, headers } = await api.ask(`${own.url}${query}`, as ? { as } : {});
      return [status, headers['cache-control'], headers['cdn-cache-control']];
    };
    const fixed = `?sha=${PIXEL_HASH}`;
    expect(await of(fixed, api.alice)).toEqual([
      200,
      'private, max-age=31536000, immutable',
      undefined,
    ]);
    expect(await of(fixed)).toEqual([404, undefined, undefined]);
    expect(await of('?sha=0', api.alice)).toEqual([404, undefined, undefined]);
    const share = (isPublic: boolean) =>
      api.ask(at('/api/assets/:own/publish'), {
        method: 'PUT',
        as: api.alice,
        headers: json,
        body: JSON.stringify({ isPublic }),
      });
    await share(true);
    expect(await of(fixed)).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'public, max-age=3600',
    ]);
    expect(await of('')).toEqual([200, 'public, max-age=0', undefined]);
    await share(false);
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

describe("the flows of V2's own check of this API (§13)", () => {
  const status = async (place: string, as?: TestUser, method = 'GET') =>
    (await api.ask(place, { as, method })).status;

  it("an asset without a project is nobody else's business, from upload to end", async () => {
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
