import type { Reading } from './reading.js';
import { anyOf, oneOf, pattern, whole } from './patterns.js';

/** Marks, laughter and long vowels at the end are ignored. */
const MARK = String.raw`[\s。．.!！〜～~ー…、,♪☆★笑w\p{Extended_Pictographic}]`;
/** Tried where marks begin, and not again at each further one. */
const TAIL = new RegExp(`(?<!${MARK})${MARK}+$`, 'u');

const EARLIER =
  '(?:前|以前|昨日|おととい|さっき|先ほど|さきほど|最初|直前|元|もと|変える前|変更前|変更する前|直す前)';
const RESTORE = [
  // 「前のバージョンに戻して」「元に戻したい」「2つ前に戻れますか」
  pattern(EARLIER, '[^、。]{0,12}?(?:戻[しっすせそりるれろ]|もど[しっすせそりるれろ]|復元)'),
  // 「戻して」「やっぱ戻してくれる」
  /^(?:やっぱ(?:り|し)?|もう|とりあえず|いったん|一旦|ごめん|すみません|全部|ぜんぶ|[、\s])*(?:戻|もど)(?:し|そ|せ)/,
  /[、。\s](?:戻|もど)して(?:ください|くれ|ほしい|欲しい|もらえ)?.{0,4}$/,
  // 「さっきのままでいい」「ひとつ前からやり直したい」
  pattern(
    EARLIER,
    '(?:の)?(?:まま[でが](?:いい|良い|よい|よか|お願い)|[^、。]{0,6}からやり(?:直|なお))',
  ),
  /取り?消し?(?:て|で|たい|を|お願い|$)|アンドゥ|元(?:通り|どおり)に|(?:なかった|無かった)ことに/,
  /(?:変更|修正|さっきの|今の|いまの)(?:は|を)?(?:なし|無し|ナシ|やめ)(?:に|で|て|$)/,
  // 「さっきの方が良かった」「変える前のほうがいい」
  pattern(
    EARLIER,
    '(?:の)?(?:やつ|もの|バージョン|状態|見た目|デザイン|ゲーム)?(?:の?(?:ほう|方)が|が)[^、。]{0,8}?',
    '(?:よ[かさい]|良|い[いか]|しっくり|合[っう]|自然|見やす|好|面白|おもしろ|楽し|マシ|まし|かわい|遊びやす)',
  ),
];
/** Going back as a part of the game, or of one thing in it: an ordinary change. */
const RESTORES_A_PART = [
  /ボタン|機能|できるように|戻るように|戻すように|たら|すると|するたび|ときに|の位置|の場所|地点/,
  /(?<!変更|修正|編集|ゲーム|全部|すべて|全て|全体|これ|それ|今の|いまの|やつ)を(?:元|もと|前)(?:の.{1,6})?に(?:戻|もど)/,
  // 「前の色に戻して」「最初の速さにもどして」
  pattern(
    '(?:前|以前|元|もと|さっき|最初)の(?:.{1,8}の)?(?:色|いろ|速さ|はやさ|速度|スピード|大きさ|サイズ',
    '|数|音|音楽|曲|BGM|背景|文字|形|難しさ|難易度)に(?:戻|もど)',
  ),
];

const WORDS_WANTED = [
  /(?:教え|おしえ|説明し|解説し|確認し|提案し|紹介し|アドバイスし)て?(?:ください|くれ|ほしい|欲しい|もら|いただ|ちょうだい|たい|て|$)/,
  /(?:知り|聞き|相談し|確認し|話し)たい|わからない|分からない|わかりません|分かりません|気にな(?:る|り)/,
  pattern(
    '(?:アイデア|アイディア|案|ネタ|候補|意見|感想|アドバイス|コツ|おすすめ|オススメ)[^、。]{0,12}?',
    '(?:ください|下さい|ちょうだい|出し|だし|教え|考え|ある|あり|欲し|ほし|聞|くれ|お願い|[?？]|$)',
  ),
  /(?:考え|思いつい)て(?:ください|下さい|くれ|ほしい|みて|もら|$)/,
];
/** What looks like a wish for words and is one for a change. */
const WORDS_IN_THE_GAME = /(?:ように|画面|ボタン|機能)[^、。]{0,10}(?:して|つけ|付け|追加|入れ|作)/;

/** Question words with 「か」「も」「でも」 ask nothing, nor do words that only begin alike. */
const NO_QUESTION = new RegExp(
  anyOf(
    pattern(
      `(?:${oneOf('何 なに なん どこ いつ 誰 だれ どれ いくつ')}|(?:どの|どんな)[^、。]{1,6}?)`,
      '(?:か(?!ら|な|[?？]|$)|で?も|にも|までも)',
    ),
    /なぜか|なんと|なんか|どんどん|どうぞ|どうも|どうにか|どうぶつ|どうくつ|どうろ|どうして?も|いつも/,
  ),
  'gu',
);
const QUESTION_WORD =
  /何|なに|なんで|なん(?=です|だ)|どう|どこ|いつ|誰|だれ|どれ|どの|どんな|どちら|どっち|どのくらい|なぜ|いくつ|いくら|って何/;
