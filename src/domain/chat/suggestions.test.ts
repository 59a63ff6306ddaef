import { describe, expect, it } from 'vitest';
import { GENRES, type Ending, type Genre } from '../../contracts/game/brief.js';
import type { VisualFault } from '../../contracts/game/judging.js';
import type { PlayReport, PlaySeen } from '../../contracts/game/play.js';
import { detectIntent } from '../intent/intent.js';
import { findingOf } from '../playing/playing-words.js';
import { reportOf } from '../playing/playing.js';
import {
  asEnding,
  asRequest,
  ideasFor,
  isSpecific,
  remedy,
  SAME_REMEDY,
  type Remedy,
} from './suggestion-words.js';
import { fittingSuggestions, type MadeGame } from './suggestions.js';
import type { Language } from '../../contracts/base/language.js';

const GOOD: PlaySeen = { isOver: true, afterMs: 12_000, scoreMoved: true };
const BEGUN = `dataset.state = 'over'`;

const played = (seen: Partial<PlaySeen> = {}, more: Partial<PlayReport> = {}): PlayReport => ({
  ...reportOf([], [], { needs: [], gameTree: '00000007', seen: { ...GOOD, ...seen } }),
  ...more,
});
const unmet = (...checks: string[]): Pick<PlayReport, 'judging'> => ({
  judging: {
    state: 'judged',
    checks: checks.map((check) => ({ check, answer: 'unmet', why: 'x' })),
  },
});
const SEVERE: VisualFault = {
  ...{ what: 'overlap', where: '点数', severity: 'severe', isConfirmed: true },
};
const brief = (genre: Genre, language: Language = 'ja', lose = '敵に当たる') => ({
  ...{ genre, language, lose, ends: 'lost' as Ending },
  pitch: 'x',
});
/** Of an older release the words of the brief say how it ends. */
const older = (pitch: string) => {
  const { ends: _ends, ...said } = brief('shooter');
  return { ...said, pitch };
};
const OWN = ['ボスを追加して', '背景を夜にして', 'BGMをつけて'];
const game = (more: Partial<MadeGame>): MadeGame => ({
  own: OWN,
  brief: brief('shooter'),
  play: played(),
  page: BEGUN,
  language: 'ja',
  ...more,
});

