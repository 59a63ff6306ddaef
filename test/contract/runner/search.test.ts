import { expect, it } from 'vitest';
import { PlayResult } from '../../../src/contracts/game/play.js';
import { runTape } from '../../../src/runner/play/tape-run.js';
import { followedPages } from '../../support/followed-page.js';
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