const QUESTION_END =
  /(?:ですか|ますか|ましたか|ませんか|でしょうか|のか|(?<=[るいうたのんなだくて])かな|って何|とは)$|[?？]$/;
const SOFT_QUESTION_END = /(?:の|か)$/;

const ORDER_END = anyOf(
  pattern(
    `(?:て|で)${oneOf('ください 下さい くれ ね よ みて おいて しまって ちょうだい 頂戴 ほしい 欲しい')}?`,
    '(?:です|な|ね|よ)?$',
  ),
  /(?:しちゃって|お願い(?:します|致します|ね)?|おねがい(?:します)?|頼む|ように)$/,
);
const ORDER_INSIDE =
  /に変えて|にして|を追加|を削除|を修正|作って|直して|つけて|付けて|入れて|消して|増やして|減らして|変更して|実装して|(?:た|て)ほしい|欲しい/;

const ASKED_TO = [
  /(?:て|で)(?:ほしい|欲しい|もらって(?:も)?(?:いい|よい|良い))|(?:お願い|おねがい)でき/,
  /(?:て|で)(?:くれ|もらえ|もらい|いただけ|頂け|いただき)(?:る|ます|ません|ない|ないか|た[らりい])/,
];
const CAN_BE_CHANGED = pattern(
  '(?:増や|減ら|足|消|直|治|作|つく|出|離|外|置|広げ|鳴ら|隠|光ら|回|動か|遅ら|延ば|伸ば|縮め|戻)',
  '(?:せ|け|れ|られ)(?:る|ます|ません|ない)(?:か|かな|の|のか|でしょうか)?[?？]?$',
);
const CAN_BE_CHANGED_LONG =
  /(?:変え|付け|つけ|入れ|上げ|下げ|速め|早め|弱め|強め|並べ|近づけ|つなげ|分け|見せ)(?:ら)?れ(?:る|ます|ません|ない)/;
const CAN_BE_DONE = pattern(
  '(?:く|(?<!一緒|同時|簡単|自由|本当|実際|上手)に|する(?:こと|の)?(?:って|は|が|も)?|',
  '(?:こと|の)(?:って|は|が|も)|変更|追加|削除|調整|修正|実装|実現|表示|移動|設定)',
  '(?:でき|出来)(?:る|ます|ません|ない|そう)',
);
const SUGGESTED = anyOf(
  /(?:たら|ては|のは|とか)(?:どう|いかが)(?:かな|です|でしょう|だろう|[?？]|$)/,
  /(?:ほう|方)が(?:いい|よい|良い|よく)|(?:ても|でも)(?:いい|よい|良い)/,
  /(?:が|も)(?:いい|欲しい|ほしい)(?:んじゃ|かも|かな|な|です)/,
);

const SMALL_TALK_WORD =
  '(?:どうも|本当に|とても|めっちゃ|超|すごく)?(?:ありがとう?|サンキュー?|すご|素晴らし|すばらし|いいね|' +
  '(?:いい|良い)(?:感じ|ね)|完璧|最高|面白|おもしろ|楽し|かわい|可愛|かっこい|了解|わかった|わかりました|' +
  '分かりました|オッケー|OK|ok|はい|うん|いいえ|こん(?:にち|ばん)[はわ]|おはよう|はじめまして|よろしく|' +
  'お疲れ|神ゲー?|やった|なるほど|おお|わあ|うわ|助かり|めっちゃ)';
const SMALL_TALK_END =
  'ございま(?:す|した)|です|でした|じゃん|だ|い|か?った|ました|ね|よ|な|さま|様|お願いします|[\\s、。,.!！〜ー]';
const SMALL_TALK = pattern(
  `^${whole('first', SMALL_TALK_WORD)}`,
  `(?:${whole('next', `${SMALL_TALK_WORD}|${SMALL_TALK_END}`)})*$`,
);

/** Reads a Japanese message, already in NFKC. */
export function readJapanese(message: string, isNewProject: boolean): Reading {
  const text = message.replace(TAIL, '');
  const plain = text.replace(NO_QUESTION, '');
  const matches = (list: readonly RegExp[]): boolean => list.some((each) => each.test(text));
  const hasQuestionWord = QUESTION_WORD.test(plain.replace(SUGGESTED, ''));
  const endsAsQuestion = QUESTION_END.test(text);
  const asksByWord = hasQuestionWord && (!isNewProject || SOFT_QUESTION_END.test(text));
  const isPolite = [...ASKED_TO, CAN_BE_CHANGED, CAN_BE_CHANGED_LONG, CAN_BE_DONE, SUGGESTED];
  return {
    restores: matches(RESTORE) && !matches(RESTORES_A_PART),
    orders: !endsAsQuestion && (ORDER_END.test(text) || ORDER_INSIDE.test(text)),
    asksForWords: matches(WORDS_WANTED) && !WORDS_IN_THE_GAME.test(text),
    ordersPolitely: !hasQuestionWord && matches(isPolite),
    asks: endsAsQuestion || asksByWord,
    chats: SMALL_TALK.test(text),
  };
}
