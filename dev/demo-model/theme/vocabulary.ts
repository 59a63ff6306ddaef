import { anyOf } from './any-of.js';
import { both, type Words } from '../languages.js';
import type { Scenery } from './types.js';

export type Role = 'player' | 'enemy' | 'item';

/** What an answer calls the parts. */
export const ROLE_WORDS: Readonly<Record<Role, Words>> = {
  player: both('主人公|the hero'),
  enemy: both('敵|the enemies'),
  item: both('アイテム|the items'),
};

/** A figure before it is known in what language its game speaks. */
export interface KnownFigure {
  emoji: string;
  name: Words;
}

export interface Word {
  pattern: RegExp;
  figure: KnownFigure;
  /** The part it plays when the sentence does not say. */
  role: Role;
}

const word = (pattern: RegExp, emoji: string, name: string, role: Role): Word => ({
  pattern,
  figure: { emoji, name: both(name) },
  role,
});

/** What can appear in a game. Longer names stand before shorter ones that they contain. */
export const WORDS: readonly Word[] = [
  word(/ペンギン|penguin/i, '🐧', 'ペンギン|penguin', 'player'),
  word(/うさぎ|ウサギ|兎|rabbit|bunny/i, '🐰', 'うさぎ|rabbit', 'player'),
  word(/パンダ|panda/i, '🐼', 'パンダ|panda', 'player'),
  word(/ねこ|ネコ|猫|ニャンコ|にゃん|\bcats?\b|kitten/i, '🐱', 'ネコ|cat', 'player'),
  word(/いぬ|イヌ|犬|わんこ|ワンコ|柴犬|\bdogs?\b|puppy/i, '🐶', 'いぬ|dog', 'player'),
  word(/きつね|キツネ|狐|\bfox/i, '🦊', 'きつね|fox', 'player'),
  word(/くま|クマ|熊|\bbear/i, '🐻', 'くま|bear', 'player'),
  word(/さる|サル|猿|ゴリラ|monkey|gorilla/i, '🐵', 'サル|monkey', 'player'),
  word(/ライオン|lion/i, '🦁', 'ライオン|lion', 'player'),
  word(/とら(?!ん|ッ)|トラ(?!ン|ッ)|虎|tiger/i, '🐯', 'トラ|tiger', 'player'),
  word(/ぶた|ブタ|豚|\bpig/i, '🐷', 'ぶた|pig', 'player'),
  word(/うし(?![ろな])|牛|\bcow/i, '🐮', 'うし|cow', 'player'),
  word(/馬|ウマ|horse/i, '🐴', 'ウマ|horse', 'player'),
  word(/ひつじ|ヒツジ|羊|sheep/i, '🐑', 'ひつじ|sheep', 'player'),
  word(/ひよこ|ヒヨコ|chick\b/i, '🐤', 'ひよこ|chick', 'player'),
  word(/にわとり|ニワトリ|chicken/i, '🐔', 'にわとり|chicken', 'player'),
  word(/ハムスター|hamster/i, '🐹', 'ハムスター|hamster', 'player'),
  word(/ねずみ|ネズミ|mouse|\brat\b/i, '🐭', 'ねずみ|mouse', 'enemy'),
  word(/かえる(?!よう)|カエル|蛙|frog/i, '🐸', 'カエル|frog', 'player'),
  word(/かめ(?!ら)|カメ(?!ラ)|亀|turtle/i, '🐢', 'カメ|turtle', 'player'),
  word(/ふくろう|フクロウ|\bowl/i, '🦉', 'フクロウ|owl', 'player'),
  word(/からす|カラス|crow/i, '🐦‍⬛', 'カラス|crow', 'enemy'),
  word(/ことり|小鳥|鳥|とり(?=[がをのは、])|\bbird/i, '🐦', 'とり|bird', 'player'),
  word(/恐竜|ティラノ|dinosaur|t-?rex/i, '🦖', '恐竜|dinosaur', 'player'),
  word(/ドラゴン|竜|龍|dragon/i, '🐉', 'ドラゴン|dragon', 'enemy'),
  word(/ユニコーン|unicorn/i, '🦄', 'ユニコーン|unicorn', 'player'),
  word(/さめ(?!て)|サメ|鮫|shark/i, '🦈', 'サメ|shark', 'enemy'),
  word(/たこ焼き/, '🐙', 'たこ焼き|octopus ball', 'item'),
  word(/たこ(?!焼)|タコ|octopus/i, '🐙', 'タコ|octopus', 'enemy'),
  word(/いか(?=[がをのは、])|イカ|squid/i, '🦑', 'イカ|squid', 'enemy'),
  word(/くらげ|クラゲ|jellyfish/i, '🪼', 'クラゲ|jellyfish', 'enemy'),
  word(/いるか(?=[がをのは])|イルカ|dolphin/i, '🐬', 'イルカ|dolphin', 'player'),
  word(/くじら|クジラ|whale/i, '🐳', 'クジラ|whale', 'player'),
  word(/金魚|熱帯魚|tropical fish/i, '🐠', 'さかな|fish', 'player'),
  word(/さかな|魚|お魚|\bfish(?!ing)/i, '🐟', 'さかな|fish', 'item'),
  word(/かに(?=[がをのは])|カニ|蟹|crab/i, '🦀', 'カニ|crab', 'enemy'),
  word(/はち(?=[がをの])|ハチ|蜂|\bbees?\b/i, '🐝', 'ハチ|bee', 'enemy'),
  word(/ちょう(?=[がをの])|蝶|butterfl/i, '🦋', 'ちょうちょ|butterfly', 'player'),
  word(/てんとう虫|ladybug/i, '🐞', 'てんとう虫|ladybug', 'player'),
  word(/くも(?=[がをの])|クモ|蜘蛛|spider/i, '🕷️', 'クモ|spider', 'enemy'),
  word(/むし(?=[がをの])|虫|カブト|insect|\bbug/i, '🐛', '虫|bug', 'enemy'),
  word(/へび|ヘビ|蛇|snake/i, '🐍', 'ヘビ|snake', 'enemy'),
  word(/もぐら|モグラ|\bmole/i, '🦔', 'もぐら|mole', 'enemy'),
  word(/こうもり|コウモリ|\bbat\b/i, '🦇', 'コウモリ|bat', 'enemy'),
  word(/おおかみ|オオカミ|狼|wolf/i, '🐺', 'オオカミ|wolf', 'enemy'),
  word(/忍者|にんじゃ|ニンジャ|ninja/i, '🥷', '忍者|ninja', 'player'),
  word(/侍|サムライ|さむらい|武士|samurai/i, '⚔️', 'サムライ|samurai', 'player'),
  word(/魔女|witch/i, '🧙‍♀️', '魔女|witch', 'player'),
  word(/魔法使い|魔法|まほう|wizard|mage\b|magic/i, '🧙', '魔法使い|wizard', 'player'),
  word(/姫|プリンセス|princess/i, '👸', 'お姫さま|princess', 'player'),
  word(/王子|王様|prince\b|king\b/i, '🤴', '王子|prince', 'player'),
  word(/騎士|ナイト(?!モード)|勇者|ヒーロー|knight|\bhero\b/i, '🦸', '勇者|hero', 'player'),
  word(/人魚|mermaid/i, '🧜‍♀️', '人魚|mermaid', 'player'),
  word(/妖精|fairy/i, '🧚', '妖精|fairy', 'player'),
  word(/海賊|pirate/i, '🏴‍☠️', '海賊|pirate', 'enemy'),
  word(/サンタ|santa/i, '🎅', 'サンタ|Santa', 'player'),
  word(/シェフ|コック|料理人|職人|chef/i, '🧑‍🍳', 'シェフ|chef', 'player'),
  word(/宇宙飛行士|astronaut/i, '🧑‍🚀', '宇宙飛行士|astronaut', 'player'),
  word(/消防|fire ?fighter/i, '🧑‍🚒', '消防士|firefighter', 'player'),
  word(/警察|police/i, '👮', '警察官|police officer', 'player'),
  word(/泥棒|どろぼう|thief/i, '🦹', 'どろぼう|thief', 'enemy'),
  word(/ロボット|ロボ|メカ|robot|mech/i, '🤖', 'ロボット|robot', 'player'),
  word(/雪だるま|snowman/i, '⛄', '雪だるま|snowman', 'player'),
  word(/赤ちゃん|baby/i, '👶', '赤ちゃん|baby', 'player'),
  word(/ゾンビ|zombie/i, '🧟', 'ゾンビ|zombie', 'enemy'),
  word(/おばけ|お化け|オバケ|幽霊|ゴースト|ghost/i, '👻', 'おばけ|ghost', 'enemy'),
  word(/吸血鬼|ヴァンパイア|vampire/i, '🧛', '吸血鬼|vampire', 'enemy'),
  word(/悪魔|デビル|魔王|devil|demon/i, '😈', '悪魔|devil', 'enemy'),
  word(/鬼(?!ごっこ)|おに(?=[をがはの])|\boni\b|ogre/i, '👹', '鬼|ogre', 'enemy'),
  word(/がいこつ|ガイコツ|骸骨|skeleton/i, '💀', 'ガイコツ|skeleton', 'enemy'),
  word(/エイリアン|宇宙人|インベーダー|alien|invader/i, '👾', 'エイリアン|alien', 'enemy'),
  word(/UFO|ユーフォー/i, '🛸', 'UFO', 'enemy'),
  word(/隕石|いん石|meteor|asteroid/i, '☄️', '隕石|meteor', 'enemy'),
  word(/スライム|モンスター|怪獣|monster|slime/i, '👾', 'モンスター|monster', 'enemy'),
  word(/爆弾|ばくだん|bomb/i, '💣', '爆弾|bomb', 'enemy'),
  word(/岩|石(?=[をがの])|rock/i, '🪨', '岩|rock', 'enemy'),
  word(/うんち|うんこ|poop/i, '💩', 'うんち|poop', 'enemy'),
  word(/戦闘機|飛行機|ひこうき|airplane|plane\b|jet\b/i, '✈️', '飛行機|plane', 'player'),
  word(/ロケット|宇宙船|rocket|spaceship|starship/i, '🚀', 'ロケット|rocket', 'player'),
  word(/ヘリ|helicopter/i, '🚁', 'ヘリ|helicopter', 'player'),
  word(/気球|風船|バルーン|balloon/i, '🎈', '風船|balloon', 'item'),
  word(/救急車|ambulance/i, '🚑', '救急車|ambulance', 'player'),
  word(/消防車|fire ?truck/i, '🚒', '消防車|fire truck', 'player'),
  word(/電車|でんしゃ|新幹線|train/i, '🚃', '電車|train', 'player'),
  word(/トラック|truck/i, '🚚', 'トラック|truck', 'player'),
  word(/タクシー|taxi/i, '🚕', 'タクシー|taxi', 'player'),
  word(/バイク|motor(?:bike|cycle)/i, '🏍️', 'バイク|motorbike', 'player'),
  word(/自転車|bicycle/i, '🚲', '自転車|bicycle', 'player'),
  word(/レーシングカー|レースカー|車|くるま|\bcars?\b/i, '🏎️', 'くるま|car', 'player'),
  word(/ヨット|船(?!長)|ボート|boat|ship\b/i, '⛵', '船|boat', 'player'),
  word(/潜水艦|submarine/i, '🛥️', '潜水艦|submarine', 'player'),
  word(/サッカー|soccer|football/i, '⚽', 'サッカーボール|football', 'item'),
  word(/野球|baseball/i, '⚾', '野球ボール|baseball', 'item'),
  word(/バスケ|basket ?ball/i, '🏀', 'バスケットボール|basketball', 'item'),
  word(/テニス|tennis/i, '🎾', 'テニスボール|tennis ball', 'item'),
  word(/りんご|リンゴ|林檎|apple/i, '🍎', 'りんご|apple', 'item'),
  word(/バナナ|banana/i, '🍌', 'バナナ|banana', 'item'),
  word(/いちご|イチゴ|苺|strawberr/i, '🍓', 'いちご|strawberry', 'item'),
  word(/みかん|オレンジ(?!色|にし)|orange(?! colou?r)/i, '🍊', 'みかん|orange', 'item'),
  word(/ぶどう|ブドウ|grape/i, '🍇', 'ぶどう|grape', 'item'),
  word(/スイカ|すいか|watermelon/i, '🍉', 'スイカ|watermelon', 'item'),
  word(/もも(?=[をがの])|桃|peach/i, '🍑', 'もも|peach', 'item'),
  word(/フルーツ|くだもの|果物|fruit/i, '🍓', 'フルーツ|fruit', 'item'),
  word(/にんじん|ニンジン|carrot/i, '🥕', 'にんじん|carrot', 'item'),
  word(/野菜|やさい|vegetable/i, '🥬', '野菜|vegetable', 'item'),
  word(/きのこ|キノコ|mushroom/i, '🍄', 'きのこ|mushroom', 'item'),
  word(/どんぐり|acorn/i, '🌰', 'どんぐり|acorn', 'item'),
  word(/寿司|すし|スシ|sushi/i, '🍣', 'おすし|sushi', 'item'),
  word(/おにぎり|onigiri|rice ball/i, '🍙', 'おにぎり|rice ball', 'item'),
  word(/ラーメン|ramen|noodle/i, '🍜', 'ラーメン|ramen', 'item'),
  word(/ピザ|pizza/i, '🍕', 'ピザ|pizza', 'item'),
  word(/ハンバーガー|バーガー|burger/i, '🍔', 'ハンバーガー|burger', 'item'),
  word(/パン(?=[をがの、屋])|\bbread/i, '🍞', 'パン|bread', 'item'),
  word(/ケーキ|cake/i, '🍰', 'ケーキ|cake', 'item'),
  word(/ドーナツ|donut|doughnut/i, '🍩', 'ドーナツ|doughnut', 'item'),
  word(/アイス|ice ?cream/i, '🍦', 'アイス|ice cream', 'item'),
  word(/チョコ|chocolate/i, '🍫', 'チョコ|chocolate', 'item'),
  word(/お菓子|おかし|スイーツ|キャンディ|飴|candy|sweets/i, '🍬', 'キャンディ|candy', 'item'),
  word(/クッキー|cookie/i, '🍪', 'クッキー|cookie', 'item'),
  word(/コイン|お金|金貨|coin|money/i, '🪙', 'コイン|coin', 'item'),
  word(/宝箱|宝物|お宝|treasure/i, '👑', 'お宝|treasure', 'item'),
  word(/宝石|ジュエル|ダイヤ|jewel|\bgem|diamond/i, '💎', '宝石|gem', 'item'),
  word(/王冠|crown/i, '👑', '王冠|crown', 'item'),
  word(/ハート|heart/i, '💖', 'ハート|heart', 'item'),
  word(/流れ星|星(?!空|雲|座)|スター|\bstars?\b/i, '⭐', '星|star', 'item'),
  word(/花火|firework/i, '🎆', '花火|firework', 'item'),
  word(/桜|さくら|サクラ|sakura|cherry blossom/i, '🌸', '桜|cherry blossom', 'item'),
  word(/お?花(?!火|見)|フラワー|flower/i, '🌼', '花|flower', 'item'),
  word(/音符|リズム|音ゲー|音楽|music|rhythm|note\b/i, '🎵', '音符|note', 'item'),
  word(/プレゼント|present\b|gift/i, '🎁', 'プレゼント|present', 'item'),
  word(/かぼちゃ|カボチャ|ハロウィン|pumpkin|halloween/i, '🎃', 'かぼちゃ|pumpkin', 'enemy'),
  word(/雪(?=[をがの])|snowflake/i, '❄️', '雪|snowflake', 'item'),
  word(/ボール|玉(?=[がをの転])|\bball/i, '😄', 'ボール|ball', 'player'),
  word(/釣|つり(?!革)|fishing/i, '🐟', 'さかな|fish', 'item'),
  word(/鍵|カギ|\bkey/i, '🗝️', 'カギ|key', 'item'),
  word(/本(?=[をがの])|\bbooks?\b/i, '📚', '本|book', 'item'),
];

