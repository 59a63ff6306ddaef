import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSkillFiles } from '../../../src/activities/runner-input/skill-files.js';
import { TapeFacts, TapeInputs, type TapeInput } from '../../../src/contracts/game/tape.js';
import { FactsRecord } from '../../../src/domain/playing/tape-facts.js';
import { FIRST_PLAY, type Beat } from '../../../src/runner/play/gestures.js';
import { runTape } from '../../../src/runner/play/tape-run.js';
import { inFullRuns } from '../../scope.js';
import { followedPages, type FollowedPages } from '../../support/followed-page.js';
import { PLAYABLE } from './hands-pages.js';
import { PLAY_LIMIT_MS } from './play-bench.js';
import { QUIET, shooter } from './play-pages.js';

let pages: FollowedPages;
beforeAll(async () => {
  pages = await followedPages();
});
afterAll(() => pages?.close());

const FOR_MS = 9_000;

/** Plays beats, and returns what was done and what was seen. */
function recorded(html: string, beats: readonly Beat[] = FIRST_PLAY) {
  return pages.use(html, async (page) => {
    const record = new FactsRecord();
    await page.load();
    for (const { inputs, forMs } of beats) {
      const untilMs = page.nowMs + forMs;
      for (const input of inputs) await page.do(input);
      if (page.nowMs < untilMs) await page.pass(untilMs - page.nowMs);
    }
    await page.pass(FOR_MS - page.nowMs);
    record.add(page.moments());
    return { inputs: [...page.inputs], facts: record.facts(null) };
  });
}

const run = (html: string, inputs: readonly TapeInput[], forMs = FOR_MS) =>
  pages.use(html, (page) => runTape(page, { inputs, forMs }));

const example = async (): Promise<string> => (await readSkillFiles())['kit-3d-example.html'] ?? '';

describe('tapes (P4)', () => {
  it(
    'what was recorded is seen again, whatever colours and words the game has then',
    async () => {
      const { inputs, facts } = await recorded(shooter());
      expect(TapeInputs.parse(inputs)).toEqual(inputs);
      expect(TapeFacts.parse(facts)).toEqual(facts);
      expect(facts).toMatchObject({ isOver: true, isWon: false, score: null, stopped: null });
      expect(facts.phases.map(([, phase]) => phase).slice(0, 3)).toEqual([
        'playing',
        'over',
        'playing',
      ]);
      expect(facts.words).toEqual(['LIVES', 'GAME OVER']);
      expect(facts.moments).toBe(FOR_MS / 100 + 1);
      expect(facts.series['drawn.rect 45.x']?.length).toBeGreaterThan(20);
      const firstOf = (path: string) => facts.series[path]?.slice(0, 3);
      expect(firstOf('digits.top left')).toEqual(firstOf('state.lives'));
      expect(await run(shooter(), inputs)).toEqual(facts);
      const recoloured = shooter().replaceAll('#ff5555', '#55ff99').replaceAll('#fff', '#eef');
      expect(await run(recoloured, inputs)).toEqual(facts);
      const reworded = await run(shooter().replaceAll('LIVES', 'Hearts'), inputs);
      expect(reworded.series).toEqual(facts.series);
      const faster = await run(shooter({ speed: 1.5 }), inputs);
      expect(faster.series['drawn.rect 32.y']).not.toEqual(facts.series['drawn.rect 32.y']);
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a tape is seen again in a scene, in which things are where they are',
    async () => {
      const html = await example();
      const { inputs, facts } = await recorded(html);
      expect(await run(html, inputs)).toEqual(facts);
      expect(Object.keys(facts.series)).toEqual(
        expect.arrayContaining(['scene.camera.x', 'scene.Torus 6.n', 'scene.Box 11.z']),
      );
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a touch goes to what it is meant for, also where that has moved, and fingers lift alone',
    async () => {
      const page = (top: number): string => `<body style="margin: 0">
<button style="position: absolute; top: ${top}px; left: 50px; height: 60px">はじめる</button>
<script>const told = document.documentElement.dataset; told.taps = 0; told.lifts = '';
document.querySelector('button').onclick = () => { told.taps = Number(told.taps) + 1; };
addEventListener('touchend', ({ changedTouches, touches }) => {
  told.lifts += [changedTouches.length, touches.length].join('/') + ' ';
});</script>`;
      const { inputs } = await recorded(page(100), [
        { inputs: [{ type: 'tap', at: { x: 80, y: 130 } }], forMs: 500 },
        { inputs: [{ type: 'down', at: { x: 100, y: 500 } }], forMs: 100 },
        { inputs: [{ type: 'down', finger: 1, at: { x: 300, y: 500 } }], forMs: 100 },
        { inputs: [{ type: 'up' }], forMs: 100 },
      ]);
      expect(inputs[0]).toMatchObject({ type: 'down', atMs: 0, on: 'はじめる' });
      const { series } = await run(page(400), inputs);
      expect(series['state.taps']?.at(-1)?.[1]).toBe(1);
      expect(series['state.lifts']?.at(-1)?.[1]).toBe('1/0 1/1 1/0 ');
    },
    PLAY_LIMIT_MS,
  );

  it(
    'a page that is in the way is not seen there, and its facts stay within their limits',
    async () => {
      const hostile = shooter({
        first: `let asked = 0;
window.__game = { state() { asked += 1; if (asked % 2) throw new Error('no'); return many(); } };
const many = () => { const all = { self: null, asked, far: 1e400, text: 'x'.repeat(900) };
  all.self = all; for (let at = 0; at < 900; at += 1) all['v' + at] = asked * at; return all; };`,
        frame: `if (now > 3000) Array.prototype.map = () => { throw new Error('mine'); };
document.documentElement.dataset['x'.repeat(300)] = now;
brush.fillText('1 2 3 4 5 6 7 8 9'.repeat(20) + now, Math.random() * 390, Math.random() * 800);`,
      });
      const { inputs } = await recorded(shooter());
      const facts = await run(hostile, inputs);
      expect(TapeFacts.parse(facts)).toEqual(facts);
      expect(facts.series['state.asked']?.length).toBeGreaterThan(5);
      expect(facts.series['state.text']?.[0]?.[1]).toBe('x'.repeat(40));
    },
    PLAY_LIMIT_MS,
  );

  inFullRuns('a shooter and a scene are seen twice', () => {
    it.each([
      ...Object.entries(PLAYABLE).map(([name, { html }]) => [name, html] as const),
      ...Object.entries(QUIET),
    ])(
      'a tape is seen again of a game that %s',
      async (_, html) => {
        const { inputs, facts } = await recorded(html);
        const again = await run(html, inputs);
        expect({ ...again, stopped: null }).toEqual(facts);
        expect(await run(html, inputs)).toEqual(again);
      },
      PLAY_LIMIT_MS,
    );
  });
});
