import type { Ending, Genre } from '../../contracts/game/brief.js';
import type { Language } from '../../contracts/base/language.js';

/** What a kind of game usually is, in the player's words. */
interface Playbook {
  readonly kind: string;
  readonly controls: string;
  readonly win: string;
  readonly lose: string;
}

/** Words that name a kind of game, in both languages; the first that fits wins. */
const WORDS: readonly (readonly [RegExp, Genre])[] = [
  [/タワーディフェンス|防衛|tower ?defen[cs]e|\bdefend/i, 'defence'],
  [/リズム|音ゲー|太鼓|rhythm|\bbeats?\b/i, 'rhythm'],
  [/クイズ|なぞなぞ|検定|計算|quiz|trivia/i, 'quiz'],
  [/迷路|めいろ|迷宮|maze|labyrinth/i, 'maze'],
  [/ノベル|恋愛|推理|紙芝居|visual novel|detective|story game/i, 'novel'],
  [/育成|育て|放置|クリッカー|経営|お庭|花壇|\bidle\b|clicker|tycoon|\bgarden|\bpets?\b/i, 'idle'],
  [/RPG|ロープレ|ターン(?:制|バトル)|勇者|turn[- ]based/i, 'rpg'],
  [/2048|オセロ|リバーシ|将棋|チェス|囲碁|五目|ボードゲーム|reversi|chess|board ?game/i, 'board'],
  [/パズル|落ち物|テトリス|ブロック|マッチ|数独|puzzle|blocks?\b|match-?3|tetris/i, 'puzzle'],
  [/レース|レーシング|カート|ドライブ|\brac(?:e|ing)\b|\bkart/i, 'race'],
  [/シューティング|弾幕|撃|インベーダー|shoot|shmup|invader/i, 'shooter'],
  [/もぐら|モグラ|たたき|叩|連打|反射神経|whack|reflex/i, 'tap'],
  [/ラン(?:ゲーム|ナー|アクション)|走|ジャンプ|横スクロール|runner|\brun|jump/i, 'runner'],
  [
    /キャッチ|集め|拾|つかまえ|捕まえ|捕らえ|落ちてくる|よけ|避け|catch|collect|dodge|avoid/i,
    'catch',
  ],
  [/タップ|\btap/i, 'tap'],
];

/** How a game is made whose wish names no kind. */
export const UNNAMED_GENRE: Genre = 'action';

/** The kind of game that a wish names; null when it names none. */
export function genreNamed(request: string): Genre | null {
  const text = request.normalize('NFKC');
  return WORDS.find(([words]) => words.test(text))?.[1] ?? null;
}

const FOR_TWO =
  /[2２二]人|ふたり|対戦(?!相手)|\b(?:two|2)[- ](?:players?|people|of us)\b|\bversus\b|\bfor two\b/i;
const ENDLESS = new RegExp(
  '癒や?[しさす]|いやし|いやされ|のんびり|まったり|終わらない|終わりのない|' +
    '\\bco[sz]y\\b|relax|sandbox|\\bendless\\b(?! runn)',
  'i',
);
/** Kinds that come to an end by themselves. */
const FINISHED: readonly Genre[] = ['quiz', 'novel', 'board', 'maze', 'rpg', 'race'];

/** How a game of this kind ends that is wished for in these words. */
export function endingOf(request: string, genre: Genre): Ending {
  const text = request.normalize('NFKC');
  if (FOR_TWO.test(text)) return 'two';
  if (ENDLESS.test(text)) return 'endless';
  return FINISHED.includes(genre) ? 'finished' : 'lost';
}

const book = (kind: string, controls: string, win: string, lose: string): Playbook => ({
  kind,
  controls,
  win,
  lose,
});

