import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recordGame } from '../../../src/runner/video/record.js';
import {
  escapingScript,
  startNetworkListener,
  type NetworkListener,
} from '../../support/network-listener.js';
import { writeParcel } from '../../support/parcels.js';
import { patient } from '../../support/patience.js';

/** Long enough for a browser to start on a busy machine. */
const LIMIT_MS = patient(15_000);
/** What a browser that draws no more may take to be ended. */
const GRACE_MS = patient(45_000);
const FRAMES = 12;

let folder = '';
let outside: NetworkListener;
beforeAll(async () => {
  outside = await startNetworkListener();
  folder = await mkdtemp(path.join(os.tmpdir(), 'hostile-'));
  // What is left there is ours.
  vi.stubEnv('TMPDIR', folder);
});
afterAll(async () => {
  await outside?.close();
  await rm(folder, { recursive: true, force: true });
});

const DRAWING =
  '<canvas></canvas><script>const c = document.querySelector("canvas").getContext("2d");' +
  'requestAnimationFrame(function draw(t) { c.fillRect(t % 99, 0, 9, 9); ' +
  'requestAnimationFrame(draw); });</script>';

/** When the game has been there for a moment. */
const later = (code: string): string => `<script>setTimeout(() => { ${code}; }, 300);</script>`;

async function record(html: string, limitMs = LIMIT_MS, frames = FRAMES) {
  const page = `<html><body>${html}</body></html>`;
  const parcelFile = await writeParcel(folder, { 'index.html': page });
  const images = path.join(folder, `${Math.random()}`);
  const startedMs = performance.now();
  const end = await recordGame(
    { parcelFile, assets: [] },
    { frames, folder: images, limitMs },
    new AbortController().signal,
    () => undefined,
  ).catch((error: unknown) => (error as { kind?: string }).kind ?? String(error));
  expect(performance.now() - startedMs).toBeLessThan(limitMs + GRACE_MS);
  const left = (await readdir(os.tmpdir())).filter((name) => name.startsWith('dreamcore-browser-'));
  return { end, images: (await readdir(images)).length, left };
}

describe('a game that is recorded', () => {
  it.each<[string, string]>([
    ['draws', DRAWING],
    ['leads to another host', `${DRAWING}${later("location = 'http://evil.test/'")}`],
    ['loads itself again and again', `${DRAWING}${later('location.reload()')}`],
    ['sends a form', `${DRAWING}<form action="/x"></form>${later('document.forms[0].submit()')}`],
    ['tries to close itself', `${DRAWING}<script>window.close();</script>`],
    ['opens windows', `${DRAWING}<script>for (let n = 0; n < 20; n += 1) open('/');</script>`],
  ])('%s: it stays, and has its video', async (_, html) => {
    expect(await record(html, 60_000)).toEqual({ end: FRAMES, images: FRAMES, left: [] });
  });

  it.each<[string, string]>([
    ['stands still', '<script>setTimeout(() => { for (;;); }, 300);</script>'],
    ['never loads', '<script>for (;;);</script>'],
    ['asks without end', '<script>for (;;) alert(1);</script>'],
    [
      'leaves for an empty page',
      "<script>setTimeout(() => { location = 'about:blank'; }, 300);</script>",
    ],
    [
      'leaves for a page of its own making',
      "<script>setTimeout(() => { location = URL.createObjectURL(new Blob(['x'], " +
        "{ type: 'text/html' })); }, 300);</script>",
    ],
    [
      'talks without end',
      '<script>setInterval(() => { for (;;) console.log("x".repeat(9999)); });</script>',
    ],
  ])('%s: it gives up its place, and has no video', async (_, html) => {
    expect(await record(html, LIMIT_MS, 300)).toMatchObject({ end: 'VideoNotMade', left: [] });
  });

  it('tries every way out: nobody on this machine hears of it, by TCP or UDP', async () => {
    outside.takeArrivals();
    const escaping = `${DRAWING}<script>${escapingScript(outside)}</script>`;
    expect(await record(escaping, 60_000)).toEqual({ end: FRAMES, images: FRAMES, left: [] });
    expect(outside.takeArrivals()).toEqual({ connections: 0, packets: 0 });
  });

  it('asks for 5,000 files: it gets some of them, and no more time', async () => {
    const asking = `${DRAWING}<script>for (let n = 0; n < 5e3; n += 1) fetch('/' + n);</script>`;
    expect([FRAMES, 'VideoNotMade']).toContain((await record(asking, 60_000)).end);
  });

  it('draws slowly: the video is as long as what its time was enough for', async () => {
    const slow =
      '<script>setInterval(() => { const end = Date.now(); let n = 0; ' +
      'while (n < 3e6) n += Math.random(); }, 33);</script>';
    const { end, images } = await record(`${DRAWING}${slow}`, 45_000, 900);
    if (end === 'VideoNotMade') expect(images).toBeLessThan(60);
    else expect(end).toBeGreaterThanOrEqual(60);
    expect(images).toBeLessThan(900);
  });
});
