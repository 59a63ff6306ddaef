import { pickBy } from './hash.js';
import type { Engine, Figure, Genre, Scenery } from './types.js';
import { WORDS, type Role } from './vocabulary.js';

/** Who plays which part. */
export type Cast = Record<Role, Figure>;

const figure = (emoji: string, name: string): Figure => ({ emoji, name });

/** What lives in a place, used for the parts that the words leave open. */
const LOCALS: Record<Scenery, Record<Role, readonly [Figure, ...Figure[]]>> = {
  space: {
    player: [figure('🚀', 'スターシップ'), figure('🧑‍🚀', '宇宙飛行士'), figure('🤖', 'ロボット')],
    enemy: [figure('👾', 'エイリアン'), figure('🛸', 'UFO'), figure('☄️', '隕石')],
    item: [figure('⭐', '星'), figure('💎', '宝石')],
  },
  sea: {
    player: [figure('🐬', 'イルカ'), figure('🐠', 'さかな'), figure('🐢', 'カメ')],
    enemy: [figure('🦈', 'サメ'), figure('🐙', 'タコ'), figure('🦀', 'カニ')],
    item: [figure('🐚', '貝がら'), figure('🐟', 'さかな'), figure('💎', '宝石')],
  },
  field: {
    player: [figure('🐰', 'うさぎ'), figure('🐶', 'いぬ'), figure('🦊', 'きつね')],
    enemy: [figure('🦔', 'もぐら'), figure('🐝', 'ハチ'), figure('🐺', 'オオカミ')],
    item: [figure('🍎', 'りんご'), figure('🍓', 'いちご'), figure('🌼', '花')],
  },
  city: {
    player: [figure('🦸', 'ヒーロー'), figure('🐱', 'ネコ'), figure('🤖', 'ロボット')],
    enemy: [figure('🦹', 'どろぼう'), figure('👾', 'モンスター'), figure('🛸', 'UFO')],
    item: [figure('🪙', 'コイン'), figure('💎', '宝石')],
  },
  sky: {
    player: [figure('✈️', '飛行機'), figure('🐦', 'とり'), figure('🧚', '妖精')],
    enemy: [figure('⛈️', 'かみなり雲'), figure('🦅', 'ワシ'), figure('🦇', 'コウモリ')],
    item: [figure('🎈', '風船'), figure('⭐', '星')],
  },
  snow: {
    player: [figure('🐧', 'ペンギン'), figure('🎅', 'サンタ'), figure('⛄', '雪だるま')],
    enemy: [figure('🪨', '岩'), figure('🐺', 'オオカミ'), figure('👹', '雪男')],
    item: [figure('🎁', 'プレゼント'), figure('❄️', '雪の結晶'), figure('⭐', '星')],
  },
  castle: {
    player: [figure('🧙', '魔法使い'), figure('🦸', '勇者'), figure('🦉', 'フクロウ')],
    enemy: [figure('👻', 'おばけ'), figure('🧟', 'ゾンビ'), figure('🐉', 'ドラゴン')],
    item: [figure('💎', '魔法の石'), figure('👑', '王冠'), figure('🪙', 'コイン')],
  },
  grid: {
    player: [figure('🤖', 'ロボット'), figure('🏎️', 'マシン'), figure('🦾', 'サイボーグ')],
    enemy: [figure('👾', 'ウイルス'), figure('💀', 'バグ'), figure('🛸', 'ドローン')],
    item: [figure('⚡', 'エナジー'), figure('💠', 'データ')],
  },
  desert: {
    player: [figure('🐪', 'ラクダ'), figure('🤠', 'カウボーイ'), figure('🦎', 'トカゲ')],
    enemy: [figure('🦂', 'サソリ'), figure('🐍', 'ヘビ'), figure('🌵', 'サボテン')],
    item: [figure('🪙', 'コイン'), figure('👑', 'お宝')],
  },
  sweets: {
    player: [figure('🧁', 'カップケーキ'), figure('🐰', 'うさぎ'), figure('🐻', 'くま')],
    enemy: [figure('🐜', 'アリ'), figure('🦷', 'むし歯'), figure('🐭', 'ねずみ')],
    item: [figure('🍬', 'キャンディ'), figure('🍰', 'ケーキ'), figure('🍩', 'ドーナツ')],
  },
  stage: {
    player: [figure('🎤', 'アイドル'), figure('🎧', 'DJ'), figure('🐱', 'ネコ')],
    enemy: [figure('🎵', '音符'), figure('🥁', 'ドラム'), figure('🎸', 'ギター')],
    item: [figure('⭐', '星'), figure('💖', 'ハート')],
  },
  japan: {
    player: [figure('🥷', '忍者'), figure('🦊', 'きつね'), figure('🐕', '柴犬')],
    enemy: [figure('👹', '鬼'), figure('👺', '天狗'), figure('🏮', 'ちょうちんおばけ')],
    item: [figure('🌸', '桜'), figure('🍡', 'だんご'), figure('🪙', '小判')],
  },
  road: {
    player: [figure('🏎️', 'レーシングカー'), figure('🚗', 'くるま'), figure('🏍️', 'バイク')],
    enemy: [figure('🚚', 'トラック'), figure('🚧', '工事バリケード'), figure('🚙', 'ライバル車')],
    item: [figure('🪙', 'コイン'), figure('⭐', '星'), figure('⛽', '燃料')],
  },
  plain: {
    player: [figure('🐱', 'ネコ'), figure('🐤', 'ひよこ'), figure('🙂', 'ニコ')],
    enemy: [figure('👾', 'モンスター'), figure('💣', '爆弾'), figure('👻', 'おばけ')],
    item: [figure('⭐', '星'), figure('🍎', 'りんご'), figure('💎', '宝石')],
  },
};

