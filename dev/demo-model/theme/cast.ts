import { pickBy } from './hash.js';
import type { Language } from '../../../src/contracts/language.js';
import { both } from '../languages.js';
import type { Engine, Figure, Genre, Scenery } from './types.js';
import { WORDS, type KnownFigure, type Role } from './vocabulary.js';

/** Who plays which part. */
export type Cast = Record<Role, Figure>;

const figure = (emoji: string, name: string): KnownFigure => ({ emoji, name: both(name) });

/** What lives in a place, used for the parts that the words leave open. */
const LOCALS: Record<Scenery, Record<Role, readonly [KnownFigure, ...KnownFigure[]]>> = {
  space: {
    player: [
      figure('🚀', 'スターシップ|starship'),
      figure('🧑‍🚀', '宇宙飛行士|astronaut'),
      figure('🤖', 'ロボット|robot'),
    ],
    enemy: [figure('👾', 'エイリアン|alien'), figure('🛸', 'UFO'), figure('☄️', '隕石|meteor')],
    item: [figure('⭐', '星|star'), figure('💎', '宝石|gem')],
  },
  sea: {
    player: [
      figure('🐬', 'イルカ|dolphin'),
      figure('🐠', 'さかな|fish'),
      figure('🐢', 'カメ|turtle'),
    ],
    enemy: [figure('🦈', 'サメ|shark'), figure('🐙', 'タコ|octopus'), figure('🦀', 'カニ|crab')],
    item: [figure('🐚', '貝がら|shell'), figure('🐟', 'さかな|fish'), figure('💎', '宝石|gem')],
  },
  field: {
    player: [figure('🐰', 'うさぎ|rabbit'), figure('🐶', 'いぬ|dog'), figure('🦊', 'きつね|fox')],
    enemy: [figure('🦔', 'もぐら|mole'), figure('🐝', 'ハチ|bee'), figure('🐺', 'オオカミ|wolf')],
    item: [
      figure('🍎', 'りんご|apple'),
      figure('🍓', 'いちご|strawberry'),
      figure('🌼', '花|flower'),
    ],
  },
  city: {
    player: [
      figure('🦸', 'ヒーロー|hero'),
      figure('🐱', 'ネコ|cat'),
      figure('🤖', 'ロボット|robot'),
    ],
    enemy: [
      figure('🦹', 'どろぼう|thief'),
      figure('👾', 'モンスター|monster'),
      figure('🛸', 'UFO'),
    ],
    item: [figure('🪙', 'コイン|coin'), figure('💎', '宝石|gem')],
  },
  sky: {
    player: [figure('✈️', '飛行機|plane'), figure('🐦', 'とり|bird'), figure('🧚', '妖精|fairy')],
    enemy: [
      figure('⛈️', 'かみなり雲|thundercloud'),
      figure('🦅', 'ワシ|eagle'),
      figure('🦇', 'コウモリ|bat'),
    ],
    item: [figure('🎈', '風船|balloon'), figure('⭐', '星|star')],
  },
  snow: {
    player: [
      figure('🐧', 'ペンギン|penguin'),
      figure('🎅', 'サンタ|Santa'),
      figure('⛄', '雪だるま|snowman'),
    ],
    enemy: [figure('🪨', '岩|rock'), figure('🐺', 'オオカミ|wolf'), figure('👹', '雪男|yeti')],
    item: [
      figure('🎁', 'プレゼント|present'),
      figure('❄️', '雪の結晶|snowflake'),
      figure('⭐', '星|star'),
    ],
  },
  castle: {
    player: [
      figure('🧙', '魔法使い|wizard'),
      figure('🦸', '勇者|hero'),
      figure('🦉', 'フクロウ|owl'),
    ],
    enemy: [
      figure('👻', 'おばけ|ghost'),
      figure('🧟', 'ゾンビ|zombie'),
      figure('🐉', 'ドラゴン|dragon'),
    ],
    item: [
      figure('💎', '魔法の石|magic stone'),
      figure('👑', '王冠|crown'),
      figure('🪙', 'コイン|coin'),
    ],
  },
  grid: {
    player: [
      figure('🤖', 'ロボット|robot'),
      figure('🏎️', 'マシン|machine'),
      figure('🦾', 'サイボーグ|cyborg'),
    ],
    enemy: [
      figure('👾', 'ウイルス|virus'),
      figure('💀', 'バグ|glitch'),
      figure('🛸', 'ドローン|drone'),
    ],
    item: [figure('⚡', 'エナジー|energy'), figure('💠', 'データ|data')],
  },
  desert: {
    player: [
      figure('🐪', 'ラクダ|camel'),
      figure('🤠', 'カウボーイ|cowboy'),
      figure('🦎', 'トカゲ|lizard'),
    ],
    enemy: [
      figure('🦂', 'サソリ|scorpion'),
      figure('🐍', 'ヘビ|snake'),
      figure('🌵', 'サボテン|cactus'),
    ],
    item: [figure('🪙', 'コイン|coin'), figure('👑', 'お宝|treasure')],
  },
  sweets: {
    player: [
      figure('🧁', 'カップケーキ|cupcake'),
      figure('🐰', 'うさぎ|rabbit'),
      figure('🐻', 'くま|bear'),
    ],
    enemy: [
      figure('🐜', 'アリ|ant'),
      figure('🦷', 'むし歯|bad tooth'),
      figure('🐭', 'ねずみ|mouse'),
    ],
    item: [
      figure('🍬', 'キャンディ|candy'),
      figure('🍰', 'ケーキ|cake'),
      figure('🍩', 'ドーナツ|doughnut'),
    ],
  },
  stage: {
    player: [figure('🎤', 'アイドル|idol'), figure('🎧', 'DJ'), figure('🐱', 'ネコ|cat')],
    enemy: [figure('🎵', '音符|note'), figure('🥁', 'ドラム|drum'), figure('🎸', 'ギター|guitar')],
    item: [figure('⭐', '星|star'), figure('💖', 'ハート|heart')],
  },
  japan: {
    player: [figure('🥷', '忍者|ninja'), figure('🦊', 'きつね|fox'), figure('🐕', '柴犬|shiba')],
    enemy: [
      figure('👹', '鬼|ogre'),
      figure('👺', '天狗|tengu'),
      figure('🏮', 'ちょうちんおばけ|lantern ghost'),
    ],
    item: [
      figure('🌸', '桜|cherry blossom'),
      figure('🍡', 'だんご|dumpling'),
      figure('🪙', '小判|gold coin'),
    ],
  },
  road: {
    player: [
      figure('🏎️', 'レーシングカー|racing car'),
      figure('🚗', 'くるま|car'),
      figure('🏍️', 'バイク|motorbike'),
    ],
    enemy: [
      figure('🚚', 'トラック|truck'),
      figure('🚧', '工事バリケード|barrier'),
      figure('🚙', 'ライバル車|rival car'),
    ],
    item: [figure('🪙', 'コイン|coin'), figure('⭐', '星|star'), figure('⛽', '燃料|fuel')],
  },
  plain: {
    player: [figure('🐱', 'ネコ|cat'), figure('🐤', 'ひよこ|chick'), figure('🙂', 'ニコ|smiley')],
    enemy: [
      figure('👾', 'モンスター|monster'),
      figure('💣', '爆弾|bomb'),
      figure('👻', 'おばけ|ghost'),
    ],
    item: [figure('⭐', '星|star'), figure('🍎', 'りんご|apple'), figure('💎', '宝石|gem')],
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
  figure: KnownFigure;
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
function figuresOf(
  text: string,
  scenery: Scenery,
  genre: Genre,
  seed: number,
): Record<Role, KnownFigure> {
  const mentions = mentionsIn(text);
  const cast: Partial<Record<Role, KnownFigure>> = {};
  const give = (role: Role, who: KnownFigure): void => {
    cast[role] ??= who;
  };
  for (const mention of mentions) if (mention.isSaid) give(mention.role, mention.figure);
  const given = (): KnownFigure[] => Object.values(cast);
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
  return cast as Record<Role, KnownFigure>;
}

/** Who plays which part, called as the language of the game calls them. */
export function castOf(
  text: string,
  language: Language,
  ...where: [scenery: Scenery, genre: Genre, seed: number]
): Cast {
  const { player, enemy, item } = figuresOf(text, ...where);
  const called = ({ emoji, name }: KnownFigure): Figure => ({ emoji, name: name[language] });
  return { player: called(player), enemy: called(enemy), item: called(item) };
}

/** Five images for a matching game: the cast first, then locals of the place. */
export function blockFigures(
  cast: Record<Role, Pick<Figure, 'emoji'>>,
  scenery: Scenery,
  engine: Engine,
): string[] {
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