describe('J1, P5: suggestions fit the game', () => {
  it.each<[string, Partial<MadeGame>, string[]]>([
    ['all is well: the model speaks', {}, OWN],
    [
      'over too soon, and dangerous',
      { play: played({ afterMs: 2_000 }) },
      ['ボスを追加して', '背景を夜にして', 'もう少しやさしくして'],
    ],
    [
      'over too soon, and a quiz',
      { play: played({ afterMs: 2_000 }), brief: brief('quiz') },
      ['ボスを追加して', '背景を夜にして', 'もっと長く遊べるようにして'],
    ],
    [
      'won too soon',
      { play: played({ afterMs: 2_000, isWon: true, scoreMoved: null }) },
      ['ボスを追加して', '背景を夜にして', 'もっと長く遊べるようにして'],
    ],
    [
      'never over, and it cannot be',
      { play: played({ isOver: false, afterMs: 20_000 }), page: '' },
      ['ボスを追加して', '背景を夜にして', '敵に当たるとゲームオーバーになるようにして'],
    ],
    [
      'never over by itself, though it can be',
      { play: played({ isOver: false, afterMs: 20_000 }) },
      ['ボスを追加して', '背景を夜にして', 'もう少しむずかしくして'],
    ],
    [
      'not over before a slow machine looked away',
      { play: played({ isOver: false, afterMs: 9_000 }) },
      OWN,
    ],
    [
      'the model says the same already',
      { play: played({ afterMs: 2_000 }), own: ['もっと簡単にして', 'BGMをつけて'] },
      ['もっと簡単にして', 'BGMをつけて'],
    ],
    [
      'a check that is not kept comes before all else that was seen',
      { play: played({ afterMs: 2_000 }, unmet('星を取ると、点がふえる。')), own: OWN.slice(0, 1) },
      ['ボスを追加して', '星を取ると点がふえるようにして', 'もう少しやさしくして'],
    ],
    [
      'a check in another language than the player’s now',
      { play: played({}, unmet('a star gives points')), brief: brief('catch', 'en') },
      ['ボスを追加して', '背景を夜にして', '直して'],
    ],
    [
      'something that does not look right, as its answer says',
      { play: played({}, { judging: { state: 'judged', checks: [], faults: [SEVERE] } }) },
      ['ボスを追加して', '背景を夜にして', '直して'],
    ],
    [
      'only keys move it',
      { play: played({}, { notes: [findingOf('keys-only', 'touched')] }) },
      ['ボスを追加して', '背景を夜にして', '指だけで遊べるようにして'],
    ],
    [
      'files are missing',
      { play: played({}, { notes: [findingOf('missing-file', 'loading', '/a.png')] }), own: [] },
      ['足りない画像や音を入れて', 'ボスを出して', '武器を選べるようにして'],
    ],
    [
      'broken: as its answer says',
      {
        play: reportOf([findingOf('deaf', 'touched')], [], {
          needs: [],
          gameTree: '00000007',
          seen: GOOD,
        }),
      },
      ['直して', 'ボスを追加して', '背景を夜にして'],
    ],
    [
      'the model says nothing: ideas for its kind',
      { own: [' '], brief: brief('maze') },
      ['遊ぶたびに迷路が変わるようにして', '宝箱を置いて', '地図を見るボタンをつけて'],
    ],
    [
      'the model says nothing of use: it comes last',
      { own: ['もっと面白くして', 'ボスを追加して'], brief: brief('race') },
      ['ボスを追加して', 'ライバルを出して', '加速のアイテムを置いて'],
    ],
    [
      'nobody has played it, nobody knows what it is',
      { own: ['もっと面白くして'], brief: null, play: null },
      ['もっと面白くして'],
    ],
    ['nothing is known', { own: [], brief: null, play: null }, []],
  ])('%s', (_, given, expected) => {
    expect(fittingSuggestions(game(given))).toEqual(expected);
  });

  const soon = played({ afterMs: 2_000 });
  const never = { isOver: false, afterMs: 20_000 };
  it.each<[string, Partial<MadeGame>]>([
    [
      'over at once, and nothing was reached',
      { play: played({ afterMs: 2_000, scoreMoved: false }) },
    ],
    ['over at once, and it counts nothing', { play: played({ afterMs: 2_000, scoreMoved: null }) }],
    ['never over, and nothing was reached', { play: played({ ...never, scoreMoved: false }) }],
    ['never over, and it counts nothing', { play: played({ ...never, scoreMoved: null }) }],
    ['the score never moved', { play: played({ scoreMoved: false }), brief: brief('catch') }],
    ['over too soon, and nobody knows what it is', { play: soon, brief: null }],
    ...(['two', 'endless'] as const).flatMap((ends): [string, Partial<MadeGame>][] => [
      [`over soon: ${ends}`, { play: soon, brief: { ...brief('shooter'), ends } }],
      [`never over: ${ends}`, { play: played(never), brief: { ...brief('shooter'), ends } }],
      [`no end: ${ends}`, { play: played(never), page: '', brief: { ...brief('tap'), ends } }],
    ]),
    ['never over, and older: for two', { play: played(never), brief: older('二人で対戦する') }],
    ['never over, and older: endless', { play: played(never), brief: older('終わらない旅') }],
    ['never over, as novels are', { play: played(never), brief: brief('novel') }],
    [
      'never over, and it is finished',
      { play: played(never), brief: { ...brief('race'), ends: 'finished' } },
    ],
  ])('gives no advice that a bad player would: %s', (_, given) => {
    expect(fittingSuggestions(game(given))).toEqual(OWN);
  });

  it.each<[string, Partial<MadeGame>, string[]]>([
    [
      'over too soon',
      { play: played({ afterMs: 2_000 }), own: ['Add a boss', 'Make it better'] },
      ['Add a boss', 'Make it a little easier'],
    ],
    [
      'never over, and it cannot be',
      { play: played({ isOver: false, afterMs: 20_000 }), page: '' },
      ['Add a game over: being hit', 'Add a boss', 'Let me choose a weapon'],
    ],
    [
      'a check that is not kept',
      { play: played({}, unmet('The ship fires while the finger is down.')) },
      ['Make this work: The ship fires while the finger is down', 'Add a boss'],
    ],
  ])('in English: %s', (_, given, expected) => {
    const english = {
      brief: brief('shooter', 'en', 'being hit'),
      language: 'en',
      own: [],
    } as const;
    const told = fittingSuggestions(game({ ...english, ...given }));
    expect(told.slice(0, expected.length)).toEqual(expected);
  });

  it('has three ideas for every kind, as requests that a stored line can hold', () => {
    for (const genre of GENRES) {
      const [ja, en] = [ideasFor(genre, 'ja'), ideasFor(genre, 'en')];
      expect(new Set([...ja, ...en]).size).toBe(6);
      for (const idea of ja) expect(idea).toMatch(/^[^、]{3,20}て$/);
      for (const idea of en) expect(idea).toMatch(/^[A-Z][^、]{5,50}[a-z]$/);
    }
  });
});

