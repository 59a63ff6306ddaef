import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './api-process.js';
import { unpacked, unzip } from './unzip.js';
import { matching } from './matchers.js';
import { bearer, GAME_FILES, startTestApi, PAGE, PIXEL, type TestApi } from './test-api.js';
import { expectSameBytes } from '../../support/bytes.js';

/**
 * rest.md §5 (files of a project) and §6, row by row, with protocols A–E where they change what is
 * served.
 */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const at = (path: string): string =>
  path
    .replace(':alice', api.alice.id)
    .replace(':bob', api.bob.id)
    .replace(':game', api.gameId)
    .replace(':empty', api.emptyId)
    .replace(':bobs', api.bobsId);
const game = (rest: string): Promise<Answer> =>
  api.ask(at(`/game/:alice/:game/${rest}`), { as: api.alice });

describe('the order of checks (§6)', () => {
  it.each<[string, 'anybody' | 'alice' | 'bob', number, object | string]>([
    ['/game/:alice/:game/index.html', 'anybody', 401, { error: 'No access token provided' }],
    [
      '/game/not-a-uuid/also-not-uuid/index.html',
      'anybody',
      401,
      { error: 'No access token provided' },
    ],
    ['/game/not-a-uuid/also-not-uuid/index.html', 'alice', 400, { error: 'Invalid ID format' }],
    ['/game/:alice/not-a-uuid/index.html', 'alice', 400, { error: 'Invalid ID format' }],
    ['/game/:alice/:game/index.html', 'bob', 403, { error: 'Access denied' }],
    [`/game/:alice/${UNKNOWN}/index.html`, 'alice', 404, { error: 'Project not found' }],
    ['/game/:bob/:game/index.html', 'bob', 404, { error: 'Project not found' }],
    ['/game/:alice/:game/../../../../etc/passwd', 'alice', 400, { error: 'Invalid file path' }],
    [
      '/game/:alice/:game/..%2F..%2F..%2Fetc%2Fpasswd',
      'alice',
      400,
      { error: 'Invalid file path' },
    ],
    ['/game/:alice/:game/%2e%2e/%2e%2e/etc/passwd', 'alice', 400, { error: 'Invalid file path' }],
    ['/game/:alice/:game/nothing.html', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/assets', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/assets/', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/.env', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/.git/HEAD', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/.ai-context/2026-01-03T03-04-05.json', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/sub%2F..%2F.env', 'alice', 404, 'File not found'],
    ['/game/:alice/:game/%00', 'alice', 404, 'File not found'],
  ])('%s as %s: %i', async (path, as, status, body) => {
    const answer = await api.ask(at(path), { as: as === 'anybody' ? undefined : api[as] });
    expect(answer.status).toBe(status);
    if (typeof body === 'string') expect(answer.text).toBe(body);
    else expect(answer.json()).toEqual(body);
  });

  it('there is no route without the slash behind the project', async () => {
    expect((await api.ask(at('/game/:alice/:game'), { as: api.alice })).text).toContain(
      'Cannot GET',
    );
  });
});

