import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GameAsset } from '../../../src/contracts/media/assets.js';
import { withTimeout } from '../../../src/concurrency.js';
import { launchBoxed, type BoxedBrowser } from '../../../src/runner/boxed-browser.js';
import { chromiumPath, withGamePage } from '../../../src/runner/game-page.js';
import { CpuWatch } from '../../../src/runner/play/cpu-watch.js';
import { PLAY_SCREEN } from '../../../src/runner/play/gestures.js';
import { PlayedPage } from '../../../src/runner/play/played-page.js';
import {
  escapingScript,
  startNetworkListener,
  type NetworkListener,
} from '../../support/network-listener.js';
import { writeParcel } from '../../support/parcels.js';
import { patient } from '../../support/patience.js';
import { descendants, listProcesses } from '../../support/processes.js';

const UID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';

let folder = '';
let outside: NetworkListener;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-page-'));
  await mkdir(path.join(folder, 'assets'));
  outside = await startNetworkListener();
});
afterAll(async () => {
  await outside?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the page has written into its title, once it is done with all addresses. */
async function seenBy(html: string, assets: GameAsset[]): Promise<unknown> {
  return usePage(
    html,
    async (page) => {
      await page.waitForFunction('window.done !== undefined', undefined, {
        timeout: patient(30_000),
      });
      return page.evaluate('window.done');
    },
    assets,
  );
}

/** The processes below this one that keep a box in which Chromium runs. */
async function boxesOfChromium(): Promise<number[]> {
  return descendants(await listProcesses(), process.pid)
    .filter(({ command }) => command.startsWith('bwrap ') && command.includes('/chrom'))
    .map(({ pid }) => pid);
}

async function launched(): Promise<BoxedBrowser & { pids: number[] }> {
  const before = await boxesOfChromium();
  const boxed = await launchBoxed(chromium, chromiumPath(), {
    env: process.env,
    warn: () => undefined,
  });
  const pids = (await boxesOfChromium()).filter((pid) => !before.includes(pid));
  expect(pids).not.toEqual([]);
  return { ...boxed, pids };
}

/** Their real user ids. */
async function uidsOfChromium(): Promise<number[]> {
  const states = (await boxesOfChromium()).map((pid) =>
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
  );
  return (await Promise.all(states)).map((state) => Number(/^Uid:\t(\d+)/m.exec(state)?.[1]));
}

/** What runs in these boxes and is no box itself. */
async function childrenOf(boxes: readonly number[]): Promise<number[]> {
  return (await listProcesses())
    .filter(({ pid, parent }) => boxes.includes(parent) && !boxes.includes(pid))
    .map(({ pid }) => pid);
}

async function usePage<T>(
  html: string,
  use: (page: Page) => Promise<T>,
  assets: GameAsset[] = [],
): Promise<T> {
  return withGamePage(
    { parcelFile: await parcelWith(html), assets },
    new AbortController().signal,
    async () => undefined,
    use,
  );
}

function parcelWith(html: string): Promise<string> {
  return writeParcel(folder, { 'index.html': html, 'own.txt': 'own' });
}

/** What a page throws while it is played for so much of its own time. */
async function thrownBy(html: string, forMs: number): Promise<unknown[]> {
  const boxed = await launchBoxed(chromium, chromiumPath(), {
    env: process.env,
    warn: () => undefined,
  });
  try {
    const request = { parcelFile: await parcelWith(html), assets: [] };
    const watch = await CpuWatch.over(boxed);
    const on = { seed: 7, screen: PLAY_SCREEN };
    const page = await PlayedPage.open(boxed.browser, watch, request, on);
    await page.load();
    while (page.nowMs < forMs) await page.pass(500);
    return [...page.thrown.values()];
  } finally {
    await boxed.close();
  }
}

describe('the page that shows a game', () => {
  it(
    'gives it its files, its assets by their address and our libraries, whatever else it ' +
      'asks for',
    async () => {
      const file = path.join(folder, 'assets', 'x.svg');
      await writeFile(file, SVG);
      await writeFile(path.join(folder, 'secret.txt'), 'secret');
      const asked = {
        '/own.txt': 'own',
        [`/user-assets/${UID}/a.svg`]: SVG,
        [`/user-assets/${UID.toUpperCase()}/a.svg?v=2`]: SVG,
        '/global-assets/bgm/%E7%8C%AB.json': '{}',
        [`/user-assets/${UID}/other.svg`]: 404,
        [`/user-assets/${UID}/..%2F..%2Fsecret.txt`]: 404,
        [`/user-assets/${UID}/gone.png`]: 404,
        [`${file}`]: 404,
        '/%zz': 404,
        '/%00': 404,
        '/vendor/three@0.1.0/x.js': 404,
      };
      const html = `<html><head></head><script type="module">
      const one = async (address) => { const answer = await fetch(address); return answer.ok ? \
answer.text() : answer.status; };
      const { Color } = await import('/vendor/three@0.187.0/three.module.js');
      window.done = [new Color(0xff0000).getHexString(), Object.fromEntries(await \
Promise.all(${JSON.stringify(Object.keys(asked))}.map(async (address) => [address, await \
one(address)])))];
    </script></html>`;
      expect(
        await seenBy(html, [
          { address: `/user-assets/${UID}/a.svg`, mimeType: 'image/svg+xml', file },
          {
            address: `/user-assets/${UID}/gone.png`,
            mimeType: 'image/png',
            file: path.join(folder, 'assets', 'gone.png'),
          },
          {
            address: '/global-assets/bgm/猫.json',
            mimeType: 'application/json',
            data: Buffer.from('{}').toString('base64'),
          },
        ]),
      ).toEqual(['ff0000', asked]);
    },
    patient(60_000),
  );

  it(
    'reaches no other host, neither by name nor by ' + 'address, and is shown all the same',
    async () => {
      const at = `127.0.0.1:${outside.tcpPort}`;
      const html = `<html><head><link rel="stylesheet" href="http://${at}/s.css"><script \
src="https://cdn.jsdelivr.net/npm/p5@1.11.0/lib/p5.min.js"></script><script \
src="http://${at}/s.js"></script></head>
    <img src="http://${at}/i.png"><iframe src="http://${at}/f"></iframe><script>
      const failed = (work) => work.then(() => 'out', () => 'in');
      const socket = new Promise((open, shut) => { const ws = new WebSocket('ws://${at}/w'); \
ws.onopen = open; ws.onerror = ws.onclose = shut; });
      const peer = new RTCPeerConnection({ iceServers: [{ urls: 'turn:${at}?transport=tcp', \
username: 'u', credential: 'c' }] });
      peer.createDataChannel('x'); peer.createOffer().then((offer) => \
peer.setLocalDescription(offer));
      navigator.sendBeacon('http://${at}/b', 'x');
      setTimeout(async () => { window.done = await Promise.all([failed(fetch('http://${at}/', { \
mode: 'no-cors' })), failed(fetch('http://localhost:${outside.tcpPort}/', { mode: 'no-cors' })), \
failed(socket)]); }, 500);
    </script></html>`;
      expect(await seenBy(html, [])).toEqual(['in', 'in', 'in']);
      expect(outside.takeArrivals()).toEqual({ connections: 0, packets: 0 });
    },
    patient(60_000),
  );

  it('sends no packet to any address of this machine, by WebRTC or otherwise', async () => {
    expect(outside.addresses).toContain('127.0.0.1');
    const html = `<html><head></head><script>${escapingScript(outside)}
      setTimeout(() => { window.done = 'tried'; }, 2000);
    </script></html>`;
    outside.takeArrivals();
    expect(await seenBy(html, [])).toBe('tried');
    expect(outside.takeArrivals()).toEqual({ connections: 0, packets: 0 });
  });

  it('is opened by a browser that sees no file of this machine, as another user', async () => {
    const secret = path.join(folder, 'box-secret.txt');
    await writeFile(secret, 'secret');
    const open = async (page: Page): Promise<unknown> => {
      // A context of its own, whose requests nobody answers in the browser's place.
      const bare = await page.context().browser()?.newContext();
      return (await bare?.newPage())?.goto(`file://${secret}`).catch((error: Error) => error);
    };
    expect(String(await usePage('<html></html>', open))).toContain('ERR_FILE_NOT_FOUND');
    const uids = await usePage('<html></html>', async () => uidsOfChromium());
    expect(uids.length).toBeGreaterThan(0);
    if (process.getuid?.() === 0) expect(uids).not.toContain(0);
  });

  it('J2: is heard, when played, of what a frame and a timer throw late, and at once', async () => {
    const html = `<html><head></head><script>
      const tick = (now) => {
        requestAnimationFrame(tick);
        if (now > 2000 && now < 2040) inFrame();
      };
      requestAnimationFrame(tick);
      setTimeout(() => inTimer(), 2020);
    </script></html>`;
    const text = (name: string) => expect.stringContaining(`${name} is not defined`) as unknown;
    // When the part of its time began in which it was thrown.
    const atMs = 2_000;
    expect(await thrownBy(html, 3_000)).toEqual([
      { when: 'untouched', atMs, text: text('inFrame'), isRejection: false },
      { when: 'untouched', atMs, text: text('inTimer'), isRejection: false },
    ]);
  });

  it('is ended with its browser, although that does not end when it is told to', async () => {
    const { close, pids } = await launched();
    for (const pid of await childrenOf(pids)) process.kill(pid, 'SIGSTOP');
    // Its library would kill it after 30 s.
    await withTimeout(close(), 20_000, () => new Error('it has not ended'));
    // Whoever is to be told of their end may be slow to ask; they do nothing any more.
    const left = async () => (await boxesOfChromium()).filter((pid) => pids.includes(pid));
    await expect.poll(left).toEqual([]);
  });

  it('draws nothing beside the page that was asked for: no address bar', async () => {
    const { browser, close } = await launched();
    const opened: string[] = [];
    const session = await browser.newBrowserCDPSession();
    session.on('Target.targetCreated', ({ targetInfo }) => opened.push(targetInfo.type));
    await session.send('Target.setDiscoverTargets', { discover: true, filter: [{}] });
    await (await browser.newPage()).goto('data:text/html,there');
    await close();
    expect([...new Set(opened)].sort()).toEqual(['browser', 'page', 'tab']);
  });

  it('keeps nobody waiting whose browser is killed, whatever was asked of it', async () => {
    const { during, close, pids } = await launched();
    const asked = during(new Promise(() => undefined));
    process.kill(Math.min(...pids), 'SIGKILL');
    await expect(asked).rejects.toThrow('the browser has ended');
    await close();
  });

  it('does not show a version that is not there, or whose parcel is cut', async () => {
    const show = (parcelFile: string) =>
      withGamePage(
        { parcelFile, assets: [] },
        new AbortController().signal,
        async () => undefined,
        async () => 'shown',
      );
    await expect(show(path.join(folder, 'absent.parcel'))).rejects.toThrow('ENOENT');
    const cut = await parcelWith('<p>x</p>');
    await truncate(cut, 60);
    await expect(show(cut)).rejects.toMatchObject({ kind: 'CandidateRefused' });
  });
});
