import { describe, expect, it } from 'vitest';
import { isAssetPath, libraryAt } from './playing-needs.js';
import { isOver, isTitle, stateText } from './playing-state.js';

const told = (data: Record<string, string>, words: string[] = [], drawn: string[] = []) => ({
  data,
  words,
  drawn,
});

describe('the state that a game tells', () => {
  it.each([
    [told({ state: 'over' }), true, false],
    [told({ state: 'game-over' }), true, false],
    [told({ state: 'playing' }, ['GAME OVER']), false, false],
    [told({}, [], ['ゲームオーバー']), true, false],
    [told({}, ['Game Over', 'もう一度スタート']), true, false],
    [told({ state: 'title' }), false, true],
    [told({}, ['タップしてスタート']), false, true],
    [told({}, ['SCORE 0']), false, false],
  ])('%j', (state, over, title) => {
    expect([isOver(state), isTitle(state)]).toEqual([over, title]);
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
