import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './api-process.js';
import { startTestApi, type TestApi } from './test-api.js';
import { expectSameBytes } from '../../support/bytes.js';

/** Pages come small, and what they load is fetched once. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const root = fileURLToPath(new URL('../../../public/', import.meta.url));
const packed = (path: string, encodings = 'gzip, br', more: Record<string, string> = {}) =>
  api.ask(path, { headers: { 'accept-encoding': encodings, ...more } });
const lengthOf = ({ bytes }: Answer): number => bytes.length;
const addressesIn = (html: string): string[] =>
  [...html.matchAll(/(?:href|src)="(\/v\/[^"]+)"/g)].map(([, address = '']) => address);
/** What a module imports at its start. */
async function importsOf(address: string): Promise<string[]> {
  const { text } = await api.ask(address);
  return [...text.matchAll(/^(?:import |\} from )(?:.* from )?'(\.[^']+)';$/gm)].map(
    ([, other = '']) => new URL(other, `http://x${address}`).pathname,
  );
}

describe('compression', () => {
  it.each(['/create', '/js/texts/ja.js', '/css/base.css', '/lib/supabase.min.js'])(
    '%s comes in brotli, in gzip, or as it is',
    async (path) => {
      const plain = await api.ask(path);
      const [brotli, gzip] = [await packed(path), await packed(path, 'gzip')];
      expect([brotli.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual([
        'br',
        'gzip',
      ]);
      expectSameBytes(brotliDecompressSync(brotli.bytes), plain.bytes);
      expectSameBytes(gunzipSync(gzip.bytes), plain.bytes);
      expect(plain.headers).not.toHaveProperty('content-encoding');
      expect(plain.headers['vary']).toContain('Accept-Encoding');
      expect(lengthOf(brotli)).toBeLessThan(lengthOf(plain) / 2);
    },
  );

  it('a library for games comes in brotli, too', async () => {
    const answer = await packed('/vendor/three@0.187.0/three.module.js');
    expect(answer.headers['content-encoding']).toBe('br');
  });

  it('images stay as they are, and so does a part of a file', async () => {
    expect((await packed('/images/icon-512.png')).headers).not.toHaveProperty('content-encoding');
    const part = await packed('/js/texts/ja.js', 'br', { range: 'bytes=0-9' });
    expect([part.status, part.bytes.length, part.headers['content-encoding']]).toEqual([
      206,
      10,
      undefined,
    ]);
  });
});

describe('versions of the app', () => {
  it.each(['/', '/create', '/project/x', '/play/x', '/publish.html', '/mypage', '/ops'])(
    '%s is asked for each time, and names what may be kept for good',
    async (path) => {
      const page = await api.ask(path);
      expect(page.headers['cache-control']).toBe('public, max-age=0');
      expect(page.text).not.toMatch(/(?:href|src)="\/(?:js|css|images)\//);
      const again = await api.ask(path, {
        headers: { 'if-none-match': page.headers['etag'] ?? '' },
      });
      expect(again.status).toBe(304);
      const addresses = addressesIn(page.text);
      expect(addresses.length).toBeGreaterThan(5);
      for (const address of addresses) {
        const file = await api.ask(address);
        expect([address, file.status, file.headers['cache-control']]).toEqual([
          address,
          200,
          'public, max-age=31536000, immutable',
        ]);
        const name = address.replace(/^\/v\/[0-9a-f]{16}\//, '');
        expectSameBytes(file.bytes, await readFile(root + name), name);
      }
    },
  );

  it('every module that a page will ask for is named in it', async () => {
    const { text } = await api.ask('/project/x');
    const named = new Set(addressesIn(text));
    expect([...named].some((address) => address.endsWith('/js/pages/editor.js'))).toBe(true);
    for (const address of named) {
      if (!address.endsWith('.js')) continue;
      for (const other of await importsOf(address)) expect(named).toContain(other);
    }
  });

  it.each(['ja', 'en'])('early.js names every part of the catalogue %s', async (language) => {
    const { text } = await api.ask('/js/early.js');
    const [, list = ''] = new RegExp(`\\b${language}: \\[(.+?)\\]`).exec(text) ?? [];
    const named = [...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => `/js/texts/${name}.js`);
    const needed = new Set([`/js/texts/start-${language}.js`]);
    for (const address of needed) for (const other of await importsOf(address)) needed.add(other);
    needed.delete('/js/texts/index.js');
    expect(named.toSorted()).toEqual([...needed].toSorted());
  });

  it('a page for somebody without a network brings the words of both languages along', async () => {
    const { text } = await api.ask('/offline.html');
    const names = addressesIn(text).map((address) => address.split('/').at(-1));
    expect(names).toEqual(
      expect.arrayContaining(['start-ja.js', 'ja-assets.js', 'start-en.js', 'en-said.js']),
    );
  });

  it('what is no document carries no policy of documents', async () => {
    const [script = ''] = addressesIn((await api.ask('/create')).text).filter((address) =>
      address.endsWith('.js'),
    );
    const { headers } = await api.ask(script);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('content-security-policy');
    const logo = await api.ask(script.replace(/js\/.*$/, 'images/icon.svg'));
    expect([logo.status, logo.headers['content-security-policy']]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
  });

  it('the version of another instance is answered, and not kept', async () => {
    const other = await api.ask('/v/0123456789abcdef/js/texts/ja.js');
    expect([other.status, other.headers['cache-control']]).toEqual([200, 'public, max-age=0']);
    const sdk = await api.ask('/v/0123456789abcdef/lib/supabase.min.js');
    expect([sdk.status, sdk.headers['cache-control']]).toEqual([200, 'public, max-age=0']);
  });

  it.each([
    '/v/0123456789abcdef/create.html',
    '/v/0123456789abcdef/js/..%2f..%2fpackage.json',
    '/v/0123456789abcdef/js/nothing.js',
    '/v/0123456789abcdef/js/',
    '/v/short/js/texts/ja.js',
  ])('%s is not there', async (path) => {
    const answer = await api.ask(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
  });
});
