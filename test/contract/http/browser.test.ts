import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../../dev/stack/ports.js';
import { launchChromium } from '../../support/chromium.js';
import { patient } from '../../support/patience.js';
import type { GameFiles } from '../../support/versions.js';
import { startApi } from './api-process.js';
import { unzip } from './unzip.js';
import { startTestApi, PIXEL, type TestApi } from './test-api.js';

const KIT_GAMES = path.join(import.meta.dirname, '../../fixtures/kit-games');

/** What a browser makes of the headers: a game plays, and reaches nothing else. */
let api: TestApi;
let browser: Browser;
/** Stands for any other host: what arrives here has leaked. */
let elsewhere: { url: string; asked: string[]; server: Server };

beforeAll(async () => {
  api = await startTestApi();
  browser = await launchChromium();
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    res.setHeader('Access-Control-Allow-Origin', '*').end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  elsewhere = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
});
afterAll(async () => {
  await browser.close();
  elsewhere.server.close();
  await api.stop();
});

/** A game that tries each of these and posts what came of it: `refused`, or what it got. */
const attempts = (): Record<string, string> => ({
  parentDocument: 'parent.document.title',
  parentStorage: 'parent.localStorage.getItem("secret")',
  cookie: 'document.cookie',
  address: 'location.href.includes("access_token") ? location.href : refuse()',
  referrer: 'document.referrer || refuse()',
  api: 'await (await fetch("/api/health")).text()',
  apiNoCors: '(await fetch("/api/config", { mode: "no-cors" })).type',
  apiPost: '(await fetch("/api/jobs/x/cancel", { method: "POST", mode: "no-cors" })).type',
  rest: 'await (await fetch("/rest/v1/projects")).text()',
  elsewhere: `await (await fetch("${elsewhere.url}/fetch")).text()`,
  image:
    'await new Promise((done, no) => { const i = new Image(); i.onload = () => ' +
    `done("loaded"); i.onerror = no; i.src = "${elsewhere.url}/image"; })`,
  socket:
    'await new Promise((done, no) => { const s = new WebSocket("ws://" + location.host + "/' +
    '"); s.onopen = () => done("open"); s.onerror = no; })',
  top:
    '(top.location.href = "/api/health", await new Promise((done) => setTimeout(done, 100)), ' +
    'refuse())',
  form:
    `(document.body.insertAdjacentHTML("beforeend", '<form method="post" ` +
    `action="${elsewhere.url}/form"></form>'), document.forms[0].submit(), await new ` +
    'Promise((done) => setTimeout(done, 100)), refuse())',
  popup: 'window.open("/api/health") ? "opened" : refuse()',
  peer: '(new RTCPeerConnection().close(), "made")',
  transport: 'typeof WebTransport === "undefined" ? refuse() : "there"',
});

const pageOf = (tries: Record<string, string>): string => `<!DOCTYPE html><html><head>
<script type="importmap">{"imports":{"three":"/vendor/three@0.187.0/three.module.js"}}</script>
</head><body><script type="module">
const refuse = () => { throw new Error('refused'); };
const found = {};
${Object.entries(tries)
  .map(
    ([name, code]) =>
      `try { found.${name} = String(${code}); } catch { found.${name} = 'refused'; }`,
  )
  .join('\n')}
parent.postMessage({ type: 'found', found }, '*');
</script></body></html>`;

/** Shows the game at `src` in a frame and waits until it has reported. */
const inThePage = `async (src) => {
  document.cookie = 'session=secret';
  localStorage.setItem('secret', 'secret');
  const messages = [];
  addEventListener('message', (event) => messages.push(event.data));
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
  frame.src = src;
  document.body.append(frame);
  const deadline = Date.now() + 20000;
  const isDone = () => ['found', 'gameLoaded']
    .every((type) => messages.some((message) => message.type === type));
  while (!isDone() && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return { found: messages.find(({ type }) => type === 'found')?.found ?? {}, messages };
}`;

/**
 * Opens the game as the editor does: in a frame of a page of the app, with the same sandbox
 * attribute as V2's.
 */
async function play(
  files: Record<string, string | Buffer>,
  appUrl = api.process.baseUrl,
): Promise<{ found: Record<string, string>; messages: { type: string }[] }> {
  const { id } = await api.database.store.projects.create(api.bob.id, 'browser');
  await api.publish(api.bob, id, files);
  const page = await browser.newPage();
  try {
    await page.goto(`${appUrl}/manifest.webmanifest`);
    return await page.evaluate(
      `(${inThePage})('/game/${api.bob.id}/${id}/index.html?t=1&` +
        `access_token=${api.bob.accessToken}')`,
    );
  } finally {
    await page.close();
  }
}

