import { randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_POLICY } from '../../../src/contracts/base/errors.js';
import type { TestUser } from '../../support/users.js';
import { keysIn } from '../../support/objects.js';
import { patient } from '../../support/patience.js';
import { matching } from './matchers.js';
import { multipart, upload, uploaded } from './multipart.js';
import { bearer, startTestApi, PIXEL, type TestApi } from './test-api.js';
import { coded } from '../../support/refusals.js';

/** Uploads that mean no good, or come all at once: a clear answer, nothing lost, nothing left. */
const QUOTA_MIB = 3;
const MIB = 1024 ** 2;
const FULL = coded('STORAGE_LIMIT_EXCEEDED');
const INVALID_TYPE = { error: 'Invalid file type' };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    ASSET_QUOTA_MIB: String(QUOTA_MIB),
    RATE_LIMIT_WRITES_PER_MIN: '10000',
  });
});
afterAll(() => api.stop());

const inData = (...names: string[]): string => path.join(api.env['DATA_DIR'] ?? '', ...names);
const filesOf = (user: TestUser): Promise<string[]> => keysIn(inData(), `a/${user.id}/`);
const rowsOf = (user: TestUser) =>
  api.database.sql<{ alias: string; is_deleted: boolean }>(
    'select * from assets where owner_id = $1',
    [user.id],
  );
const newcomer = (): Promise<TestUser> => api.database.createUser('newcomer');
/**
 * An image with bytes of its own. Not with random ones alone: a megabyte of those holds the begin
 * of an archive once in a few hundred files, and is refused for it.
 */
const image = (bytes: number): Buffer =>
  Buffer.concat([PIXEL, Buffer.from(randomUUID()), Buffer.alloc(bytes)], bytes);

