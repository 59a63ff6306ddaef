import { describe, expect, it } from 'vitest';
import { paintPhases } from '../../../src/runner/play/phases.js';
import { followedPages } from '../../support/followed-page.js';
import { play, PLAY_LIMIT_MS } from '../runner/play-bench.js';
import { page } from '../runner/play-pages.js';

interface Parts {
  readonly title?: string;
  /** What a touch does once it has begun; `at`: of one finger. */
  readonly hear: string;
  /** What happens in each frame. */
  readonly frame?: string;
  /** The fingers of a touch that are asked. */
  readonly fingers?: string;
}

/** A count, two things that touches may move, and a title that the first touch ends. */
const game = ({ title = 'Tap to start', hear, frame = '', fingers = 'event.touches' }: Parts) =>
  page(`<canvas id="c" width="390" height="844"></canvas><script>
const brush = document.getElementById('c').getContext('2d');
let [state, count, left, right, drift, held] = ['title', 0, 60, 300, 0, 0];
function touch(event) {
  const isBegun = state === 'play';
  if (event.type === 'touchstart') state = 'play';
  if (isBegun) for (const at of ${fingers}) { ${hear} }
}
for (const type of ['touchstart', 'touchmove']) addEventListener(type, touch);
function show() {
  ${frame}
  brush.fillStyle = '#102030'; brush.fillRect(0, 0, 390, 844);
  brush.fillStyle = '#ffffff'; brush.font = '20px sans-serif';
  brush.fillRect(left, 300, 40, 40); brush.fillRect(right, 500, 40, 40);
  brush.fillRect(drift, 100, 20, 20);
  brush.fillText(state === 'title' ? '${title}' : 'COUNT ' + count, 20, 40);
  requestAnimationFrame(show);
}
requestAnimationFrame(show);
</script>`);

const MOVES = 'if (at.clientX < 195) left = at.clientX; else right = at.clientX;';
const DRIFTS = "if (state === 'play') drift = (drift + 1) % 390;";
const THUMBS = 'Left thumb steers, right thumb fires';

describe('P3: what lives meet, by real touches', () => {
  it.each<[string, Parts, [code: string, evidence: string][]]>([
    ['a game that hears touches', { hear: MOVES, frame: DRIFTS }, []],
    ['one that hears none once it has begun', { hear: '', frame: DRIFTS }, [['deaf', 'play']]],
    ['one that counts on', { hear: 'count += 1;' }, []],
    [
      'one that stands still from some touch on',
      { hear: "if (event.type === 'touchstart' && count < 12) count += 1;" },
      [['dead-end', 'not at its end']],
    ],
    [
      'one that shows a finger and is then as it was',
      { hear: 'held = 3; left = at.clientX;', frame: `${DRIFTS} if ((held -= 1) < 0) left = 60;` },
      [['deaf', 'nothing lasts']],
    ],
    ['two thumbs', { title: THUMBS, hear: MOVES }, []],
    [
      'two thumbs of which one is heard',
      { title: THUMBS, hear: MOVES, fingers: '[event.touches[0]]' },
      [['deaf', 'two fingers']],
    ],
  ])(
    '%s',
    async (_, parts, found) => {
      const { findings } = await play(game(parts), { lives: 2 });
      expect(findings.map(({ code, evidence }) => [code, evidence])).toEqual(found);
    },
    PLAY_LIMIT_MS,
  );
});

const LED = page(`<canvas id="c" width="390" height="844"></canvas><script>
const brush = document.getElementById('c').getContext('2d');
let colour = '#102030';
window.__game = {
  phases: ['cave', 'void', 'sky'],
  goto(name) { colour = { cave: '#ff0000', sky: '#0000ff' }[name].slice(); },
};
(function show() {
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 390, 844);
  requestAnimationFrame(show);
})();
</script>`);

it('P3: a game is led to each phase that it offers, and what fails there is no fault', async () => {
  const pages = await followedPages();
  try {
    const seen = await pages.use(LED, async (shown) => {
      const { shots } = await paintPhases(shown, undefined);
      return { shots, thrown: shown.thrown.size };
    });
    const colours = seen.shots.map(({ shot }) => [...shot.rgb.subarray(0, 3)]);
    expect(colours).toEqual([
      [255, 0, 0],
      [16, 32, 48],
      [0, 0, 255],
    ]);
    expect(seen.thrown).toBe(0);
  } finally {
    await pages.close();
  }
});
