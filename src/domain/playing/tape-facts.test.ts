import { describe, expect, it } from 'vitest';
import { TapeFacts, type FactValue, type Series } from '../../contracts/game/tape.js';
import { FactsRecord } from './tape-facts.js';

interface Moment {
  readonly words?: readonly string[];
  readonly data?: Readonly<Record<string, string>>;
  readonly drawing?: number;
}

const told = ({ words = [], data = {}, drawing = 1 }: Moment, at: number) => ({
  at,
  name: at,
  drawing,
  told: { data, words, drawn: [] },
});

function factsOf(moments: readonly Moment[], series: Record<string, Series> = {}): TapeFacts {
  const record = new FactsRecord();
  record.add({ moments: moments.map(told), series });
  return record.facts(null);
}

const from = (...values: FactValue[]): Series => values.map((value, at) => [at, value]);
const during = (count: number, moment: Moment): Moment[] =>
  Array.from({ length: count }, () => moment);

describe('facts of a tape (P4)', () => {
  it('phases are what the game declares, in the order of their moments', () => {
    const { phases, isOver } = factsOf(during(6, {}), {
      'state.phase': [
        [0, 'menu'],
        [2, 'fight'],
        [5, 'over'],
      ],
    });
    expect(phases).toEqual([
      [1, 'menu'],
      [2, 'fight'],
      [5, 'over'],
    ]);
    expect(isOver).toBe(true);
  });

  it('one name may say where it is, and another that it is over', () => {
    const { phases, isOver } = factsOf(during(6, {}), {
      'state.phase': from('cruise'),
      'state.mode': [
        [0, 'flying'],
        [4, 'lost'],
      ],
    });
    expect(phases.map(([, phase]) => phase)).toEqual(['cruise', 'lost']);
    expect(isOver).toBe(true);
  });

  it('without that they are what its words say', () => {
    const { phases, isOver, isWon } = factsOf([
      ...during(3, { words: ['Tap to start'] }),
      ...during(3, { words: ['SCORE 3'] }),
      ...during(2, { words: ['Paused'] }),
      ...during(5, { words: ['GAME OVER', 'SCORE 3'] }),
    ]);
    expect(phases.map(([, phase]) => phase)).toEqual([
      'title',
      'playing',
      'paused',
      'playing',
      'over',
    ]);
    expect({ isOver, isWon }).toEqual({ isOver: true, isWon: false });
  });

  it.each([
    ['words', during(5, { words: ['クリア！'] }), {}],
    [
      'words of a game that declares that it is over',
      during(5, { words: ['YOU WIN'], data: { state: 'over' } }),
      { 'state.state': from('over') },
    ],
    ['a declared state', during(3, {}), { 'state.state': from('won') }],
    ['a declared value', during(3, {}), { 'state.round.isWon': from(false, true) }],
  ])('a game is won by %s', (_, moments, series) => {
    expect(factsOf([{}, {}, ...moments], series).isWon).toBe(true);
  });

  it.each([
    ['rules', ['クリアすると次へ']],
    ['a counter', ['勝利: 3']],
    ['a long line', ['Congratulations to all of our dear players']],
  ])('it is not won by %s', (_, words) => {
    expect(factsOf([{}, {}, ...during(5, { words })]).isWon).toBe(false);
  });

  it('its score is declared, else read', () => {
    const moments = [{}, { words: ['スコア: 1,200'] }, { words: ['スコア: 900'] }];
    expect(factsOf(moments).score).toEqual({ first: 1_200, most: 1_200 });
    expect(factsOf(moments, { 'state.score': from(0, 7, 5) }).score).toEqual({ first: 0, most: 7 });
    expect(factsOf([{}, { words: ['LEVEL 3'] }]).score).toBeNull();
  });

  it('words have no digits, and elements that stay are no facts', () => {
    const { words, series } = factsOf([{}, { words: ['LIVES 3', '10'] }, { words: ['LIVES 2'] }], {
      'page.#hero.x': from(1, 2),
      'page.#hud.x': from(9),
      'drawn.disc 8.x': from(4),
    });
    expect(words).toEqual(['LIVES']);
    expect(Object.keys(series)).toEqual(['page.#hero.x', 'drawn.disc 8.x']);
  });

  it.each([
    [['霧の夜。', '灯台へ行く'], 2],
    [['霧', '霧の', '霧の夜。'], 1],
    [['霧の夜。', '灯台へ行く', '霧の夜。'], 2],
    [['霧の夜。', 'SCORE 10', 'SCORE 20'], 10],
  ])('P3: a game of words alone gains by each line that comes new: %j', (lines, gains) => {
    const record = new FactsRecord();
    const moments = ['', ...lines].map((line) => ({ words: line === '' ? [] : [line] }));
    record.add({ moments: moments.map(told), series: {} });
    expect(record.progress.gains).toBe(gains);
    expect(record.isOfWords).toBe(!lines.includes('SCORE 10'));
  });

  it('moments that nobody saw are as the one before', () => {
    const record = new FactsRecord();
    record.add({ moments: [told({}, 0)], series: {} });
    record.add({ moments: [told({}, 4)], series: {} });
    expect(record.facts(null).names).toEqual([0, 0, 0, 0, 4]);
  });

  it('they stay within the limits of the contract, whatever was seen', () => {
    const many = Array.from({ length: 900 }, (_, at) => at);
    const steps: Series = many.map((at) => [at, at]);
    const record = new FactsRecord();
    const series = Object.fromEntries(many.map((at) => [`state.${at}`, steps]));
    for (let each = 0; each < 3; each += 1) record.add({ moments: [], series });
    record.add({
      moments: many.map((at) =>
        told({ words: [`line ${'x'.repeat(at)}`], data: { state: `${at}` } }, at),
      ),
      series: { 'state.state': many.map((at) => [at, `phase ${at}`]) },
    });
    const facts = record.facts('x'.repeat(900));
    expect(TapeFacts.parse(facts)).toEqual(facts);
    expect(facts.moments).toBe(661);
  });
});
