import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPublicDir } from '../../../src/api/routes/pages.js';
import { parseConfig } from '../../../src/config.js';
import { CLIENT_DIR } from '../../../src/process/programs.js';
import { launchChromium } from '../../support/chromium.js';
import { ask, startApi, type ApiProcess } from './api-process.js';

/**
 * `PUBLIC_DIR`: another client of the same API, made as V2's public directory is (rest.md
 * §2.1–2.2). No database is needed for pages.
 */
const FILES: Readonly<Record<string, string>> = {
  'index.html': `<!DOCTYPE html><html><head><title>theirs</title>
    <script>window.__SUPABASE__ = { url: '/', anonKey: 'anon' };</script>
    <link rel="stylesheet" href="/style.css"></head>
    <body data-page="login" style="color: rgb(1, 2, 3)"><script src="/lib/supabase.min.js"></script>
    <script src="/app.js"></script></body></html>`,
  'create.html': '<title>their list</title>',
  'play.html': '<title>their player</title>',
  'app.js':
    'document.title = [typeof supabase.createClient, __SUPABASE__.anonKey, ' +
    'getComputedStyle(document.body).color, ' +
    'getComputedStyle(document.body).display].join();',
  'style.css': 'body { display: flex }',
  'images/styles/2d/puzzle/neon.webp': 'an image',
  '.secret': 'hidden',
};
const env = {
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
};
let folder: string;
let api: ApiProcess;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-public-'));
  for (const [file, text] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  api = await startApi({ ...env, DATA_DIR: path.join(folder, '.data'), PUBLIC_DIR: folder });
});
afterAll(async () => {
  await api?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ours = (file: string) => readFile(path.join(CLIENT_DIR, file), 'utf8');

describe('PUBLIC_DIR', () => {
  it.each([
    ['/', 'index.html', 'text/html; charset=UTF-8'],
    ['/create', 'create.html', 'text/html; charset=UTF-8'],
    ['/play/anything', 'play.html', 'text/html; charset=UTF-8'],
    ['/app.js', 'app.js', 'application/javascript; charset=UTF-8'],
    ['/style.css', 'style.css', 'text/css; charset=UTF-8'],
    ['/images/styles/2d/puzzle/neon.webp', 'images/styles/2d/puzzle/neon.webp', 'image/webp'],
  ])('%s is its %s', async (address, file, type) => {
    const answer = await ask(api.port, address);
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      FILES[file],
      type,
    ]);
    expect(answer.headers['cache-control']).toBe('public, max-age=0');
  });

  it('what it lacks is ours: pages, the sign-in library, where its pages lead', async () => {
    for (const [address, file] of [
      ['/mypage', 'mypage.html'],
      ['/discover.html', 'discover.html'],
      ['/game.html?id=x', 'play.html'],
      ['/zap/x', 'zap.html'],
      ['/css/mypage.css', 'css/mypage.css'],
    ] as const) {
      const { text } = await ask(api.port, address);
      expect([address, text]).toEqual([address, await ours(file)]);
    }
    expect((await ask(api.port, '/signin')).text).toContain('googleSignInButton');
    expect((await ask(api.port, '/lib/supabase.min.js')).text).toContain('supabase');
    expect((await ask(api.port, '/images/styles')).headers['location']).toBe('/images/styles/');
  });

  it.each(['/.secret', '/..%2f.secret', '/images/styles/', '/images/styles/2d/puzzle/'])(
    '%s is not there',
    async (address) => {
      expect((await ask(api.port, address)).status).toBe(404);
    },
  );

  it('its pages may hold scripts and styles in their markup; ours and the API’s not', async () => {
    const policyOf = async (address: string) =>
      (await ask(api.port, address)).headers['content-security-policy'];
    expect(await policyOf('/')).toContain("'unsafe-inline'");
    expect(await policyOf('/')).toContain("frame-ancestors 'none'");
    for (const address of [
      '/mypage',
      '/game.html',
      '/api/health',
      '/api/projects',
      '/user-assets/x/y',
    ])
      expect(await policyOf(address)).not.toContain("'unsafe-inline'");
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
      });
      await page.goto(`${api.baseUrl}/`);
      expect([await page.title(), complaints]).toEqual(['function,anon,rgb(1, 2, 3),flex', []]);
    } finally {
      await browser.close();
    }
  });

  it('a folder that does not exist is a mistake that is named at the start', async () => {
    await expect(checkPublicDir({ PUBLIC_DIR: path.join(folder, 'nowhere') })).rejects.toThrow(
      'PUBLIC_DIR: is not a folder',
    );
    await expect(checkPublicDir({ PUBLIC_DIR: path.join(folder, 'app.js') })).rejects.toThrow(
      'PUBLIC_DIR: is not a folder',
    );
    await expect(checkPublicDir(parseConfig(env))).resolves.toBeUndefined();
  });
});