/** The app as it would be if it forgot the policy of games. */
async function serveWithoutPolicy(): Promise<{ url: string; close(): void }> {
  const proxy = createProxyMiddleware({
    target: api.process.baseUrl,
    ws: true,
    on: {
      proxyRes: (answer) => {
        delete answer.headers['content-security-policy'];
      },
    },
  });
  const server = createServer((req, res) => void proxy(req, res))
    .on('upgrade', (req, socket, head) => proxy.upgrade(req, socket as Socket, head))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe('a game in a frame of the app', () => {
  it('reaches neither the page around it, nor the API, nor anybody else', async () => {
    const tries = attempts();
    const { found } = await play({ 'index.html': pageOf(tries) });
    expect(found).toEqual(Object.fromEntries(Object.keys(tries).map((name) => [name, 'refused'])));
    expect(elsewhere.asked).toEqual([]);
  });

  it('on a host of its own (GAMES_ORIGIN) plays as well, and reaches as little', async () => {
    const port = await findFreePort();
    // A name of its own is another site to a browser; *.localhost is this machine.
    const GAMES_ORIGIN = `http://games.localhost:${port}`;
    // Only the app's own page may frame a game.
    const PUBLIC_URL = `http://127.0.0.1:${port}`;
    const PORT = String(port);
    const another = await startApi({ ...api.env, PORT, PUBLIC_URL, GAMES_ORIGIN });
    try {
      const tries = attempts();
      const own = { origin: 'self.origin + " " + location.host' };
      const { found } = await play({ 'index.html': pageOf({ ...tries, ...own }) }, another.baseUrl);
      expect(found).toEqual({
        ...Object.fromEntries(Object.keys(tries).map((name) => [name, 'refused'])),
        origin: `null games.localhost:${port}`,
      });
      expect(elsewhere.asked).toEqual([]);
    } finally {
      await another.stop();
    }
  });

  it('opened directly is framed by us, and reaches no more', async () => {
    const { id } = await api.database.store.projects.create(api.bob.id, '直に開く');
    const { origin, ...tries } = { origin: 'self.origin', ...attempts() };
    await api.publish(api.bob, id, { 'index.html': pageOf({ origin, ...tries }) });
    const page = await browser.newPage();
    try {
      const token = api.bob.accessToken;
      await page.addInitScript(
        'addEventListener("message", ({ data }) => { if (data.found) window.told = data.found; })',
      );
      await page.goto(
        `${api.process.baseUrl}/game/${api.bob.id}/${id}/index.html?access_token=${token}`,
      );
      await page.getByText('直に開く').first().waitFor();
      await expect
        .poll(() => page.evaluate('window.told'), { timeout: patient(20_000) })
        .toEqual({
          origin: 'null',
          ...Object.fromEntries(Object.keys(tries).map((name) => [name, 'refused'])),
        });
    } finally {
      await page.close();
    }
  });

  it('would reach all of that without our headers: the attempts are real', async () => {
    const {
      parentStorage = '',
      cookie = '',
      api = '',
      socket = '',
      elsewhere: leak = '',
    } = attempts();
    const bare = await serveWithoutPolicy();
    try {
      const { found } = await play(
        { 'index.html': pageOf({ parentStorage, cookie, api, socket, leak }) },
        bare.url,
      );
      expect(found).toMatchObject({
        parentStorage: 'secret',
        cookie: 'session=secret',
        socket: 'open',
        leak: 'ok',
      });
      expect(found['api']).toContain('"status":"ok"');
    } finally {
      bare.close();
      elsewhere.asked.length = 0;
    }
  });

  it('plays with modules, three.js in WebGL, data, textures, storage, workers, sound', async () => {
    const tries = {
      module: 'await (await import("./assets/js/part.js")).answer',
      three: `await (async () => {
        const THREE = await import('three');
        const canvas = document.body.appendChild(document.createElement('canvas'));
        const renderer = new THREE.WebGLRenderer({ canvas });
        const texture = await new THREE.TextureLoader().loadAsync('pixel.png');
        renderer.render(new THREE.Scene(), new THREE.PerspectiveCamera());
        return THREE.REVISION + ' ' + texture.image.width;
      })()`,
      data: '(await (await fetch("data.json")).json()).level',
      storage:
        '(localStorage.setItem("best", 7), sessionStorage.best = 8, ' +
        'localStorage.getItem("best") + sessionStorage.best)',
      worker: `await new Promise((done, no) => {
        const w = new Worker(URL.createObjectURL(new Blob(['postMessage("works")'])));
        w.onmessage = (event) => done(event.data); w.onerror = no;
      })`,
      sound: 'new AudioContext().createOscillator() instanceof OscillatorNode',
      evaluation: 'new Function("return 3")()',
    };
    const { found, messages } = await play({
      'index.html': pageOf(tries),
      'assets/js/part.js': 'export const answer = 42;',
      'data.json': '{"level":5}',
      'pixel.png': PIXEL,
    });
    expect(found).toEqual({
      module: '42',
      three: '187 1',
      data: '5',
      storage: '78',
      worker: 'works',
      sound: 'true',
      evaluation: '3',
    });
    expect(messages.find(({ type }) => type === 'gameLoaded')).toMatchObject({
      success: true,
      errorCount: 0,
    });
  });

  it('tells the page around it about its errors', async () => {
    const { messages } = await play({
      'index.html':
        '<html><head></head><body><script src="broken.js"></' +
        `script><script>parent.postMessage({ type: 'found' }, '*');</script></body></html>`,
      'broken.js': '\nundefinedFunction();',
    });
    expect(messages.find(({ type }) => type === 'gameError')).toMatchObject({
      errors: [
        {
          type: 'error',
          message: 'Uncaught ReferenceError: undefinedFunction is not defined',
          file: 'broken.js',
          line: 2,
          column: 1,
        },
      ],
    });
    expect(messages.find(({ type }) => type === 'gameLoaded')).toMatchObject({
      success: false,
      errorCount: 1,
    });
  });
});

/** What was downloaded of these files, in a folder that `use` may open. */
async function inUnpacked<T>(files: GameFiles, use: (folder: string) => Promise<T>): Promise<T> {
  const { id } = await api.database.store.projects.create(api.bob.id, 'download');
  await api.publish(api.bob, id, files);
  const entries = unzip((await api.ask(`/api/projects/${id}/download`, { as: api.bob })).bytes);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-zip-'));
  try {
    for (const [name, bytes] of entries) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), bytes);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a downloaded game', () => {
  it('plays from any other server, its library included, asking no other', async () => {
    const page = pageOf({ three: "(await import('three')).REVISION" });
    const asked: string[] = [];
    const found = await inUnpacked(
      { 'index.html': page.replace('parent.postMessage', 'window.result = JSON.stringify') },
      async (folder) => {
        const page = await browser.newPage();
        page.on('request', (request) => asked.push(new URL(request.url()).pathname));
        await page.route('http://other.test/**', (route) =>
          route.fulfill({
            path: path.join(folder, new URL(route.request().url()).pathname.replace('/play/', '')),
          }),
        );
        await page.goto('http://other.test/play/index.html');
        await page.waitForFunction('window.result');
        const result = await page.evaluate<string>('window.result');
        await page.close();
        return JSON.parse(result) as unknown;
      },
    );
    expect(found).toMatchObject({ found: { three: '187' } });
    expect(asked.sort()).toEqual([
      '/play/index.html',
      '/play/vendor/three@0.187.0/three.core.js',
      '/play/vendor/three@0.187.0/three.module.js',
    ]);
  });

  it.each([
    ['2d', 'shape-sorter.html', ['shapes.js']],
    ['3d', 'lantern-bridge.html', []],
  ])('on the %s kit plays from its folder, without a server', async (_, name, beside) => {
    const textOf = (file: string): Promise<string> => readFile(path.join(KIT_GAMES, file), 'utf8');
    const files: Record<string, string> = { 'index.html': await textOf(name) };
    for (const file of beside) files[file] = await textOf(file);
    await inUnpacked(files, async (folder) => {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      const errors: Error[] = [];
      page.on('pageerror', (error) => errors.push(error));
      await page.goto(pathToFileURL(path.join(folder, 'index.html')).href);
      const playing = () => page.evaluate('__game.state()');
      await expect.poll(playing).toMatchObject({ state: 'playing' });
      await page.waitForFunction('round.time > 0.2');
      await page.mouse.click(195, 400);
      expect(errors).toEqual([]);
      await page.close();
    });
  });
});
