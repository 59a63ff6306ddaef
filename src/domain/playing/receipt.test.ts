import { describe, expect, it } from 'vitest';
import type { Answer, Effects, FactValue, Series, TapeFacts } from '../../contracts/game/tape.js';
import type { ReceiptFact } from '../../contracts/game/receipt.js';
import { receiptOf, type SeenChange } from './receipt.js';

const MOMENTS = 100;
type Values = (moment: number) => FactValue | undefined;

/** Facts of a tape in which each path goes as its function says. */
function tape(paths: Record<string, Values>, more: Partial<TapeFacts> = {}): TapeFacts {
  const { moments = MOMENTS } = more;
  const series = Object.entries(paths).map(([path, valueAt]): [string, Series] => {
    const steps: Series = [];
    for (let moment = 0; moment < moments; moment += 1) {
      const value = valueAt(moment);
      if (value !== undefined && value !== steps.at(-1)?.[1]) steps.push([moment, value]);
    }
    return [path, steps];
  });
  const names = Array.from({ length: moments }, (_, moment) =>
    [...JSON.stringify(Object.values(paths).map((valueAt) => valueAt(moment) ?? null))].reduce(
      (name, letter) => (Math.imul(name, 31) + letter.charCodeAt(0)) | 0,
      7,
    ),
  );
  return {
    moments,
    series: Object.fromEntries(series.filter(([, steps]) => steps.length > 0)),
    names,
    phases: [
      [0, 'ready'],
      [5, 'playing'],
    ],
    words: [],
    isOver: false,
    isWon: false,
    score: null,
    stopped: null,
    ...more,
  };
}

/** What a change from one game to another is called; tapes are the same one unless they differ. */
function change(
  before: TapeFacts[],
  after: TapeFacts[],
  more: {
    before?: Record<string, Answer>;
    after?: Record<string, Answer>;
  } & Partial<SeenChange> = {},
) {
  const { before: answers = {}, after: answersNow = {}, lives = [] } = more;
  const candidate = { facts: after, answers: answersNow, lives, neverRan: [] };
  return receiptOf({ facts: before, answers }, candidate);
}

const told = (facts: readonly ReceiptFact[]): string[] =>
  facts.map(({ kind, what }) => `${kind} ${what}`.trim());

const line =
  (from: number, step: number): Values =>
  (moment) =>
    moment < 5 ? from : from + step * (moment - 5);
const since =
  (begin: number, values: Values): Values =>
  (moment) =>
    moment < begin ? undefined : values(moment);

/** A ship, an enemy that comes, and a score. */
const game = (more: Record<string, Values> = {}, facts: Partial<TapeFacts> = {}): TapeFacts =>
  tape(
    {
      'state.ship.x': line(195, 2),
      'drawn.arc 12.n': since(20, () => 1),
      'drawn.arc 12.x': since(20, (moment) => 10 + moment),
      'drawn.arc 12.y': since(20, (moment) => 3 * moment),
      'state.score': (moment) => 10 * Math.floor(moment / 30),
      ...more,
    },
    { score: { first: 0, most: 30 }, ...facts },
  );
const none: Values = () => undefined;
/** The enemy of another size. */
const bigger: Record<string, Values> = {
  'drawn.arc 12.n': none,
  'drawn.arc 12.x': none,
  'drawn.arc 12.y': none,
  'drawn.arc 18.n': since(20, () => 1),
  'drawn.arc 18.x': since(20, (moment) => 10 + moment),
  'drawn.arc 18.y': since(20, (moment) => 3 * moment),
};