describe('a suggestion that is sent', () => {
  const REMEDIES = Object.keys(SAME_REMEDY) as Remedy[];

  it.each(['ja', 'en'] as const)('changes the game, also by the rules alone: %s', (language) => {
    const said = [
      ...REMEDIES.map((name) => remedy(name, language)),
      ...GENRES.flatMap((genre) => ideasFor(genre, language)),
      asRequest('敵に当たるとライフが減る', 'ja') ?? '',
      asRequest('残り時間の表示', 'ja') ?? '',
      asEnding('時間が切れる', 'ja') ?? '',
      asRequest('the score rises with each star', 'en') ?? '',
      asEnding('hits cost lives', 'en') ?? '',
    ];
    expect(said.filter((text) => detectIntent(text, false) !== 'edit')).toEqual([]);
  });
});

describe('a check as a request', () => {
  it.each<[string, Language, string | null]>([
    ['敵に当たるとライフが減る', 'ja', '敵に当たるとライフが減るようにして'],
    ['弾が当たると、敵が消える。', 'ja', '弾が当たると敵が消えるようにして'],
    ['画面の外に出ない', 'ja', '画面の外に出ないようにして'],
    ['タップで高く跳ぶ', 'ja', 'タップで高く跳ぶようにして'],
    ['点数が画面に出ている', 'ja', '点数が画面に出ているようにして'],
    ['もう一度遊べる', 'ja', 'もう一度遊べるようにして'],
    ['星を取ると点が増えます', 'ja', '「星を取ると点が増えます」を実現して'],
    ['残り時間の表示', 'ja', '「残り時間の表示」を実現して'],
    ['主人公は赤い', 'ja', '「主人公は赤い」を実現して'],
    ['x'.repeat(200), 'ja', null],
    ['。', 'ja', null],
    ['the score rises with each star.', 'en', 'Make this work: the score rises with each star'],
    ['a visible timer', 'en', 'Make this work: a visible timer'],
    ['x'.repeat(200), 'en', null],
  ])('%s', (check, language, request) => {
    expect(asRequest(check, language)).toBe(request);
  });

  it.each<[string, Language, string | null]>([
    ['時間が切れる', 'ja', '時間が切れるとゲームオーバーになるようにして'],
    ['敵に当たるとライフが減る', 'ja', '敵に当たるとライフが減るようにして'],
    ['ライフがゼロ', 'ja', null],
    ['hits cost lives', 'en', 'Add a game over: hits cost lives'],
  ])('how it is lost: %s', (lose, language, request) => {
    expect(asEnding(lose, language)).toBe(request);
  });
});

describe('what says something of the game', () => {
  it.each([
    ['敵を増やして', true],
    ['もっと速くして', true],
    ['面白い敵を出して', true],
    ['よけやすくして', true],
    ['もっと面白くして', false],
    ['ゲームをもっと楽しくしてください', false],
    ['改善して', false],
    ['おまかせ', false],
    ['Add a boss', true],
    ['Make it better with a boss', true],
    ['Make it better', false],
    ['Make the game more fun!', false],
    ['Improve it', false],
    ['Add more features', false],
  ])('%s', (wish, expected) => {
    expect(isSpecific(wish)).toBe(expected);
  });
});
