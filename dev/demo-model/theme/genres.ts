import { hashOf } from './hash.js';
import type { Dimension, Engine, Genre } from './types.js';

/**
 * Words that speak for a genre, with their weight. Words of no genre of ours are mapped to the
 * nearest one.
 */
const GENRE_WORDS: Readonly<Record<Genre, readonly (readonly [RegExp, number])[]>> = {
  shooting: [
    [/シューティング|シューター|弾幕|インベーダー|shoot|shmup|invader/i, 6],
    [/戦闘機|宇宙船|ビーム|ミサイル|レーザー|gun\b|laser|missile/i, 3],
    [/撃|打ち落と|うちおと|blast/i, 4],
    [/弾|倒す|倒し|たおす|やっつけ|退治|戦う|バトル|ボス戦|battle|fight|defeat/i, 2],
    [/タワーディフェンス|防衛|守る|tower ?defen[cs]e|defend/i, 3],
    [/宇宙|galaxy|space\b/i, 1],
  ],
  catch: [
    [/キャッチ|受け止め|うけとめ|落ちてくる|おちてくる|catch/i, 6],
    [/集め|あつめ|拾|ひろ[いうっ]|collect|gather/i, 4],
    [/釣|つり(?!革)|フィッシング|fishing/i, 6],
    [/よけ|避け|かわす|かわし|dodge|avoid/i, 4],
    [/食べ|たべ|\beat/i, 3],
    [/逃げ|にげ|escape|\bcatch/i, 2],
    [/料理|お店|収穫|農|cook|harvest|farm/i, 3],
    [/キーパー|サッカー|野球|バスケ|スポーツ|soccer|baseball|basket/i, 3],
    [/アクション|action/i, 2],
  ],
  runner: [
    [/ジャンプ|跳|とびこえ|飛び越え|jump|\bhop/i, 6],
    [/ラン(?=ゲーム|ナー|アクション|$|の|を|で|系)|エンドレスラン|runner|\brun(?:ning)?\b/i, 5],
    [/走|はし[るりっ]|マラソン|かけっこ/, 5],
    [/横スクロール|スクロール|プラットフォーマ|platform/i, 6],
    [/アスレチック|障害物/, 3],
    [/アクション|action/i, 2],
    [/冒険|ぼうけん|アドベンチャー|RPG|旅|adventure|quest/i, 3],
  ],
  blocks: [
    [/パズル|puzzle/i, 6],
    [/ブロック|block/i, 5],
    [/マッチ|そろえ|揃え|ならべ|並べ|つなげ|match/i, 5],
    [/落ち物|おちもの|テトリス|同じ色|tetris/i, 6],
    [/積み|つみあげ|stack/i, 4],
    [/脳トレ|頭を使|数独|思考|\bbrain|\blogic/i, 4],
    [/宝石|ジュエル|jewel/i, 2],
    [/カード|神経衰弱|トランプ/i, 3],
  ],
  tap: [
    [/もぐら|モグラ|whack|\bmole/i, 7],
    [/たたき|叩|たたく/, 5],
    [/リズム|音ゲー|音楽|太鼓|ビート|ダンス|rhythm|music|drum|dance/i, 6],
    [/タップ|連打|反射神経|\btap|\bclick\b|reflex/i, 5],
    [/風船|シャボン|割る|割って|つぶ[すし]|balloon|bubble/i, 4],
    [/的当て|射的|まとあて/, 4],
  ],
  ride: [
    [/レース|レーシング|カート|サーキット|\brac(?:e|ing)|\bkart/i, 7],
    [/ドライブ|ドリフト|運転|\bdriv/i, 5],
    [/車|くるま|バイク|自転車|トラック|\bcars?\b|\bbike/i, 4],
    [/転が|ころが|玉転|\broll/i, 7],
    [/スキー|スノーボード|スノボ|スケボー|サーフィン|\bski|surf|skate/i, 5],
    [/道路|ハイウェイ|高速道路|highway|\broad\b/i, 3],
    [/ボール|\bball/i, 2],
  ],
  quiz: [
    [/クイズ|なぞなぞ|検定|計算|算数|暗算|雑学|quiz|trivia|\bmath/i, 7],
    [/英単語|漢字|勉強|学習|\bvocabulary|spelling/i, 4],
    [/推理|探偵|ノベル|恋愛|\bmystery|detective|visual novel/i, 4],
  ],
  maze: [
    [/迷路|めいろ|迷宮|ラビリンス|maze|labyrinth/i, 9],
    [/ダンジョン|脱出|鬼ごっこ|おにごっこ|dungeon|escape room/i, 5],
  ],
  board: [
    [
      /2048|オセロ|リバーシ|将棋|チェス|囲碁|五目|ボードゲーム|reversi|othello|chess|board ?game/i,
      9,
    ],
    [/合体|くっつけ|マージ|数合わせ|三目|まるばつ|○×|\bmerge|tic.?tac/i, 6],
  ],
  idle: [
    [/育成|放置|クリッカー|経営|たまごっち|\bidle\b|clicker|tycoon/i, 8],
    [/ペット|街づくり|シミュレーション|\bpet\b|simulation|city builder/i, 4],
  ],
  battle: [
    [/RPG|ロープレ|ターン(?:制|バトル)|コマンドバトル|turn[- ]based/i, 8],
    [/格闘|決闘|けっとう|fighting game|\bduel/i, 5],
    [/魔王|勇者|バトル|\bhero\b|\bbattle/i, 3],
  ],
};

const GENRES = Object.keys(GENRE_WORDS) as Genre[];

/** How much the words speak for each genre. */
export function genreScores(text: string): { genre: Genre; score: number }[] {
  return GENRES.map((genre) => ({
    genre,
    score: GENRE_WORDS[genre].reduce(
      (sum, [pattern, weight]) => (pattern.test(text) ? sum + weight : sum),
      0,
    ),
  }));
}

/**
 * The genre that the words speak for; without any hint the text's hash chooses among the four
 * simplest.
 */
export function genreOf(text: string): Genre {
  const scores = genreScores(text);
  const best = Math.max(...scores.map((entry) => entry.score));
  if (best === 0)
    return (['catch', 'runner', 'shooting', 'tap'] as const)[hashOf(text) % 4] ?? 'catch';
  return scores.find((entry) => entry.score === best)?.genre ?? 'catch';
}

/** What the words say about the dimension; null when they say nothing. */
export function dimensionOf(text: string): Dimension | null {
  const plain = text.normalize('NFKC');
  if (/3\s*d|立体|三次元/i.test(plain)) return '3d';
  if (/2\s*d|平面|二次元/i.test(plain)) return '2d';
  return null;
}

const ENGINES_3D: Readonly<Record<Genre, Engine>> = {
  shooting: 'shooting3d',
  catch: 'ride3d',
  runner: 'ride3d',
  blocks: 'stack3d',
  tap: 'stack3d',
  ride: 'ride3d',
  quiz: 'stack3d',
  maze: 'ride3d',
  board: 'stack3d',
  idle: 'stack3d',
  battle: 'shooting3d',
};

/**
 * The template that plays a genre in a dimension. A 2D ride is a road on which one dodges and
 * collects.
 */
export function engineOf(genre: Genre, dimension: Dimension): Engine {
  if (dimension === '3d') return ENGINES_3D[genre];
  return genre === 'ride' ? 'catch' : genre;
}
