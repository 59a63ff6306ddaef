import { afterAll, expect, it } from 'vitest';
import { Coverage, scriptsIn } from '../../../src/runner/play/coverage.js';
import { Pages } from '../../../src/runner/play/pages.js';
import { fileFolder } from '../../support/own-folder.js';
import { writeParcel } from '../../support/parcels.js';
import { PLAY_LIMIT_MS } from './play-bench.js';

const GAME = `<!doctype html><body><script>
let taps = 0;
function tapped(isFar) {
  taps += 1;
  if (isFar) document.title = 'far';
}
addEventListener('pointerdown', ({ clientX }) => tapped(clientX > 5000));
</script></body>`;

let pages: Pages | null = null;
afterAll(() => pages?.close());
const folder = fileFolder();

it(
  'P3: what any of several lives on one page ran has run, block by block',
  async () => {
    const parcelFile = await writeParcel(folder, { 'index.html': GAME });
    const coverage = new Coverage(await scriptsIn(parcelFile));
    pages = new Pages({ parcelFile, assets: [], onAlive: () => undefined });
    await pages.on(0, { parcelFile, seed: 1, coverage }, async (page) => {
      await page.load();
      const finger = { finger: 0, x: 100, y: 100 } as const;
      await page.act(
        [
          { type: 'down', atMs: 100, ...finger },
          { type: 'up', atMs: 200, ...finger },
        ],
        400,
      );
      for (const atMs of [100, 100]) {
        await page.load();
        await page.act([], atMs);
      }
    });
    expect(coverage.idle(/taps \+= 1/)).toEqual([]);
    expect(coverage.idle(/isFar|far/)).toEqual(["index.html:5: document.title = 'far';"]);
  },
  PLAY_LIMIT_MS,
);