describe('what a change has changed (P4)', () => {
  it('of an equal play everything is the same, and nothing is to be shown', () => {
    const receipt = change([game(), game()], [game(), game()]);
    expect(receipt).toMatchObject({ isSame: true, lost: [], changed: [], gained: [], most: null });
    expect(told(receipt.same)).toEqual(['score', 'phase playing']);
  });

  it('what stands still is lost, and the moment that shows it is named', () => {
    const receipt = change(
      [game()],
      [game({ 'state.ship.x': () => 195, 'drawn.arc 12.x': since(20, () => 30) })],
    );
    expect(told(receipt.lost)).toEqual(['moves state.ship.x']);
    expect(receipt.most?.atMs).toBeGreaterThanOrEqual(600);
  });

  it('what never comes is lost', () => {
    const gone = { 'drawn.arc 12.n': none, 'drawn.arc 12.x': none, 'drawn.arc 12.y': none };
    const still = game({ ...gone, 'state.score': () => 0 }, { score: { first: 0, most: 0 } });
    expect(told(change([game()], [still]).lost)).toEqual(['score', 'count drawn.arc 12']);
  });

  it('what was only to be looked at is changed', () => {
    const stars = { 'drawn.rect 2x2.x': line(10, 1), 'drawn.rect 2x2.n': () => 30 };
    const { lost, changed } = change([game(stars)], [game()]);
    expect(lost).toEqual([]);
    expect(told(changed)).toEqual(['moves drawn.rect 2x2']);
  });

  it('what has another size is the same thing', () => {
    const { lost, gained, changed } = change([game()], [game(bigger)]);
    expect([lost, gained]).toEqual([[], []]);
    expect(changed).toEqual([
      { kind: 'value', what: 'drawn.arc 12', from: 'drawn.arc 12', to: 'drawn.arc 18' },
    ]);
  });

  it('a value that has another name is the same value', () => {
    const { lost, gained } = change(
      [game()],
      [game({ 'state.score': none, 'state.points': (moment) => 10 * Math.floor(moment / 30) })],
    );
    expect([lost, gained]).toEqual([[], []]);
  });

  it('a speed, a count and a value from the start are told by how much', () => {
    const { lost, changed } = change(
      [game({ 'state.lives': () => 3, 'drawn.rect 9x9.n': () => 4 })],
      [
        game({
          'state.ship.x': line(195, 3),
          'state.lives': () => 5,
          'drawn.rect 9x9.n': () => 8,
        }),
      ],
    );
    expect(lost).toEqual([]);
    expect(changed).toEqual([
      { kind: 'speed', what: 'state.ship.x', ratio: 1.5 },
      { kind: 'value', what: 'state.lives', from: 3, to: 5 },
      { kind: 'count', what: 'drawn.rect 9x9', ratio: 2 },
      { kind: 'value', what: 'drawn.rect 9x9', from: 4, to: 8 },
    ]);
  });

  it('a score is told by its steps, however far it comes', () => {
    const scored = (step: number, each: number) =>
      game({ 'state.score': (moment) => step * Math.floor(moment / each) });
    expect(change([scored(1, 20)], [scored(2, 40)]).changed).toContainEqual({
      kind: 'score',
      what: '',
      ratio: 2,
    });
    expect(told(change([scored(1, 20)], [scored(1, 50)]).changed)).toContain('score');
  });

  it('what stays as it is for longer is slower', () => {
    const openFor = (moments: number, then = 0) =>
      tape({ 'page.card.open.n': (at) => (at < 20 ? 0 : at < 20 + moments ? 2 : then) });
    expect(told(change([openFor(8)], [openFor(20, 1)]).changed)).not.toContain(
      'speed page.card.open',
    );
    expect(change([openFor(8)], [openFor(20)]).changed).toContainEqual({
      kind: 'speed',
      what: 'page.card.open',
      ratio: 0.4,
    });
  });

  it('a value that is another one when it is first set is told by both', () => {
    const timeOf = (limit: number) =>
      tape({ 'digits.#sec': (at) => (at < 10 ? 60 : limit - (at - 10) / 10) });
    expect(change([timeOf(60)], [timeOf(90)]).changed).toEqual([
      { kind: 'value', what: 'digits.#sec', from: 60, to: 90 },
    ]);
  });

  it('what slides further at first and stops is faster, however the game goes on', () => {
    const sliding = (step: number): Values => {
      const slide: Values = (at) => Math.max(183, 400 - step * (at - 14));
      return (at) => (at < 15 ? 400 : at < 25 ? slide(at) : 183 + 2 * (at - 25));
    };
    const { changed } = change(
      [game({ 'state.penguin.y': sliding(60) })],
      [game({ 'state.penguin.y': sliding(90) })],
    );
    expect(changed).toEqual([{ kind: 'speed', what: 'state.penguin.y', ratio: 1.5 }]);
  });

  it('what comes of an earlier difference is as fast as it was until then', () => {
    const until = line(0, 2);
    const later: Values = (moment) => (moment < 40 ? until(moment) : 70 + 9 * (moment - 40));
    const { changed } = change(
      [game({ 'state.bird.y': until })],
      [game({ 'state.bird.y': later, 'state.ship.x': line(195, 3) })],
    );
    expect(told(changed)).toEqual(['speed state.ship.x']);
  });

  it('an end is lost when no tape and no life has it, and what comes with it is not told', () => {
    const ended: Partial<TapeFacts> = {
      isOver: true,
      phases: [
        [0, 'playing'],
        [60, 'over'],
        [80, 'playing'],
      ],
    };
    const endless: Partial<TapeFacts> = { phases: [[0, 'playing']] };
    const hit = {
      'state.hit': (moment: number) => moment > 55,
      'state.score': (moment: number) => 10 * Math.floor((moment % 80) / 30),
    };
    const before = [game(hit, ended), game(hit, ended)];
    const after = [game({}, endless), game({}, endless)];
    expect(told(change(before, after).lost)).toEqual(['ends']);
    expect(change(before, after, { lives: [game(hit, ended)] }).lost).toEqual([]);
    expect(told(change(after, before).gained)).toEqual(expect.arrayContaining(['ends', 'again']));
  });

  it('P4: a score that the inputs meet no more is lost when no life comes to one either', () => {
    const none = { 'state.score': () => 0 };
    const score = { first: 0, most: 0 };
    const [scored, still] = [game(), game(none, { score })];
    const faster = game({ ...none, 'state.ship.x': line(195, 3) }, { score });
    const lostWith = (lives: TapeFacts[]) =>
      told(change([scored, still, still], [faster, faster, faster], { lives }).lost);
    expect(lostWith([])).toEqual([]);
    expect(lostWith([scored])).toEqual([]);
    expect(lostWith([faster])).toEqual(['score']);
  });

  it('a number that a new round begins with no more is a lost restart', () => {
    const rounds: Partial<TapeFacts> = {
      isOver: true,
      phases: [
        [0, 'playing'],
        [60, 'over'],
        [70, 'playing'],
      ],
    };
    const reset = { 'state.score': (moment: number) => 10 * Math.floor((moment % 70) / 30) };
    const { lost, same } = change([game(reset, rounds)], [game({}, rounds)]);
    expect(told(lost)).toEqual(['again state.score']);
    expect(told(same)).not.toContain('again');
  });

  it('a number that goes up now and then is a score, though it has no such name', () => {
    const berries = { 'digits.#bar': (moment: number) => Math.floor(Math.sqrt(moment)) };
    const plain = { 'state.score': none, 'digits.#bar': () => 0 };
    const before = game({ ...plain, ...berries }, { score: null });
    const { lost } = change([before, before], [game(plain, { score: null })]);
    expect(told(lost)).toEqual(['score digits.#bar']);
  });

  it('of numbers that go up, the one that comes as far as the score in words is the score', () => {
    const numbers = (score: number) => ({
      'state.score': none,
      'digits.#top': (moment: number) => score * Math.floor(moment / 30),
      'digits.#height': (moment: number) => Math.floor(5 * Math.sqrt(moment)),
    });
    const [before, after] = [10, 0].map((each) =>
      game(numbers(each), { score: { first: 0, most: 3 * each } }),
    );
    expect(told(change([before!], [after!]).lost)).toContain('score');
  });

  it('a value that is otherwise from the start hides nothing that is lost later', () => {
    const lives = (most: number) => ({ 'state.lives': () => most });
    const still = { 'drawn.arc 12.x': since(20, () => 30), 'drawn.arc 12.y': since(20, () => 60) };
    const { lost, changed } = change([game(lives(3))], [game({ ...lives(5), ...still })]);
    expect(told(lost)).toEqual(['moves drawn.arc 12']);
    expect(changed).toEqual([{ kind: 'value', what: 'state.lives', from: 3, to: 5 }]);
  });

  it('what the inputs alone explain is not lost', () => {
    const boss = { 'state.boss.x': since(70, (moment) => moment) };
    const slower = { 'state.ship.x': line(195, 1) };
    const over: Partial<TapeFacts> = {
      phases: [
        [0, 'ready'],
        [5, 'playing'],
        [50, 'over'],
      ],
      isOver: true,
    };
    const before = [game(boss), game(boss)];
    expect(told(change(before, [game(slower, over), game(slower, over)]).lost)).toEqual([]);
    expect(told(change(before, [game(slower), game(slower)]).lost)).toEqual(['moves state.boss.x']);
  });

  it('a control that answers no more is lost, one with another name is none', () => {
    const answers = { 'swipe left': true, '#jump': true, 'key a': false };
    const { lost, same, gained } = change([game()], [game()], {
      before: answers,
      after: { 'swipe left': false, '#leap': true, 'key a': true },
    });
    expect([lost, gained].map(told)).toEqual([['control swipe left'], ['control key a']]);
    expect(told(same)).toContain('control #jump');
  });

  it('a control that does other things alone is changed, by the names that things had', () => {
    const by = (effects: Record<string, Effects>, more: Record<string, Values> = {}) =>
      change([game()], [game(more)], {
        before: { drag: { 'state.ship.x': -40, 'drawn.arc 12': 3 }, 'tap left': { 'digits.a': 1 } },
        after: effects,
      });
    const tap = { 'tap left': { 'digits.b': 1 } };
    const { lost, changed } = by({ drag: { 'digits.b': 1 }, ...tap });
    expect([lost, changed].map(told)).toEqual([[], ['control drag']]);
    expect(told(by({ drag: { 'state.ship.x': -30 }, ...tap }).changed)).toEqual(['control drag']);
    const renamed = { drag: { 'state.ship.x': -40, 'drawn.arc 18': 3 }, ...tap };
    expect(told(by(renamed, bigger).same)).toContain('control drag');
  });

  it('an exception on one of its tapes is told, whatever the others show', () => {
    const stopped = game({}, { stopped: 'TypeError: side.flash is undefined', moments: 50 });
    expect(told(change([game(), game()], [game(), stopped]).lost)).toEqual([
      'runs TypeError: side.flash is undefined',
    ]);
  });

  it('a line that is written letter by letter is told whole alone', () => {
    const facts = change(
      [game({}, { words: ['The l', 'The last fe', 'The last ferry'] })],
      [game({}, { words: ['Th', 'The la', 'The last ferry'] })],
    );
    expect([facts.changed, facts.gained]).toEqual([[], []]);
  });

  it('other words are changed words, not lost ones', () => {
    const { lost, changed } = change(
      [game({}, { words: ['STAR SHIP', 'Tap to begin'] })],
      [game({}, { words: ['STAR SHIP', 'Touch to begin'] })],
    );
    expect(lost).toEqual([]);
    expect(changed).toEqual([
      { kind: 'words', what: 'Tap to begin', from: 'Tap to begin', to: 'Touch to begin' },
    ]);
  });
});
