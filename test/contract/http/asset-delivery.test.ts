import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assetKey } from '../../../src/objects/assets.js';
import { createFileObjectStore, objectFile } from '../../../src/objects/file-object-store.js';
import { PIXEL_HASH, startAssetApi, type AssetApi } from './asset-api.js';
import { matching } from './matchers.js';
import { uploaded } from './multipart.js';
import { bearer, PIXEL, type Who } from './test-api.js';

/** rest.md §8 and §1.4: what delivers assets, to whom, and what a row cannot lead to. */
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

describe('delivery (§8)', () => {
  it.each<[string, Who, number]>([
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
    const answer = await api.ask(at(`/user-assets/${place}`), { as: user(as) });
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
    const object = { ownerId: null, id: randomUUID(), hash: PIXEL_HASH, extension: '.wav' };
    const key = assetKey(object);
    await createFileObjectStore(api.env['DATA_DIR'] ?? '').put(key, Buffer.from('RIFF'));
    await api.database.sql(
      `insert into assets (owner_id, is_global, filename, alias, hash, storage_path, category)
      values (null, true, 'boom.wav', 'boom.wav', 'x', $1, 'effects'),
        (null, true, 'steal.png', 'steal.png', 'x', $2, 'effects')`,
      [key, (await row(own.id))?.['storage_path']],
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

const dataDir = (): string => api.env['DATA_DIR'] ?? '';
describe('a row that its owner wrote himself', () => {
  const keyOf = async (id: string): Promise<string> => String((await row(id))?.['storage_path']);
  it.each<[string, () => Promise<string>]>([
    ['a file of the system', async () => '/etc/passwd'],
    ["another user's object", () => keyOf(bobs.id)],
    [
      'a way out of the own folder',
      async () => `a/${api.alice.id}/../${(await keyOf(bobs.id)).slice(2)}`,
    ],
    ['a way out within the own folder', async () => `a/${api.alice.id}/../${PIXEL_HASH}.png`],
    ['a version', async () => `p/${api.gameId}/${randomUUID()}/${PIXEL_HASH}`],
    ['a name alone', async () => `${PIXEL_HASH}.png`],
    ['the folder itself', async () => `a/${api.alice.id}/`],
    ['the file of an object', async () => objectFile(dataDir(), await keyOf(own.id))],
    [
      'an object that is not there',
      async () => `a/${api.alice.id}/${randomUUID()}/${PIXEL_HASH}.png`,
    ],
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

  it('a listed origin is answered by name, others as any, on /api/assets not at all', async () => {
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