/** Verbs and particles that say which part the word before them plays. */
const AFTER: Record<Role, RegExp> = {
  player:
    /^(?:ちゃん|くん|さん)?(?:が(?!落ち|出て|襲|飛んで|追)|で(?!きた)|になって|を操作|を動かし|を走らせ|を育て|が主人公|を主人公)/,
  enemy: new RegExp(
    '^(?:たち|軍団|の群れ)?(?:を|と|から|に|が)?' +
      '(?:倒|たお|やっつけ|退治|撃|打|うち|よけ|避け|かわ|逃げ|にげ|追われ|追いかけられ|' +
      '叩|たた|つぶ|割|戦|襲|踏)',
  ),
  item: new RegExp(
    '^(?:たち)?(?:を|が)?(?:たくさん|いっぱい|どんどん)?' +
      '(?:集|あつ|拾|ひろ|取|とる|とって|食べ|たべ|キャッチ|受け|釣|つり|つる|収穫|運|並べ|' +
      'そろえ|揃え|つなげ|消す|消し|積|落ちて|ゲット|届け)',
  ),
};

const BEFORE_ENGLISH: Record<Role, RegExp> = {
  player: /(?:\bas an? |\bplay an? |\bwhere an? |\bwith an? )$/i,
  enemy: new RegExp(
    String.raw`\b(?:(?:shoot|avoid|fight|defeat|whack)(?:s|ing)?|dodg(?:e|es|ing)|against|from) ` +
      '(?:the |an? )?$',
    'i',
  ),
  item: /\b(?:(?:collect|eat|gather)(?:s|ing)?|(?:catch|match)(?:es|ing)?) (?:the |an? )?$/i,
};

interface Mention {
  figure: Figure;
  role: Role;
  /** True when the sentence itself says the part. */
  isSaid: boolean;
  at: number;
}

function mentionsIn(text: string): Mention[] {
  const taken: { from: number; to: number }[] = [];
  const mentions: Mention[] = [];
  for (const { pattern, figure: who, role } of WORDS) {
    const found = pattern.exec(text);
    if (!found) continue;
    const from = found.index;
    const to = from + found[0].length;
    if (taken.some((span) => from < span.to && span.from < to)) continue;
    taken.push({ from, to });
    const said = (['enemy', 'item', 'player'] as const).find(
      (part) => AFTER[part].test(text.slice(to)) || BEFORE_ENGLISH[part].test(text.slice(0, from)),
    );
    mentions.push({ figure: who, role: said ?? role, isSaid: said !== undefined, at: from });
  }
  return mentions.sort((a, b) => a.at - b.at);
}

/**
 * Gives out the parts: what the sentence says first, then what the words usually are, then locals
 * of the place.
 */
export function castOf(text: string, scenery: Scenery, genre: Genre, seed: number): Cast {
  const mentions = mentionsIn(text);
  const cast: Partial<Cast> = {};
  const give = (role: Role, who: Figure): void => {
    cast[role] ??= who;
  };
  for (const mention of mentions) if (mention.isSaid) give(mention.role, mention.figure);
  const given = (): Figure[] => Object.values(cast);
  for (const mention of mentions)
    if (!given().includes(mention.figure)) give(mention.role, mention.figure);
  // In a tapping game the first creature named is what one taps, in a matching game it is what one
  // matches.
  const spare = mentions.find((mention) => !given().includes(mention.figure));
  if (spare && genre === 'tap') give('enemy', spare.figure);
  if (spare && genre === 'blocks') give('item', spare.figure);
  for (const role of ['player', 'enemy', 'item'] as const) {
    const used = given().map((who) => who.emoji);
    const locals = LOCALS[scenery][role];
    const free = locals.filter((who) => !used.includes(who.emoji));
    const [first = locals[0], ...rest] = free;
    give(role, pickBy(seed, role, [first, ...rest]));
  }
  return cast as Cast;
}

/** Five images for a matching game: the cast first, then locals of the place. */
export function blockFigures(cast: Cast, scenery: Scenery, engine: Engine): string[] {
  if (engine !== 'blocks') return [];
  const locals = Object.values(LOCALS[scenery]).flat();
  const pool = [
    cast.item,
    cast.player,
    cast.enemy,
    ...locals,
    ...LOCALS.plain.item,
    ...LOCALS.plain.player,
  ];
  return [...new Set(pool.map((who) => who.emoji))].slice(0, 5);
}
