import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { PlayResult, SearchResult } from '../../../src/contracts/game/play.js';
import type { TapeInput } from '../../../src/contracts/game/tape.js';
import { searchGame } from '../../../src/runner/play/deep-search.js';
import { runTape } from '../../../src/runner/play/tape-run.js';
import { inFullRuns } from '../../scope.js';
import { followedPages } from '../../support/followed-page.js';
import { writeParcel } from '../../support/parcels.js';
import { play, PLAY_LIMIT_MS } from './play-bench.js';
import { page } from './play-pages.js';

/** Points for what falls and is caught by a finger; the first touches catch none. */
const CATCH = page(`<canvas id="c" width="390" height="844"></canvas><script>
const brush = document.getElementById('c').getContext('2d');
let [x, score, ball, missed] = [195, 0, null, 0];
addEventListener('touchmove', (event) => { x = event.touches[0].clientX; });
function frame() {
  ball ??= { x: 30 + Math.random() * 330, y: -4_000 * (score + missed === 0) };
  ball.y += 12;
  if (ball.y > 700) {
    if (Math.abs(ball.x - x) < 25) score += 1; else missed += 1;
    ball = null;
  }
  brush.fillStyle = '#102030'; brush.fillRect(0, 0, 390, 844);
  brush.fillStyle = '#ffffff';
  if (ball) { brush.beginPath(); brush.arc(ball.x, ball.y, 14, 0, 7); brush.fill(); }
  brush.fillRect(x - 30, 700, 60, 14);
  brush.fillText(missed > 30 ? 'GAME OVER' : 'SCORE ' + score, 20, 40);
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
</script>`);

it(
  'P3: lives reach what first touches do not; their tapes are seen again',
  async () => {
    const result = PlayResult.parse(await play(CATCH, { lives: 2 }));
    expect(result).toMatchObject({ verdict: 'plays', findings: [] });
    expect(result.seen).toMatchObject({ scoreMoved: true });
    const [tape] = result.tapes?.tapes ?? [];
    expect(result.tapes).toMatchObject({ gameTree: result.gameTree, player: result.player });
    expect(tape).toMatchObject({ seed: result.seed, from: 'search' });
    expect(tape?.facts.score?.most).toBeGreaterThan(0);
    const pages = await followedPages();
    try {
      const seen = (html: string) => pages.use(html, (shown) => runTape(shown, tape!), result.seed);
      expect(await seen(CATCH)).toEqual(tape?.facts);
      expect((await seen(CATCH.replace('score += 1', 'score += 0'))).score?.most).toBe(0);
    } finally {
      await pages.close();
    }
  },
  PLAY_LIMIT_MS,
);

/** What a search of so many lives keeps of a page, and of these plays of its owner. */
async function searched(
  html: string,
  lives: number,
  owner: TapeInput[][],
  enoughMs?: number,
): Promise<SearchResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-search-'));
  try {
    const parcelFile = await writeParcel(folder, { 'index.html': html });
    const given = { callId: 'x', parcelFile, assets: [], wallMs: PLAY_LIMIT_MS, tapes: null };
    const found = await searchGame(
      { command: 'search', ...given, lives, owner },
      { onAlive: () => undefined, ...(enoughMs !== undefined && { enoughMs }) },
      new AbortController().signal,
    );
    return SearchResult.parse(found);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a drag moves first, and how far in all. */
const MOVED = { 'drawn.rect 64': expect.any(Number) as unknown };
const HOLD: TapeInput[] = [
  { type: 'down', atMs: 700, finger: 0, x: 60, y: 600 },
  { type: 'move', atMs: 900, finger: 0, x: 300, y: 600 },
  { type: 'up', atMs: 1_500, finger: 0 },
];

it(
  'P3: what an owner did is a tape when two replays of it agree, and has a loop, answers, an image',
  async () => {
    const { tapes, loop, screen, card } = await searched(CATCH, 0, [HOLD]);
    expect(tapes.tapes).toMatchObject([{ from: 'owner', inputs: HOLD, forMs: 3_500 }]);
    expect(tapes.answers).toMatchObject({ drag: MOVED, 'tap middle': false, 'key Enter': false });
    const moving = await sharp(Buffer.from(loop ?? '', 'base64')).metadata();
    expect(moving).toMatchObject({ format: 'webp', width: 240, height: 520, loop: 0 });
    expect(moving.pages).toBeGreaterThan(1);
    const sizeOf = async (image: string | null) => {
      const { format, width, height } = await sharp(Buffer.from(image ?? '', 'base64')).metadata();
      return [format, width, height];
    };
    expect(await sizeOf(screen)).toEqual(['webp', 360, 779]);
    expect(await sizeOf(card)).toEqual(['webp', 360, 360]);
  },
  PLAY_LIMIT_MS,
);

inFullRuns('a search without lives has the same way to its tapes', () => {
  it(
    'P3: a search keeps at most five tapes, the owner among them, and gets further than that',
    async () => {
      const { tapes } = await searched(CATCH, 22, [HOLD]);
      expect(tapes.tapes.map(({ from }) => from)).toEqual([
        'owner',
        'search',
        'search',
        'search',
        'search',
      ]);
      const [own = 0, ...found] = tapes.tapes.map(({ facts }) => facts.score?.most ?? 0);
      expect(Math.max(...found)).toBeGreaterThan(own);
      // Time that is up leaves what the first lives have found.
      const { tapes: first } = await searched(CATCH, 500, [HOLD], 0);
      expect(first.tapes).toHaveLength(5);
    },
    PLAY_LIMIT_MS,
  );
});
