import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_DIR } from '../../../src/process/programs.js';
import type { Answer } from './api-process.js';
import { startTestApi, type TestApi } from './test-api.js';
import { expectSameBytes } from '../../support/bytes.js';

/** Pages come small, and what they load is fetched once. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const packed = (address: string, encodings = 'gzip, br', more: Record<string, string> = {}) =>
  api.ask(address, { headers: { 'accept-encoding': encodings, ...more } });
const lengthOf = ({ bytes }: Answer): number => bytes.length;
const addressesIn = (html: string): string[] =>
  [...html.matchAll(/(?:href|src)="(\/v\/[^"]+)"/g)].map(([, address = '']) => address);
/** The modules that a bundle imports when it starts. */
async function importsOf(address: string): Promise<string[]> {
  const { text } = await api.ask(address);
  return [...text.matchAll(/(?:^|;)(?:import|export)\b[^'"();]*"(\.[^"]+)"/g)].map(
    ([, other = '']) => new URL(other, `http://x${address}`).pathname,
  );
}

describe('compression', () => {
  it.each(['/create', '/js/texts/ja.js', '/css/create.css', '/lib/supabase.min.js'])(
    '%s comes in brotli, in gzip, or as it is',
    async (address) => {
      const plain = await api.ask(address);
      const [brotli, gzip] = [await packed(address), await packed(address, 'gzip')];
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
  it.each(['/', '/signin', '/create', '/project/x', '/play/x', '/publish.html', '/mypage', '/ops'])(
    '%s is asked for each time, and names what may be kept for good',
    async (address) => {
      const page = await api.ask(address);
      expect(page.headers['cache-control']).toBe('public, max-age=0');
      expect(page.text).not.toMatch(/(?:href|src)="\/(?:js|css|images)\//);
      const again = await api.ask(address, {
        headers: { 'if-none-match': page.headers['etag'] ?? '' },
      });
      expect(again.status).toBe(304);
      const addresses = addressesIn(page.text);
      expect(addresses.length).toBeGreaterThanOrEqual(5);
      for (const each of addresses) {
        const file = await api.ask(each);
        expect([each, file.status, file.headers['cache-control']]).toEqual([
          each,
          200,
          'public, max-age=31536000, immutable',
        ]);
        const name = each.replace(/^\/v\/[0-9a-f]{16}\//, '');
        expectSameBytes(file.bytes, await readFile(path.join(CLIENT_DIR, name)), name);
      }
    },
  );

  it.each(['/', '/create', '/project/x', '/play/x', '/ops'])(
    '%s loads one style sheet, at most two modules, and names each of them',
    async (page) => {
      const named = addressesIn((await api.ask(page)).text);
      expect(named.filter((address) => address.endsWith('.css')).length).toBe(1);
      const modules = named.filter((address) => address.includes('/js/pages/'));
      expect(modules.length).toBeLessThanOrEqual(2);
      for (const address of modules)
        for (const other of await importsOf(address)) expect(modules).toContain(other);
    },
  );

  it('the page without a network names the texts of both languages', async () => {
    const names = addressesIn((await api.ask('/offline.html')).text).map((address) =>
      address.split('/').at(-1),
    );
    expect(names).toEqual(expect.arrayContaining(['ja.js', 'en.js']));
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
  ])('%s is not there', async (address) => {
    const answer = await api.ask(address);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
  });
});