describe('?version= of a game (additive)', () => {
  const files = (name: string) => ({ 'index.html': `<p>${name}</p>`, 'a.js': `"${name}"` });
  let address: string;
  let [first, second] = ['', ''];
  beforeAll(async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, '版');
    address = `/game/${api.bob.id}/${id}/`;
    first = await api.publish(api.bob, id, files('one'));
    second = await api.publish(api.bob, id, files('two'));
  });
  const read = async (rest: string, as = api.bob) => {
    const { status, text } = await api.ask(address + rest, { as });
    return [status, text.includes('one') ? 'one' : text.includes('two') ? 'two' : text];
  };

  it('is that version, by its hash or the beginning of it', async () => {
    expect(await read('index.html')).toEqual([200, 'two']);
    expect(await read(`index.html?version=${first}`)).toEqual([200, 'one']);
    expect(await read(`a.js?version=${first.slice(0, 8)}`)).toEqual([200, 'one']);
    expect(await read(`a.js?version=${second.slice(0, 8)}`)).toEqual([200, 'two']);
  });

  it('stays it for all that the page loads under its signed address', async () => {
    const { headers } = await api.ask(
      `${address}index.html?version=${first}&access_token=${api.bob.accessToken}`,
    );
    const page = headers['location'] ?? '';
    expect(page).toMatch(/^\/game\/~/);
    expect((await api.ask(page)).text).toContain('<p>one</p>');
    expect((await api.ask(page.replace(/index\.html.*/, 'a.js'))).text).toBe('"one"');
  });

  it.each(['0000000', 'abc', '--help', '..%2f', '', 'x&version=y'])(
    'is 404 for %j, which names none',
    async (version) => {
      const { status, text } = await api.ask(`${address}index.html?version=${version}`, {
        as: api.bob,
      });
      expect([status, JSON.parse(text)]).toEqual([404, { error: 'Version not found' }]);
    },
  );

  it('opens no version of another project, and none for another user', async () => {
    const ofGame = await api.database.store.revisions.head(api.gameId);
    expect((await read(`index.html?version=${ofGame?.revision}`))[0]).toBe(404);
    expect((await read(`index.html?version=${first}`, api.alice))[0]).toBe(403);
    const own = address.replace(api.bob.id, api.alice.id);
    const stolen = await api.ask(`${own}index.html?version=${first}`, { as: api.alice });
    expect([stolen.status, stolen.json()]).toEqual([404, { error: 'Project not found' }]);
  });
});

describe('files and their types (§6)', () => {
  it.each([
    ['style.css', 'text/css; charset=utf-8'],
    ['data.json', 'application/json; charset=utf-8'],
    ['image.svg', 'image/svg+xml; charset=utf-8'],
    ['readme.txt', 'application/octet-stream; charset=utf-8'],
    ['assets/js/main.js', 'application/javascript; charset=utf-8'],
    ['sub/index.html', 'text/html; charset=utf-8'],
  ])('%s is text, sent as it is, with a weak ETag and no range', async (file, type) => {
    const answer = await game(file);
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      GAME_FILES[file],
      type,
    ]);
    expect(answer.headers['etag']).toMatch(/^W\//);
    expect(answer.headers).not.toHaveProperty('cache-control');
    expect(answer.headers).not.toHaveProperty('accept-ranges');
    expect(
      (
        await api.ask(at(`/game/:alice/:game/${file}`), {
          headers: { ...bearer(api.alice), 'if-none-match': answer.headers['etag'] ?? '' },
        })
      ).status,
    ).toBe(304);
  });

  it.each([
    ['photo.PNG', 'image/png'],
    ['assets/jump.mp3', 'audio/mpeg'],
  ])('%s is sent as a file, byte for byte', async (file, type) => {
    const answer = await game(file);
    expect([answer.status, answer.bytes, answer.headers['content-type']]).toEqual([
      200,
      GAME_FILES[file],
      type,
    ]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=0',
      'accept-ranges': 'bytes',
      etag: matching(/^W\//),
      'last-modified': matching(/GMT$/),
    });
  });

  it.each<[range: string, status: number, contentRange: string | undefined, bytes: number[]]>([
    ['bytes=1-2', 206, 'bytes 1-2/6', [1, 2]],
    ['bytes=4-', 206, 'bytes 4-5/6', [254, 255]],
    ['bytes=-1', 206, 'bytes 5-5/6', [255]],
    ['bytes=9-', 416, 'bytes */6', []],
    ['bytes=0-0,2-2', 200, undefined, [0, 1, 2, 253, 254, 255]],
    ['lines=1-2', 200, undefined, [0, 1, 2, 253, 254, 255]],
  ])('range %s: %i', async (range, status, contentRange, bytes) => {
    const answer = await api.ask(at('/game/:alice/:game/assets/jump.mp3'), {
      headers: { ...bearer(api.alice), range },
    });
    expect([answer.status, answer.headers['content-range'], [...answer.bytes]]).toEqual([
      status,
      contentRange,
      bytes,
    ]);
  });

  it('a range of an older file is answered with the new file', async () => {
    const ask = (condition: string) =>
      api.ask(at('/game/:alice/:game/assets/jump.mp3'), {
        headers: { ...bearer(api.alice), range: 'bytes=0-0', 'if-range': condition },
      });
    const { etag = '', 'last-modified': lastModified = '' } = (await game('assets/jump.mp3'))
      .headers;
    expect((await ask('W/"old"')).status).toBe(200);
    expect((await ask(etag)).status).toBe(206);
    expect((await ask(lastModified)).status).toBe(206);
  });

  it('HEAD has the headers and no body', async () => {
    const answer = await api.ask(at('/game/:alice/:game/photo.PNG'), {
      method: 'HEAD',
      as: api.alice,
    });
    expect([answer.status, answer.headers['content-length'], answer.bytes.length]).toEqual([
      200,
      String(PIXEL.length),
      0,
    ]);
  });
});