const blank = (width: number, height: number) => ({
  create: { width, height, channels: 3 as const, background: '#123456' },
});
/** A PNG of a few bytes that says it has so many pixels. */
const sized = (width: number, height: number): Buffer => {
  const bytes = Buffer.from(PIXEL);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

afterEach(async () => {
  await expect
    .poll(() => readdir(inData('scratch', 'uploads')).catch(() => []), { timeout: patient(30_000) })
    .toEqual([]);
});

describe('size', () => {
  it('1,048,575 bytes are the most that is taken', async () => {
    const user = await newcomer();
    expect((await upload(api, user, { bytes: image(MIB) })).json()).toEqual({
      error: 'File too large',
    });
    expect((await upload(api, user, { bytes: image(MIB) })).status).toBe(413);
    expect((await upload(api, user, { bytes: image(3 * MIB) })).status).toBe(413);
    expect(await filesOf(user)).toEqual([]);
    expect(await uploaded(api, user, { bytes: image(MIB - 1) })).toMatchObject({
      size: 1_048_575,
    });
  });

  it.each<[string, () => { body: Buffer; headers: Record<string, string> }]>([
    ['two files', () => multipart([], [{ bytes: PIXEL }, { bytes: PIXEL }])],
    [
      '10,000 fields',
      () =>
        multipart(
          Array.from({ length: 10_000 }, (_, number) => [`field${number}`, 'x'] as const),
          [{ bytes: PIXEL }],
        ),
    ],
    [
      '10,000 fields after the file',
      () => {
        const [file, fields] = [
          multipart([], [{ bytes: PIXEL }]),
          multipart(
            Array.from({ length: 10_000 }, () => ['tags', 'x'] as const),
            [],
          ),
        ];
        return {
          ...file,
          body: Buffer.concat([
            file.body.subarray(0, file.body.lastIndexOf('--boundary')),
            fields.body,
          ]),
        };
      },
    ],
    [
      'a name of 10,000 characters',
      () => multipart([['n'.repeat(10_000), 'x']], [{ bytes: PIXEL }]),
    ],
    ['a value of 1 MB', () => multipart([['tags', 'x'.repeat(1_000_000)]], [{ bytes: PIXEL }])],
    [
      'a project named twice',
      () =>
        multipart(
          [
            ['projectId', api.gameId],
            ['projectId', api.gameId],
          ],
          [{ bytes: PIXEL }],
        ),
    ],
    ['fields with depth', () => multipart([['originalName[a][b]', 'x']], [{ bytes: PIXEL }])],
    [
      'a body that ends early',
      () => ({
        ...multipart([], [{ bytes: PIXEL }]),
        body: multipart([], [{ bytes: PIXEL }]).body.subarray(0, 150),
      }),
    ],
    [
      'a body without boundary',
      () => ({
        ...multipart([], [{ bytes: PIXEL }]),
        headers: { 'content-type': 'multipart/form-data' },
      }),
    ],
  ])('%s: 400 and no file', async (_, make) => {
    const user = api.bob;
    const { body, headers } = make();
    const answer = await api.ask('/api/assets/upload', {
      method: 'POST',
      as: user,
      headers,
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error: matching(/\w/) });
    expect(await filesOf(user)).toEqual([]);
    expect(await rowsOf(user)).toEqual([]);
  });
});

describe('content', () => {
  /** A ZIP of a few kB whose one file becomes 200 MB. */
  const zipBomb = (): Buffer => {
    const packed = deflateRawSync(Buffer.alloc(20 * MIB), { level: 9 });
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(8, 8);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(200 * MIB, 22);
    header.writeUInt16LE(19, 26);
    return Buffer.concat([header, Buffer.from('[Content_Types].xml'), packed]);
  };

  it.each<[string, () => Buffer, string]>([
    ['a page', () => Buffer.from('<!DOCTYPE html><script>alert(1)</script>'), 'page.png'],
    [
      'a page with an SVG in it',
      () => Buffer.from('<html><svg onload="alert(1)"/></html>'),
      'page.svg',
    ],
    ['a script', () => Buffer.from('alert(1)'), 'script.json'],
    ['a ZIP that grows', zipBomb, 'bomb.png'],
    ['a PDF', () => Buffer.from('%PDF-1.7 <script>'), 'document.jpg'],
    ['a program', () => Buffer.from('7f454c4602010100', 'hex'), 'program.mp3'],
    ['nothing', () => Buffer.alloc(0), 'nothing.png'],
  ])('%s that calls itself an image is refused', async (_, make, name) => {
    const answer = await upload(api, api.bob, { bytes: make(), name });
    expect([answer.status, answer.json()]).toEqual([415, INVALID_TYPE]);
    expect(await filesOf(api.bob)).toEqual([]);
  });

  it.each<[string, () => Buffer | Promise<Buffer>, 'ImageTooLarge' | 'ImageUnreadable']>([
    ['a PNG that says it has 50,000 × 50,000 pixels', () => sized(50_000, 50_000), 'ImageTooLarge'],
    ['a line of a million pixels', () => sized(1_000_000, 1), 'ImageTooLarge'],
    [
      'a JPEG of 30 megapixels in one colour',
      () => sharp(blank(6_000, 5_000)).jpeg({ quality: 1 }).toBuffer(),
      'ImageTooLarge',
    ],
    ['a WebP with a longer side', () => sharp(blank(9_000, 10)).webp().toBuffer(), 'ImageTooLarge'],
    ['a PNG that was cut off', () => PIXEL.subarray(0, -1), 'ImageUnreadable'],
    [
      'a GIF that is a script',
      () => Buffer.from('GIF89a\x01\0\x01\0=1;alert(1)//'),
      'ImageUnreadable',
    ],
    [
      'a PNG that is a page',
      () => Buffer.concat([PIXEL, Buffer.from('<html><script>alert(1)</script></html>')]),
      'ImageUnreadable',
    ],
    ['a PNG that is a ZIP', () => Buffer.concat([PIXEL, zipBomb()]), 'ImageUnreadable'],
  ])('%s: a sentence says why, and nothing is kept', async (_, make, kind) => {
    const answer = await upload(api, api.bob, { bytes: await make(), name: 'image.png' });
    const { http } = ERROR_POLICY[kind];
    expect([answer.status, answer.json()]).toEqual([http, coded(kind)]);
    expect([await filesOf(api.bob), await rowsOf(api.bob)]).toEqual([[], []]);
  });

  it.each<[string, string, string, string, string]>([
    [
      'an SVG that runs',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
      'run.svg',
      'image/svg+xml',
      'attachment',
    ],
    [
      'an SVG that calls itself PNG',
      '<svg><script>alert(1)</script></svg>',
      'image.png',
      'image/svg+xml',
      'attachment',
    ],
  ])(
    '%s is what it is by content wherever it is shown',
    async (_, content, name, mime, disposition) => {
      const asset = await uploaded(
        api,
        api.alice,
        { bytes: Buffer.from(content, 'latin1'), name, type: 'image/png' },
        { projectId: api.gameId },
      );
      expect(asset.mimeType).toBe(mime);
      for (const place of [asset.url, `/api/assets/${asset.id}`]) {
        const { headers, status } = await api.ask(place);
        expect([
          status,
          headers['content-type'],
          headers['content-disposition'] ?? 'inline',
        ]).toEqual([200, mime, disposition]);
        expect(headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'content-security-policy': matching(/^default-src 'none'; .*sandbox$/),
        });
      }
    },
  );
});

