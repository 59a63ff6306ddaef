import { describe, expect, it } from 'vitest';
import { isAssetPath, libraryAt } from './playing-needs.js';
import { isPaused, isTitle, OverWatch, stateText, type Moment } from './playing-state.js';

const told = (data: Record<string, string>, words: string[] = [], drawn: string[] = []) => ({
  data,
  words,
  drawn,
});

/** Whether a game is over that is told so from 500 ms on, a moment each 100 ms, for a second. */
function isOverBy(
  state: ReturnType<typeof told>,
  change: (at: number) => Partial<Moment>,
  end: 'lost' | 'won' = 'lost',
) {
  const watch = new OverWatch(end);
  watch.see({ ...told({}, ['SCORE 0']), drawing: 1, atMs: 100 });
  for (let at = 0; at < 10; at += 1)
    watch.see({ ...state, drawing: 2, atMs: 500 + 100 * at, ...change(at) });
  return [watch.isOver, watch.overAtMs];
}
const same = () => ({});

describe('the state that a game tells', () => {
  it.each([
    [told({ state: 'over' }), true, false],
    [told({ state: 'game-over' }), true, false],
    [told({ state: 'playing' }, ['GAME OVER']), false, false],
    [told({}, [], ['ゲームオーバー']), true, false],
    [told({}, ['Game Over', 'もう一度スタート']), true, false],
    [told({}, ['スコア 10 ゲームオーバー！']), true, false],
    [told({}, ['Time up! You lose']), true, false],
    [told({}, ['You lost 5 coins']), false, false],
    [told({}, ['ゲームオーバーになるよ']), false, false],
    [told({}, ['Avoid game over']), false, false],
    [told({}, ['Three hits and it is game over for you']), false, false],
    [told({ state: 'title' }), false, true],
    [told({}, ['タップしてスタート']), false, true],
    [told({}, ['SCORE 0']), false, false],
  ])('%j', (state, over, title) => {
    expect([isOverBy(state, same)[0], isTitle(state)]).toEqual([over, title]);
  });

  it.each([
    'Tap to play again',
    'Boom! You lost. Tap the face to try again.',
    'Deal again',
    'Tap for a rematch',
    'Tap for another round',
    'The slab missed You stacked 3 · tap to rebuild',
    'BAD END',
    'ぜんぶ あつめた！ タップで もう一回',
    'さわって もういちど',
    'もう一回',
    '320 点でかち。タップでもういちど',
  ])('P2: an invitation that comes with an end is one: %s', (line) => {
    expect(isOverBy(told({}, [line]), same)[0]).toBe(true);
  });

  it('P2: an invitation is an end though a sky moves, but not beside a way to go on', () => {
    const moving = (at: number) => ({ drawing: at });
    expect(isOverBy(told({}, ['Tap to play again']), moving)).toEqual([true, 500]);
    expect(isOverBy(told({}, ['Resume', 'Restart']), same)[0]).toBe(false);
  });

  it.each([
    ['is seen beside an invitation', ['クリア！', 'はじめから'], [true, 500]],
    ['is not seen so soon without one', ['クリア！'], [false, null]],
    ['is not seen by an invitation alone', ['はじめから'], [false, null]],
  ])('P2: a win before a moving sky %s', (_, words, seen) => {
    const moving = (at: number) => ({ drawing: at });
    expect(isOverBy(told({}, words), moving, 'won')).toEqual(seen);
  });

  it.each([
    'Tap again to jump higher',
    'Tap in the air to jump again',
    'Spin again',
    'You have no move, the house plays again.',
    'おなじ手！ もう一回',
    'タップでジャンプ、空中でもう一回とべる',
  ])('P2: what is done once more while the game goes on is no end: %s', (line) => {
    expect(isOverBy(told({}, [line]), same)[0]).toBe(false);
  });

  it.each<[string, (at: number) => Partial<Moment>, boolean, number | null]>([
    ['stand while nothing moves', same, true, 500],
    ['stand while a number counts', (at) => ({ drawn: [`TIME ${at}`] }), false, null],
    ['stand while the drawing moves', (at) => ({ drawing: at }), false, null],
    [
      'stand for long before a moving sky',
      (at) => ({ drawing: at, atMs: 500 + 300 * at }),
      true,
      500,
    ],
    ['are gone at once', (at) => (at > 0 ? { words: [] } : {}), false, null],
  ])('P2: words that say it is over and %s', (_, change, isOver, atMs) => {
    expect(isOverBy(told({}, ['GAME OVER']), change)).toEqual([isOver, atMs]);
  });

  it('P2: words that were there from the first are no end, and an end ends with its words', () => {
    const watch = new OverWatch();
    const see = (atMs: number, ...words: string[]) => {
      watch.see({ ...told({}, words), drawing: 0, atMs });
      return watch.isOver;
    };
    expect([see(100, 'GAME OVER'), see(900, 'GAME OVER')]).toEqual([false, false]);
    expect([see(1_000, 'YOU LOSE'), see(1_300, 'YOU LOSE')]).toEqual([false, true]);
    expect([see(1_400, 'SCORE 0'), watch.overAtMs]).toEqual([false, 1_000]);
  });

  it('P2: an invitation of the first screen is one again when it comes back with new words', () => {
    const watch = new OverWatch();
    const see = (atMs: number, ...words: string[]) => {
      watch.see({ ...told({}, words), drawing: 0, atMs });
      return watch.isOver;
    };
    const title = ['タップでスタート', 'BEST'];
    expect([see(100, ...title), see(900), see(2_000, ...title), see(3_000, 'BEST')]).toEqual(
      Array(4).fill(false),
    );
    expect([see(5_000, ...title), see(5_300, ...title), see(6_000)]).toEqual(Array(3).fill(false));
    const end = ['おっこちた！', ...title];
    expect([see(8_000, ...end), see(8_300, ...end), see(8_400, 'BEST')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(watch.overAtMs).toBe(8_000);
  });

  it.each([
    [told({ state: 'paused' }), true],
    [told({}, ['一時停止中']), true],
    [told({}, [], ['PAUSE', 'Tap to go on']), true],
    [told({}, ['SCORE 0']), false],
  ])('rests: %j, %s', (state, paused) => {
    expect(isPaused(state)).toBe(paused);
  });

  it('is one text, whatever the order in which it is told', () => {
    expect(stateText(told({ a: '1', b: '2' }))).toBe(stateText(told({ b: '2', a: '1' })));
    expect(stateText(told({}, ['1']))).not.toBe(stateText(told({}, ['2'])));
  });
});

describe('what a page may ask for (J4)', () => {
  it.each([
    ['https://unpkg.com/three@0.187.0/build/three.module.js', 'three@0.187.0/three.module.js'],
    [
      'https://cdn.jsdelivr.net/npm/three@0.187.0/build/three.core.js',
      'three@0.187.0/three.core.js',
    ],
    ['https://cdn.jsdelivr.net/npm/p5@1.11.0/lib/p5.min.js', 'p5@1.11.0/p5.min.js'],
    ['https://unpkg.com/p5@1.11.0/lib/p5.min.js', 'p5@1.11.0/p5.min.js'],
    ['https://cdnjs.cloudflare.com/ajax/libs/p5.js/1.11.0/p5.min.js', 'p5@1.11.0/p5.min.js'],
    ['https://cdnjs.cloudflare.com/ajax/libs/p5.js/1.9.0/p5.min.js', null],
    // A package of that name is another's.
    ['https://cdn.jsdelivr.net/npm/kit@1.0.0/lib/2d.js', null],
    ['https://cdnjs.cloudflare.com/ajax/libs/three.js/r128/three.min.js', null],
    ['https://unpkg.com/three@0.128.0/build/three.module.js', null],
    ['https://example.com/three@0.187.0/build/three.module.js', null],
  ])('%s', (address, below) => {
    expect(libraryAt(address)).toBe(below);
  });

  it('knows the addresses of assets', () => {
    expect(isAssetPath('/user-assets/0f8fad5b-d9cb-469f-a165-70867728950e/hero.png')).toBe(true);
    expect(isAssetPath('/game/~play/hero.png')).toBe(false);
  });
});