describe('the injected script (§6)', () => {
  const marked = /gameLoaded/;

  it.each(['', 'index.html', 'index.html?t=1700000000000'])(
    '%j is the stored page with the script behind its <head>',
    async (rest) => {
      const { text } = await game(rest);
      expect(text).toMatch(/^<!DOCTYPE html><html lang="ja"><head><script>/);
      expect(text.replace(/(?<=<head>)<script>.*?<\/script>/s, '')).toBe(PAGE);
      expect(text).toMatch(marked);
    },
  );

  it.each(['/index.html', './index.html', 'sub/index.html', 'sub/../index.html'])(
    '%s is left as it is',
    async (rest) => {
      const { status, text } = await game(rest);
      expect([status, text]).toEqual([
        200,
        rest === 'sub/index.html' ? GAME_FILES['sub/index.html'] : PAGE,
      ]);
    },
  );

  it.each([
    ['<HTML><HEAD><TITLE>x</TITLE>', /^<HTML><HEAD><script>.*<\/script><TITLE>x<\/TITLE>$/s],
    [
      '<html><head lang="ja"><title>x</title>',
      /^<script>.*<\/script><html><head lang="ja"><title>x<\/title>$/s,
    ],
    ['<p>$& no head</p>', /^<script>.*<\/script><p>\$& no head<\/p>$/s],
  ])('in %s', async (html, expected) => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'odd page');
    await api.publish(api.bob, id, { 'index.html': html });
    expect((await api.ask(`/game/${api.bob.id}/${id}/`, { as: api.bob })).text).toMatch(expected);
  });
});

describe('which revision is served', () => {
  it('a project without one shows the welcome page, and only that', async () => {
    const page = await api.ask(at('/game/:alice/:empty/index.html'), { as: api.alice });
    expect(page.status).toBe(200);
    expect(page.text).toContain('Welcome to Game Creator');
    expect((await api.ask(at('/game/:alice/:empty/style.css'), { as: api.alice })).status).toBe(
      404,
    );
  });

  it('the newest published one, at once, under the same address', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'two versions');
    const read = async () =>
      (await api.ask(`/game/${api.bob.id}/${id}/x.txt`, { as: api.bob })).text;
    await api.publish(api.bob, id, { 'index.html': '<head></head>', 'x.txt': 'one' });
    expect(await read()).toBe('one');
    await api.publish(api.bob, id, { 'index.html': '<head></head>', 'x.txt': 'two' });
    expect(await read()).toBe('two');
  });

  it('U2: files that no store holds are told as a loss, never older ones (E7)', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'elsewhere');
    await api.publish(api.bob, id, { 'index.html': '<head></head>' });
    await api.database.sql('update revisions set revision = $1 where project_id = $2', [
      'f'.repeat(40),
      id,
    ]);
    for (const path of [
      `/game/${api.bob.id}/${id}/index.html`,
      `/api/projects/${id}/code`,
      `/api/projects/${id}/download`,
    ]) {
      const answer = await api.ask(path, { as: api.bob });
      expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 410, undefined]);
      expect(answer.json()).toEqual({ error: matching(/失われ/), code: 'RevisionLost' });
    }
  });
});