describe('names', () => {
  it.each<[string, string]>([
    ['../../../etc/cron.d/x.png', 'x.png'],
    ['..\\..\\x.png', '______x.png'],
    ['%2e%2e%2f%2e%2e%2fx.png', '_2e_2e_2f_2e_2e_2fx.png'],
    ['..%c0%af..%c0%afx.png', '___c0_af___c0_afx.png'],
    ['/etc/passwd', 'passwd'],
    ['....//....//y.png', 'y.png'],
    ['nul\0.png', 'nul.png'],
    ['a\r\nSet-Cookie: evil=1.png', 'a__Set-Cookie__evil_1.png'],
    ['x.png\r\nX-Evil: 1', 'x_png__X-Evil__1.png__x-evil__1'],
    ['.', '_'],
    ['..', '__'],
    ['<script>alert(1)</script>.png', 'script_.png'],
    ['x.php?y=.png', 'x_php_y_.png'],
    ["'; drop table assets; --.png", '___drop_table_assets__--.png'],
    ['\u202egnp.exe', '_gnp.exe'],
    ['n'.repeat(10_000), 'n'.repeat(32)],
  ])('%j becomes %j', async (name, alias) => {
    const user = await newcomer();
    const asset = await uploaded(api, user, { bytes: PIXEL }, { originalName: name });
    expect(asset.alias).toBe(alias);
    expect((await filesOf(user)).join()).toMatch(/\/[0-9a-f]{64}\.png$/);
    const answer = await api.ask(`/user-assets/${user.id}/${encodeURIComponent(alias)}`, {
      as: user,
    });
    expect([answer.status, answer.bytes]).toEqual([200, PIXEL]);
    expect(JSON.stringify(answer.headers)).not.toMatch(/evil/i);
  });

  it('without a display name the name of the part counts: UTF-8, no folders', async () => {
    expect(
      await uploaded(api, api.alice, { bytes: PIXEL, name: '/tmp/../プレイヤー.png' }),
    ).toMatchObject({ alias: '_____.png', filename: 'プレイヤー.png' });
  });

  it('the 10,001st equal name is found quickly, and lists stay whole', async () => {
    const user = await newcomer();
    await api.database.sql(
      `insert into assets (owner_id, alias, hash, filename, storage_path, size)
      select $1, case n when 1 then 'many.png' else 'many_' || n || '.png' end, 'x', 'many.png',
        '/x', 1 from generate_series(1, 10000) n`,
      [user.id],
    );
    await api.database.sql(
      `insert into assets (owner_id, alias, hash, filename, storage_path, size)
      select $1, alias, 'x', 'x', '/x', 1 from unnest(array['many_x.png', 'many_007.png',
        'many_.png', 'many_10001.jpg', 'Many.png']) alias`,
      [user.id],
    );
    const timed = async (as: TestUser): Promise<{ alias: string; tookMs: number }> => {
      const startedAt = performance.now();
      const { alias } = await uploaded(api, as, { bytes: PIXEL, name: 'many.png' });
      return { alias, tookMs: performance.now() - startedAt };
    };
    const [late, first] = [await timed(user), await timed(await newcomer())];
    expect([late.alias, first.alias]).toEqual(['many_10001.png', 'many.png']);
    // A first name of that kind says how fast this machine is at the moment.
    expect(late.tookMs).toBeLessThan(patient(10_000) + 10 * first.tookMs);
    const listed = await api.ask('/api/assets', { as: user });
    expect(listed.status, listed.text.slice(0, 500)).toBe(200);
    expect((listed.json() as { assets: unknown[] }).assets).toHaveLength(10_006);
    const found = (await api.ask('/api/assets/search?q=MANY', { as: user })).json() as {
      assets: { alias: string }[];
    };
    expect([found.assets.length, found.assets[0]?.alias]).toEqual([50, 'many_10001.png']);
  });
});

