import { expect, it } from 'vitest';
import { isHurtAt, lossesOf, LossWatch } from './losses.js';
import type { ToldState } from './playing-state.js';

/** When lives were lost among these states, which come a second after the other. */
function lossesIn(...states: Partial<ToldState>[]): number[] {
  const watch = new LossWatch();
  for (const [at, state] of states.entries())
    watch.see({ data: {}, words: [], drawn: [], ...state }, at * 1_000);
  return watch.lossesMs;
}
const line = (words: string): Partial<ToldState> => ({ words: [words] });

it('a life is lost where a number of that name falls, declared or shown', () => {
  const lives = (value: string) => ({ data: { lives: value } });
  expect(lossesIn(lives('3'), lives('2'), {}, lives('2'), lives('5'), lives('4'))).toEqual([
    1_000, 5_000,
  ]);
  expect(lossesIn(line('ライフ: 3'), line('ライフ: 2'))).toEqual([1_000]);
  expect(lossesIn(line('HP 100/100'), line('HP 70/100'), {})).toEqual([1_000]);
  expect(lossesIn({ drawn: ['♥♥♥'] }, { drawn: ['♥♥♡'] })).toEqual([1_000]);
});

it('it is none where points fall, or what a boss has', () => {
  expect(lossesIn(line('Score 30'), line('Score 20'))).toEqual([]);
  expect(lossesIn(line('BOSS HP 9'), line('BOSS HP 8'))).toEqual([]);
  expect(lossesIn({ data: { bossHp: '9' } }, { data: { bossHp: '8' } })).toEqual([]);
});

it('in a tape by the values that it has followed', () => {
  const falls: [number, number][] = [
    [0, 3],
    [40, 2],
    [50, 3],
  ];
  const one = (path: string) => lossesOf({ series: { [path]: falls } });
  for (const path of ['state.lives', 'state.player.hp', 'digits.#lives'])
    expect(one(path)).toEqual([4_000]);
  for (const path of ['state.score', 'state.enemy.hp', 'state.sparks.3.life', 'digits.top left'])
    expect(one(path)).toEqual([]);
});

it('is seen for a second and a half', () => {
  expect([3_999, 4_000, 5_500, 5_501].map((atMs) => isHurtAt([4_000], atMs))).toEqual([
    ...[false, true, true, false],
  ]);
});