/** Places, first match wins. */
const PLACES: readonly (readonly [RegExp, Scenery])[] = [
  [
    /宇宙|銀河|星空|惑星|月面|ロケット|エイリアン|宇宙人|インベーダー|UFO|隕石|space\b|galaxy|planet|alien|invader/i,
    'space',
  ],
  [
    /海|水中|水族|川|池|釣|さかな|魚|サメ|イルカ|クジラ|人魚|潜水|ocean|\bsea\b|underwater|fish/i,
    'sea',
  ],
  [/雪|氷|冬|スキー|スノ|ペンギン|クリスマス|サンタ|snow|\bice\b|winter|christmas|\bski/i, 'snow'],
  [
    /レース|レーシング|サーキット|道路|ハイウェイ|ドライブ|車|くるま|カート|バイク|racing|\brace|highway|\broad\b|\bcars?\b/i,
    'road',
  ],
  [
    /お菓子|おかし|スイーツ|キャンディ|ケーキ|ドーナツ|アイス|チョコ|candy|cake|sweets|donut/i,
    'sweets',
  ],
  [
    anyOf(
      /城|ダンジョン|魔王|ドラゴン|吸血鬼|ゾンビ|おばけ|お化け|幽霊|ハロウィン|墓/,
      /castle|dungeon|zombie|ghost|halloween|vampire|dragon/,
    ),
    'castle',
  ],
  [
    /忍者|侍|サムライ|和風|日本|桜|さくら|お祭り|神社|富士|寿司|ninja|samurai|japan|sakura|sushi/i,
    'japan',
  ],
  [/音楽|リズム|ライブ|ダンス|太鼓|音ゲー|アイドル|music|rhythm|dance|idol|concert/i, 'stage'],
  [/砂漠|ピラミッド|西部|サボテン|エジプト|desert|pyramid|cowboy/i, 'desert'],
  [/ネオン|サイバー|電脳|未来|cyber|neon|synthwave/i, 'grid'],
  [/街|町|都市|ビル|夜景|夜|東京|city|town|night|tokyo/i, 'city'],
  [/空|雲|飛行機|飛ぶ|飛んで|鳥|風船|気球|\bsky\b|cloud|airplane|\bfly|bird|balloon/i, 'sky'],
  [
    /森|草原|公園|庭|畑|牧場|農|山|ジャングル|花|恐竜|もぐら|モグラ|forest|garden|farm|jungle|park|mountain|field/i,
    'field',
  ],
];