const JAPANESE: Readonly<Record<Genre, Playbook>> = {
  action: book('アクション', '指で動かす', '障害を越えて点をのばす', '敵に当たるとライフが減る'),
  shooter: book('シューティング', '押したまま指で動かすと撃つ', '敵を倒す', '弾や敵に当たる'),
  runner: book('ランゲーム', 'タップでジャンプ', '遠くまで走る', '障害物に当たる'),
  catch: book('集めてよけるゲーム', '指で左右に動かす', '良い物を集める', '悪い物に当たる'),
  puzzle: book('パズル', 'タップやスワイプでそろえる', 'たくさん消す', '手がなくなる'),
  board: book('ボードゲーム', 'マスをタップして手を打つ', '相手や目標に勝つ', '打つ手がなくなる'),
  tap: book('タップゲーム', '出てきた物をすばやくタップ', '多く当てる', '時間が切れる'),
  quiz: book('クイズ', '答えをタップ', '正しく答え続ける', '間違いか時間切れが重なる'),
  rhythm: book('リズムゲーム', 'リズムに合わせてタップ', 'つづけて成功する', 'ミスが重なる'),
  maze: book('迷路', '指のほうへ進む', '出口に着く', '時間が切れるか捕まる'),
  idle: book('育成ゲーム', 'タップでためて仲間を増やす', '目標まで増やす', '時間が切れる'),
  rpg: book('ターンバトル', '技をタップで選ぶ', '相手の体力をゼロにする', '体力がなくなる'),
  novel: book('ノベル', '選択肢をタップ', '良い結末に着く', '悪い結末に着く'),
  race: book('レース', '指で左右に曲がる', '速くゴールする', '時間が切れるか転ぶ'),
  defence: book('防衛ゲーム', '置く所をタップ', 'すべての波を止める', '守る物がこわれる'),
};

const ENGLISH: Readonly<Record<Genre, Playbook>> = {
  action: book('an action game', 'drag to move', 'get past what is in the way', 'hits cost lives'),
  shooter: book('a shooter', 'hold and drag to move and fire', 'defeat the enemies', 'being hit'),
  runner: book('an endless runner', 'tap to jump', 'run far', 'running into something'),
  catch: book('a catch-and-dodge game', 'drag left and right', 'collect the good', 'being hit'),
  puzzle: book('a puzzle', 'tap or swipe to match', 'clear as much as you can', 'no moves left'),
  board: book('a board game', 'tap a square to move', 'beat the other side', 'no moves left'),
  tap: book('a tapping game', 'tap what comes up', 'hit many', 'the time runs out'),
  quiz: book('a quiz', 'tap an answer', 'keep answering right', 'too many wrong answers'),
  rhythm: book('a rhythm game', 'tap to the beat', 'keep the chain going', 'too many misses'),
  maze: book('a maze', 'go where the finger is', 'reach the exit', 'caught or out of time'),
  idle: book('a clicker', 'tap to earn, then hire', 'reach the goal', 'the time runs out'),
  rpg: book('a turn-based battle', 'tap a move', 'bring the other down to zero', 'no health left'),
  novel: book('a visual novel', 'tap a choice', 'reach a good ending', 'reach a bad ending'),
  race: book('a race', 'drag to steer', 'reach the finish fast', 'out of time or crashed'),
  defence: book('a tower defence game', 'tap where to build', 'stop every wave', 'the base falls'),
};

/** Of another ending than the kind's own. */
const BY_ENDING: Readonly<
  Record<Language, Partial<Record<Ending, Pick<Playbook, 'win' | 'lose'>>>>
> = {
  ja: {
    endless: { win: '少しずつ増やし、育てる', lose: '' },
    two: { win: '先に決めた点を取る', lose: '相手が先に取る' },
  },
  en: {
    endless: { win: 'make more and more of it, at ease', lose: '' },
    two: { win: 'be the first to a number of points', lose: 'the other one is first' },
  },
};
const ANY: Readonly<Record<Language, string>> = { ja: 'ゲーム', en: 'a game' };

/**
 * What a game of this kind with this ending usually is, in the player's language; null = the wish
 * names no kind.
 */
export function playbookOf(genre: Genre | null, ends: Ending, language: Language): Playbook {
  const usual = (language === 'ja' ? JAPANESE : ENGLISH)[genre ?? UNNAMED_GENRE];
  const kind = genre === null ? ANY[language] : usual.kind;
  return { ...usual, kind, ...BY_ENDING[language][ends] };
}