describe('many at once', () => {
  it('50 uploads of the same file are 50 assets with 50 names', async () => {
    const user = await newcomer();
    const assets = await Promise.all(
      Array.from({ length: 50 }, () => uploaded(api, user, { bytes: PIXEL, name: 'hero.png' })),
    );
    const expected = [
      'hero.png',
      ...Array.from({ length: 49 }, (_, number) => `hero_${number + 2}.png`),
    ];
    expect(assets.map(({ alias }) => alias).sort()).toEqual(expected.sort());
    expect((await rowsOf(user)).map(({ alias }) => alias).sort()).toEqual(expected);
    expect(await filesOf(user)).toHaveLength(50);
    for (const asset of [assets[0], assets[49]])
      expect((await api.ask(asset?.url ?? '', { as: user })).bytes).toEqual(PIXEL);
  });

  it('of files that do not all fit, those that fit are taken; no rest is left', async () => {
    const user = await newcomer();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => upload(api, user, { bytes: image(900 * 1024) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 507, 507, 507, 507, 507,
    ]);
    for (const answer of answers.filter(({ status }) => status === 507))
      expect(answer.json()).toEqual(FULL);
    expect(await filesOf(user)).toHaveLength(3);
    const { asset } = answers.find(({ status }) => status === 200)?.json() as {
      asset: { id: string };
    };
    await api.ask(`/api/assets/${asset.id}`, { method: 'DELETE', as: user });
    await uploaded(api, user, { bytes: image(900 * 1024) });
  });
});

it('a user whose files are beyond the limit uploads nothing', async () => {
  const user = await newcomer();
  await api.database.sql('insert into public.volume_sizes (user_id, kept_bytes) values ($1, $2)', [
    user.id,
    51 * 1024 ** 3,
  ]);
  const answer = await upload(api, user, { bytes: PIXEL });
  expect([answer.status, answer.json()]).toEqual([507, FULL]);
  expect(await filesOf(user)).toEqual([]);
});

it('nothing is left of an upload whose client goes away', async () => {
  const { body, headers } = multipart([], [{ bytes: image(800_000) }]);
  const parts = () => readdir(inData('scratch', 'uploads')).catch(() => []);
  const sent = request({
    host: '127.0.0.1',
    port: api.process.port,
    path: '/api/assets/upload',
    method: 'POST',
    headers: { ...headers, ...bearer(api.bob), 'content-length': body.length },
  });
  sent.on('error', () => undefined);
  sent.write(body.subarray(0, 400_000));
  await expect
    .poll(
      async () =>
        Promise.all(
          (await parts()).map(
            async (name) => (await stat(inData('scratch', 'uploads', name))).size > 0,
          ),
        ),
      { timeout: patient(30_000) },
    )
    .toEqual([true]);
  sent.destroy();
  await expect.poll(parts, { timeout: patient(30_000) }).toEqual([]);
  expect(await filesOf(api.bob)).toEqual([]);
  expect((await api.ask('/api/health')).status).toBe(200);
});