/** The place that the words name; null when they name none. */
export function placeOf(text: string): Scenery | null {
  return PLACES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** Colour words and their hex value. Words for bright variants stand before the plain ones. */
const COLORS: readonly (readonly [RegExp, string, string])[] = [
  [/水色|空色|スカイブルー|light ?blue|sky ?blue|cyan|シアン/i, '#38bdf8', '水色|light blue'],
  [/紺|ネイビー|navy/i, '#1e3a8a', '紺色|navy'],
  [/青|あお(?=[いく色に])|ブルー|\bblue/i, '#2563eb', '青|blue'],
  [/黄緑|ライム|lime/i, '#84cc16', '黄緑|lime'],
  [/緑|みどり|グリーン|\bgreen/i, '#22c55e', '緑|green'],
  [/ピンク|桃色|pink/i, '#ec4899', 'ピンク|pink'],
  [/赤(?!ちゃん)|あか(?=[いく色に])|レッド|\bred\b/i, '#ef4444', '赤|red'],
  [/オレンジ|橙|orange/i, '#f97316', 'オレンジ|orange'],
  [/黄|きいろ|イエロー|yellow/i, '#facc15', '黄色|yellow'],
  [/金色|ゴールド|\bgold/i, '#d4a017', '金色|gold'],
  [/銀色|シルバー|silver/i, '#c0c7d0', '銀色|silver'],
  [/紫|むらさき|パープル|バイオレット|purple|violet/i, '#8b5cf6', '紫|purple'],
  [/茶|ブラウン|brown/i, '#92400e', '茶色|brown'],
  [/灰|グレー|gr[ae]y/i, '#6b7280', 'グレー|grey'],
  [/白|しろ(?=[いく色に])|ホワイト|\bwhite/i, '#f8fafc', '白|white'],
  [/黒|くろ(?=[いく色に])|ブラック|\bblack/i, '#1f2937', '黒|black'],
];

/** The first colour that the words name, as hex and as a word. */
export function colorOf(text: string): { hex: string; name: Words } | null {
  const hex = /#[0-9a-f]{6}\b/i.exec(text)?.[0];
  if (hex !== undefined) return { hex: hex.toLowerCase(), name: both(hex.toLowerCase()) };
  const found = COLORS.find(([pattern]) => pattern.test(text));
  return found ? { hex: found[1], name: both(found[2]) } : null;
}

/** Any colour word, for finding "赤い敵" in a sentence. */
export const COLOR_PATTERN = COLORS.map(([pattern]) => pattern.source).join('|');
