import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf, releasedHashes } from '../../../scripts/kit.js';
import { CLIENT_DIR } from '../../../src/process/programs.js';
import { ask, startApi } from './api-process.js';
import { matching } from './matchers.js';
import { startTestApi, type TestApi } from './test-api.js';
import { expectSameBytes } from '../../support/bytes.js';

/**
 * rest.md §2 (pages and static files), the libraries that games load, and the embedded gateway
 * behind the app.
 */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('pages (§2)', () => {
  it.each([
    ['/', 'index.html'],
    ['/index.html', 'index.html'],
    ['/signin', 'signin.html'],
    ['/create', 'create.html'],
    ['/create.html', 'create.html'],
    ['/CREATE/', 'create.html'],
    ['/discover', 'discover.html'],
    ['/mypage', 'mypage.html'],
    ['/MyPage/', 'mypage.html'],
    ['/game.html?id=x', 'play.html'],
    ['/zap', 'discover.html'],
    ['/zap/anything', 'zap.html'],
    ['/play/anything', 'play.html'],
    ['/project/anything', 'editor.html'],
    ['/project/00000000-0000-4000-8000-000000000000', 'editor.html'],
    ['/editor.html', 'editor.html'],
  ])('%s serves %s to everybody', async (address, file) => {
    const answer = await api.ask(address);
    // Two pages have what other sites show of a link to the product.
    const page = answer.text.replaceAll(/^.*<meta (?:property="og:|name="twitter:).*\n/gm, '');
    expect([answer.status, page]).toEqual([
      200,
      await readFile(path.join(CLIENT_DIR, file), 'utf8'),
    ]);
    const isOfSite = ['index.html', 'signin.html'].includes(file);
    expect(answer.text.includes('/images/share.jpg')).toBe(isOfSite);
    expect(answer.headers['content-type']).toBe('text/html; charset=UTF-8');
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=0',
      'accept-ranges': 'bytes',
      etag: matching(/^W\//),
      'last-modified': matching(/GMT$/),
    });
  });

  it('scripts are JavaScript, the folder itself shows nothing', async () => {
    expect((await api.ask('/js/pages/create.js')).headers['content-type']).toBe(
      'application/javascript; charset=UTF-8',
    );
    expect([(await api.ask('/js')).status, (await api.ask('/js')).headers['location']]).toEqual([
      301,
      '/js/',
    ]);
    expect((await api.ask('/js/')).status).toBe(404);
  });

  it.each([
    '/../package.json',
    '/..%2Fpackage.json',
    '/js/..%2F..%2Fpackage.json',
    '/%2e%2e/package.json',
  ])('%s does not leave the folder', async (address) => {
    const answer = await api.ask(address);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('"dependencies"');
  });

  it('/lib/supabase.min.js is the browser build that defines the global', async () => {
    const answer = await api.ask('/lib/supabase.min.js');
    expect(answer.headers['content-type']).toBe('application/javascript; charset=UTF-8');
    expect(vm.runInNewContext(`${answer.text}; typeof supabase.createClient`)).toBe('function');
  });

  it('pages run only own scripts, ask only own servers, and are framed by nobody', async () => {
    const { headers } = await api.ask('/create');
    const policy = headers['content-security-policy'] ?? '';
    const directive = (name: string) =>
      policy.split(';').find((each) => each.startsWith(`${name} `));
    expect(directive('script-src')).toBe("script-src 'self'");
    expect(directive('frame-src')).toBe("frame-src 'self'");
    expect(directive('img-src')).toBe("img-src 'self' data: blob:");
    expect(directive('frame-ancestors')).toBe("frame-ancestors 'none'");
    expect(directive('connect-src')).toBe(
      `connect-src 'self' http://app.test:3000 ws://127.0.0.1:${api.process.port} wss://127.0.0.1:${api.process.port}`,
    );
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('libraries for games', () => {
  it.each(['three.module.js', 'three.core.js'])(
    '/vendor/three@0.187.0/%s is the installed file, for ever',
    async (file) => {
      const answer = await api.ask(`/vendor/three@0.187.0/${file}`);
      expectSameBytes(answer.bytes, await readFile(`${root}node_modules/three/build/${file}`));
      expect(answer.headers).toMatchObject({
        'content-type': 'application/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  it.each([
    ['three@0.187.0/EffectComposer.js', "from './three.module.js'"],
    ['three@0.187.0/OrbitControls.js', "from './three.module.js'"],
    ['matter-js@0.20.0/matter.min.js', 'License MIT'],
    ['tween.js@25.0.0/tween.esm.js', 'Tween.js authors | MIT'],
    ['p5@1.11.0/p5.min.js', 'LGPL-2.1'],
  ])('/vendor/%s is served as games need it', async (file, part) => {
    const answer = await api.ask(`/vendor/${file}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/javascript; charset=utf-8');
    expect(answer.bytes.toString()).toContain(part);
    expect(answer.bytes.toString()).not.toMatch(/^}? ?(import .*)?from '(?!\.\/)/m);
  });

  it.each(['2d.js', '3d.js'])('our own kit is served as it was released: %s', async (file) => {
    const [name, hash = ''] = [`1.0.0/${file}`, (await releasedHashes())[`1.0.0/${file}`]];
    const answer = await api.ask(`/vendor/kit@${name}`);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
    });
    expect(hashOf(answer.bytes)).toBe(hash);
  });

  it("V2's library is at its old address too, and its licence beside it", async () => {
    const [old, named, licence] = await Promise.all(
      ['/lib/p5.min.js', '/vendor/p5@1.11.0/p5.min.js', '/vendor/p5@1.11.0/license.txt'].map(
        (path) => api.ask(path),
      ),
    );
    expectSameBytes(old!.bytes, named!.bytes);
    expect(old!.headers).toMatchObject({ 'cross-origin-resource-policy': 'cross-origin' });
    expect(licence!.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(licence!.text).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
  });

  it.each([
    'three@0.187.0/package.json',
    'three@0.187.0/examples/jsm/controls/OrbitControls.js',
    'three@0.187.0/..%2Fpackage.json',
    'three@0.170.0/three.module.js',
    'express@5.3.0/index.js',
    'kit@1.0.0/hashes.json',
    'kit@0.9.0/2d.js',
    'three@0.187.0/',
    '',
  ])('/vendor/%s is not there', async (path) => {
    expect((await api.ask(`/vendor/${path}`)).status).toBe(404);
  });
});

describe('the embedded gateway behind the app', () => {
  it('a browser signs in and reads its own rows through one address', async () => {
    const client = createClient(api.process.baseUrl, api.env['SUPABASE_ANON_KEY'] ?? '', {
      auth: { persistSession: false },
    });
    const email = 'carol@example.test';
    const password = 'a password of carol';
    const signedUp = await client.auth.signUp({ email, password });
    expect(signedUp.error).toBeNull();
    expect((await client.auth.signInWithPassword({ email, password })).error).toBeNull();
    const made = await client
      .from('projects')
      .insert({ name: "carol's", user_id: signedUp.data.user?.id })
      .select()
      .single();
    expect(made.data).toMatchObject({ name: "carol's" });
    expect((await client.from('projects').select('name')).data).toEqual([{ name: "carol's" }]);
    expect(
      (await client.from('projects').select('name', { count: 'exact', head: true })).count,
    ).toBe(1);
  });

  it('passes answers on as they are, refusals included', async () => {
    const answer = await api.ask('/auth/v1/user', {
      headers: { apikey: api.env['SUPABASE_ANON_KEY'] ?? '', authorization: 'Bearer garbage' },
    });
    const direct = await fetch(`${api.env['SUPABASE_URL']}/auth/v1/user`, {
      headers: { apikey: api.env['SUPABASE_ANON_KEY'] ?? '', authorization: 'Bearer garbage' },
    });
    expect([answer.status, answer.json()]).toEqual([direct.status, await direct.json()]);
    expect(answer.headers).not.toHaveProperty('content-security-policy');
  });

  it.each(['/rest/v10/projects', '/authority/v1', '/x/rest/v1/'])(
    '%s is not passed on',
    async (path) => {
      expect((await api.ask(path)).text).toContain('Cannot GET');
    },
  );

  it('says 503 and when to come again while the gateway is away; all else goes on', async () => {
    const another = await startApi({ ...api.env, EMBEDDED_SUPABASE_URL: 'http://127.0.0.1:9' });
    try {
      const answer = await ask(another.port, '/rest/v1/projects');
      expect([answer.status, answer.headers['retry-after'], answer.json()]).toEqual([
        503,
        '1',
        { error: 'Supabase is not reachable' },
      ]);
      expect((await ask(another.port, '/api/health')).status).toBe(200);
    } finally {
      await another.stop();
    }
  });

  it('with a hosted project nothing is passed on, and browsers are sent there', async () => {
    const another = await startApi({ ...api.env, EMBEDDED_SUPABASE_URL: '' });
    try {
      expect((await ask(another.port, '/rest/v1/projects')).status).toBe(404);
      expect((await ask(another.port, '/api/config')).json()).toMatchObject({
        supabaseUrl: api.env['SUPABASE_URL'],
      });
      expect((await ask(another.port, '/')).headers['content-security-policy']).toContain(
        `connect-src 'self' ${api.env['SUPABASE_URL']} ws:`,
      );
    } finally {
      await another.stop();
    }
  });
});