describe('what an owner may take out (§5)', () => {
  it('GET …/code is the page as stored', async () => {
    expect((await api.ask(at('/api/projects/:game/code'), { as: api.alice })).json()).toEqual({
      code: PAGE,
    });
  });

  it('GET …/code without a page is 404', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'no page');
    await api.publish(api.bob, id, { 'other.txt': 'x' });
    const answer = await api.ask(`/api/projects/${id}/code`, { as: api.bob });
    expect([answer.status, answer.json()]).toEqual([404, { error: 'Project not found' }]);
    const preview = await api.ask(`/api/projects/${id}/preview`, { as: api.bob });
    expect([preview.status, preview.text]).toEqual([404, 'Game file not found']);
  });

  it('GET …/ai-context is the newest file, or null', async () => {
    expect(
      (await api.ask(at('/api/projects/:game/ai-context'), { as: api.alice })).json(),
    ).toMatchObject({
      context: {
        timestamp: '2026-01-03T03:04:05.000Z',
        userPrompt: '星をよけるゲーム',
        aiSummary: '星よけゲームを作りました',
        skills: ['2d'],
        generator: 'claude',
        edits: [{ path: 'index.html', old_string: 'a', new_string: 'b' }],
        systemPromptVersion: '1.0',
      },
    });
    expect(
      (await api.ask(at('/api/projects/:empty/ai-context'), { as: api.alice })).json(),
    ).toEqual({ context: null });
  });

  it('GET …/preview is the page exactly as stored, in the sandbox of a game', async () => {
    const answer = await api.ask(at('/api/projects/:game/preview'), { as: api.alice });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([
      200,
      PAGE,
      'text/html; charset=utf-8',
    ]);
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox allow-scripts/);
  });

  it('GET …/preview with a token in its address leads to one without, unchanged', async () => {
    const answer = await api.ask(
      at(`/api/projects/:game/preview?access_token=${api.alice.accessToken}`),
    );
    expect(answer.status).toBe(302);
    expect(answer.headers['location']).not.toContain(api.alice.accessToken);
    const page = await api.ask(answer.headers['location'] ?? '');
    expect(page.text).toBe(PAGE);
    expect(page.headers['content-disposition']).toBe('attachment; filename=index.html');
  });

  it('a game that its owner opens directly has a frame around it', async () => {
    const opened = await api.ask(
      at(`/game/:alice/:game/index.html?t=1&access_token=${api.alice.accessToken}`),
    );
    const address = opened.headers['location'] ?? '';
    const headers = { 'sec-fetch-dest': 'document' };
    const page = await api.ask(address, { headers });
    expect(page.text).toContain('公開前のゲーム');
    expect(page.text).toContain(`src="${new URL(address, 'http://a').pathname}?t=1"`);
    expect(page.text).not.toContain('<a ');
    expect((await api.ask(address)).text).toContain('星よけ</title>');
    expect((await api.ask(address.replace('index.html', 'data.json'), { headers })).text).toBe(
      '{"level":1}',
    );
  });

  it('?raw=1 is the page as it is stored, as a download and never as a page', async () => {
    for (const dest of ['document', 'iframe']) {
      const answer = await api.ask(at('/game/:alice/:game/index.html?raw=1'), {
        as: api.alice,
        headers: { 'sec-fetch-dest': dest },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-disposition']).toMatch(/^attachment; /);
      expect(answer.text).toBe(PAGE);
    }
    expect((await game('index.html')).headers['content-disposition']).toBeUndefined();
  });
});

const THREE = fileURLToPath(new URL('../../../node_modules/three/build/', import.meta.url));

