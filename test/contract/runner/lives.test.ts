import { afterAll, expect, it } from 'vitest';
import { Pages } from '../../../src/runner/play/pages.js';
import type { PlayedPage } from '../../../src/runner/play/played-page.js';
import { fileFolder } from '../../support/own-folder.js';
import { writeParcel } from '../../support/parcels.js';
import { PLAY_LIMIT_MS } from './play-bench.js';
import { page } from './play-pages.js';

const POINT = "document.querySelector('canvas').getContext('2d').getImageData(5, 5, 1, 1).data[3]";
/** Paints a square, and draws an image without a width once it is half a second old. */
const game = (more: string): string => `<!doctype html><body><canvas></canvas><script>
const brush = document.querySelector('canvas').getContext('2d');
brush.fillRect(0, 0, 10, 10);
const none = Object.assign(document.createElement('canvas'), { width: 0 });
setTimeout(() => brush.drawImage(none, 0, 0), 500);
${more}</script></body>`;

const folder = fileFolder();
let pages: Pages | null = null;
afterAll(() => pages?.close());

const pagesOf = (parcelFile: string): Pages =>
  (pages ??= new Pages({ parcelFile, assets: [], onAlive: () => undefined }));

/** How opaque the square is, of 255, and what the page has thrown after a second. */
async function seenOf(html: string): Promise<{ opaque: unknown; thrown: string[] }> {
  const parcelFile = await writeParcel(folder, { 'index.html': html });
  return pagesOf(parcelFile).on(
    0,
    { parcelFile, seed: 1, isFollowed: true },
    async (shown: PlayedPage) => {
      await shown.load();
      await shown.act([], 1_000);
      const { result } = await shown.session.send('Runtime.evaluate', { expression: POINT });
      return {
        opaque: result.value as unknown,
        thrown: [...shown.thrown.values()].map(({ text }) => text),
      };
    },
  );
}

it(
  'P3: lives paint flat canvases for a game that reads them alone, and throw what painting throws',
  async () => {
    const thrown = [expect.stringContaining('InvalidStateError')];
    expect(await seenOf(game(''))).toEqual({ opaque: 0, thrown });
    const reader = game(`document.title = ${POINT};`);
    expect(await seenOf(reader)).toEqual({ opaque: 255, thrown });
  },
  PLAY_LIMIT_MS,
);

const HEARD = page(`<button style="position: fixed; left: 50px; top: 50px">tap</button><script>
const heard = document.documentElement.dataset;
for (const name of ['pointermove', 'mousemove', 'mouseover', 'mousedown', 'click'])
  addEventListener(name, ({ type, clientX }) => { heard[type] = clientX; });
</script>`);

it(
  'P0: no game hears of a mouse, which no phone has, and each hears what a tap makes of one',
  async () => {
    const parcelFile = await writeParcel(folder, { 'index.html': HEARD });
    const heard = await pagesOf(parcelFile).on(0, { parcelFile, seed: 1 }, async (shown) => {
      await shown.load();
      const moved = { type: 'mouseMoved', x: 20, y: 20 } as const;
      await shown.session.send('Input.dispatchMouseEvent', moved);
      const before = (await shown.pass(100)).data;
      await shown.do({ type: 'tap', at: { x: 60, y: 60 } });
      return { before, after: (await shown.pass(100)).data };
    });
    expect(heard.before).toEqual({});
    expect(Object.keys(heard.after).sort()).toEqual([
      'click',
      'mousedown',
      'mousemove',
      'mouseover',
    ]);
  },
  PLAY_LIMIT_MS,
);

/** Sends itself a message in each frame, and counts which have come, and its frames. */
const POSTS = page(`<script>
const { port1, port2 } = new MessageChannel();
const counts = document.documentElement.dataset;
[counts.came, counts.frames] = [0, 0];
port1.onmessage = () => { counts.came = Number(counts.came) + 1; };
requestAnimationFrame(async function draw() {
  port2.postMessage(null);
  // A promise is kept before the next frame.
  await null;
  counts.frames = Number(counts.frames) + 1;
  counts.cameMeanwhile = counts.came;
  requestAnimationFrame(draw);
});
</script>`);

it(
  'P0: promises are kept between two frames, and what comes from outside waits for the last one',
  async () => {
    const parcelFile = await writeParcel(folder, { 'index.html': POSTS });
    const counts = await pagesOf(parcelFile).on(0, { parcelFile, seed: 1 }, async (shown) => {
      await shown.load();
      await shown.pass(500);
      return (await shown.pass(1)).data;
    });
    expect(counts).toEqual({ frames: '15', came: '15', cameMeanwhile: '0' });
  },
  PLAY_LIMIT_MS,
);

/** Draws a square in three dimensions, and has much else to do after each frame. */
const SLOW = page(`<canvas style="position: fixed; inset: 0; width: 100vw; height: 100vh"></canvas>
<script>
const gl = document.querySelector('canvas').getContext('webgl');
const clear = (red) => { gl.clearColor(red, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT); };
const work = () => { for (let at = 0; at < 3e7; at += 1) Math.sqrt(at); };
requestAnimationFrame(function draw() {
  gl.disable(gl.SCISSOR_TEST);
  clear(0);
  gl.enable(gl.SCISSOR_TEST);
  gl.scissor(0, 0, 150, 75);
  clear(1);
  for (let at = 1; at < 5; at += 1) setTimeout(work, at);
  requestAnimationFrame(draw);
});
</script>`);

it(
  'P2: what is drawn in three dimensions is looked at before a slow machine takes it away',
  async () => {
    const parcelFile = await writeParcel(folder, { 'index.html': SLOW });
    const inks = await pagesOf(parcelFile).on(0, { parcelFile, seed: 1 }, async (shown) => {
      await shown.load();
      return [(await shown.shoot()).ink, (await shown.shoot()).ink];
    });
    for (const ink of inks) expect(ink).toBeGreaterThan(50_000);
  },
  PLAY_LIMIT_MS,
);

it(
  'P3: what a life has seen is kept where the game breaks what its view is read from',
  async () => {
    const html = page(`<button>tap</button><script>
const button = document.querySelector('button');
Object.defineProperty(button, 'textContent', { get() { throw new Error('none'); } });
</script>`);
    const parcelFile = await writeParcel(folder, { 'index.html': html });
    const on = { parcelFile, seed: 1, isFollowed: true };
    const pagesOfIt = new Pages({ parcelFile, assets: [], onAlive: () => undefined });
    const seen = await pagesOfIt.on(0, on, async (shown: PlayedPage) => {
      await shown.load();
      const viewed = await shown.act([], 1_000, true);
      return { viewed, moments: shown.moments().moments.length };
    });
    await pagesOfIt.close();
    expect(seen).toEqual({ viewed: null, moments: 11 });
  },
  PLAY_LIMIT_MS,
);