describe('GET /api/projects/:projectId/download', () => {
  it('holds what a published copy does, and the libraries that it uses', async () => {
    const answer = await api.ask(`/api/projects/${api.gameId}/download`, { as: api.alice });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="game.zip"',
    });
    const entries = unzip(answer.bytes);
    expect([...entries.keys()].sort()).toEqual([
      'assets/js/main.js',
      'assets/jump.mp3',
      'data.json',
      'how-to-open.txt',
      'image.svg',
      'index.html',
      'photo.PNG',
      'readme.txt',
      'style.css',
      'sub/index.html',
      'vendor/three@0.187.0/three.core.js',
      'vendor/three@0.187.0/three.module.js',
    ]);
    expect(entries.get('assets/jump.mp3')).toEqual(GAME_FILES['assets/jump.mp3']);
    for (const file of ['three.core.js', 'three.module.js'])
      expectSameBytes(entries.get(`vendor/three@0.187.0/${file}`)!, await readFile(THREE + file));
  });

  it('refers to the libraries from where each file lies, and changes nothing else', async () => {
    const entries = unzip(
      (await api.ask(`/api/projects/${api.gameId}/download`, { as: api.alice })).bytes,
    );
    expect(entries.get('index.html')?.toString()).toBe(PAGE.replace('"/vendor/', '"./vendor/'));
    expect(entries.get('assets/js/main.js')?.toString()).toBe(
      "import { Scene } from 'three';\nimport '../../vendor/three@0.187.0/three.core.js';\n",
    );
  });

  it('C4: holds the images that a version has as files', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'sprites');
    const files = { 'index.html': '<p>', 'images/cat.webp': 'webp', 'specs/brief.json': '{}' };
    await api.publish(api.bob, id, files);
    const { bytes } = await api.ask(`/api/projects/${id}/download`, { as: api.bob });
    expect([...unzip(bytes).keys()].sort()).toEqual(['images/cat.webp', 'index.html']);
  });

  it('says how a game of modules is opened, unless that has such a file', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'modules');
    const zipOf = async (files: Record<string, string>): Promise<Map<string, Buffer>> => {
      await api.publish(api.bob, id, files);
      return unzip((await api.ask(`/api/projects/${id}/download`, { as: api.bob })).bytes);
    };
    const kit = { 'index.html': '<script src="/vendor/kit@1.0.0/2d.js"></script>', 'a.js': '1' };
    const classic = await zipOf(kit);
    expect([...classic.keys()].sort()).toEqual(['a.js', 'index.html', 'vendor/kit@1.0.0/2d.js']);
    expect(classic.get('index.html')?.toString()).toContain('"./vendor/kit@1.0.0/2d.js"');
    const page = '<script type="module">1</script>';
    const modules = await zipOf({ 'index.html': page });
    expect(modules.get('how-to-open.txt')?.toString()).toMatch(/npx serve[^]*http\.server/);
    const named = await zipOf({ 'index.html': page, 'how-to-open.txt': 'own' });
    expect(named.get('how-to-open.txt')?.toString()).toBe('own');
  });

  it('of a project without a game is the welcome page', async () => {
    const entries = unzip(
      (await api.ask(`/api/projects/${api.emptyId}/download`, { as: api.alice })).bytes,
    );
    expect([...entries.keys()]).toEqual(['index.html']);
    expect(entries.get('index.html')?.toString()).toContain('Welcome to Game Creator');
  });

  it('E3: holds no name that leads out, hides or collides where the ZIP is opened', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, 'odd names');
    const odd = [
      ...['assets/..\\..\\run.exe', 'assets/new\nline.png', 'assets/a\u202egnp.js', 'assets/-rf'],
      ...[`assets/${'x'.repeat(300)}`, `assets/${'絵'.repeat(90)}`, 'assets/a.png', 'assets/NUL:'],
    ];
    const plain = [
      ...['assets/A.png', 'assets/絵 1.png', 'assets/👨‍👩‍👧.png', "assets/a%20b & 'c'.png"],
      `assets/${'x'.repeat(180)}.png`,
    ];
    await api.publish(api.bob, id, {
      'index.html': PAGE,
      ...Object.fromEntries([...odd, ...plain].map((name) => [name, name])),
    });
    const answer = await api.ask(`/api/projects/${id}/download`, { as: api.bob });
    const found = await unpacked(answer.bytes);
    const own = [...found].filter(([name]) => !name.startsWith('vendor/'));
    const ours = ['index.html', 'how-to-open.txt'];
    expect(own.filter(([name]) => !ours.includes(name)).sort()).toEqual(
      plain.map((name) => [name, name]).sort(),
    );
    expect(own.map(([name]) => name)).toContain('index.html');
    // What climbs out by itself does not become part of a version.
    for (const name of ['../run.exe', 'assets/../../run.exe', '/run.exe', '.git/config'])
      await expect(api.publish(api.bob, id, { [name]: 'x' }), name).rejects.toThrow();
  });

  it('works by a token in the address, as a link does', async () => {
    const answer = await api.ask(
      `/api/projects/${api.gameId}/download?access_token=${api.alice.accessToken}`,
    );
    expect(unzip(answer.bytes).has('index.html')).toBe(true);
  });
});
