import { both, joined, type Words } from '../languages.js';
import { FEATURES_END } from '../games/compose.js';
import { namedTitle } from '../theme/title.js';
import { COUNTS, matches, type Role } from '../tables.js';
import { ROLE_WORDS } from '../theme/vocabulary.js';
import { featureEnd, FEATURES, featureStart, type Feature } from './features.js';
import { isRole, type Rule } from './looks.js';
import { shootsBalls, type Wish } from './sentence.js';
import type { GameSource } from './source.js';

const MORE = /増や|ふや|多く|たくさん|いっぱい|増し|長く|延ば|のば|\bmore\b|increase|longer/i;
const LESS = /減ら|へら|少な|短く|縮め|控えめ|\bless\b|\bfewer\b|decrease|reduce|shorter/i;
const BIGGER = /大き|でか|デカ|巨大|太く|big|large|huge/i;
const SMALLER = /小さ|ちいさ|細く|ミニ(?!マル)|small|tiny/i;
const FASTER =
  /速[くい]|早[くい]|はや[くい]|スピード(?:を)?(?:アップ|上げ)|スピーディ|加速|テンポ(?:を)?(?:よく|良く|上げ)|fast|quick|speed up/i;
const SLOWER = /遅[くい]|おそ[くい]|ゆっくり|スピード(?:を)?(?:ダウン|下げ|落と)|のんびり|slow/i;
const HIGHER = /高[くい]|たかく|強[くい]|アップ|上げ|high|strong/i;
const LOWER = /低[くい]|ひくく|弱[くい]|ダウン|下げ|\blow|weak/i;

const round = (value: number): number => Number(value.toPrecision(3));

/** "2 倍", "半分", "もっと", "少し": how much more or less is asked for. */
function factorOf(words: string, isMore: boolean): number {
  const times = /(\d+(?:\.\d+)?)\s*(?:倍|times|x\b)/i.exec(words)?.[1];
  if (times !== undefined) return Math.min(5, Math.max(0.2, Number(times)));
  if (/半分|half/i.test(words)) return 0.5;
  const step = /少し|ちょっと|すこし|やや|slightly|a bit|a little/i.test(words)
    ? 1.15
    : /すごく|とても|かなり|めちゃ|超|much|very/i.test(words)
      ? 1.8
      : 1.35;
  return isMore ? step : 1 / step;
}

/** The factor for words of two directions; null when they contain neither. */
function direction(words: string, more: RegExp, less: RegExp): number | null {
  if (more.test(words)) return factorOf(words, true);
  if (less.test(words)) return factorOf(words, false);
  return /\d+(?:\.\d+)?\s*倍|半分/.test(words) ? factorOf(words, true) : null;
}

function scale(source: GameSource, key: string, factor: number): boolean {
  const value = source.number(key);
  return value !== null && source.set(key, round(value * factor));
}

const isUp = (factor: number): boolean => factor > 1;

/** "敵を|the enemies" + "大きく|bigger". */
const made = (what: Words, how: Words): Words => ({
  ja: `${what.ja}を${how.ja}しました`,
  en: `I made ${what.en} ${how.en}`,
});

const title: Rule = ({ words }, source) => {
  const isFigureName = /(?:敵|主人公|プレイヤー|アイテム)の名前/.test(words);
  if (
    isFigureName ||
    !/タイトル|ゲーム名|題名|名前|\btitle\b|\brename\b|\bcall(?:ed)?\b/i.test(words)
  )
    return null;
  const name = (
    /[「『"“]([^」』"”\n]{1,40})[」』"”]/.exec(words)?.[1] ??
    namedTitle(words) ??
    /(?:title|rename|call).*?\bto\s+(.{1,40})$/i.exec(words)?.[1]
  )?.trim();
  const tag = /<title>[^<]*<\/title>/i.exec(source.content)?.[0];
  if (name === undefined || name === '' || tag === undefined) return null;
  const safe = name.replace(/[<>&]/g, '');
  return source.replace(tag, `<title>${safe}</title>`)
    ? { ja: `タイトルを「${safe}」にしました`, en: `I named the game “${safe}”` }
    : null;
};

const REMOVE =
  /消し|けし|なくし|無くし|外し|はずし|削除|取り除|やめ|オフ|いらない|不要|止め|とめ|remove|delete|without|turn off/i;
const ADD =
  /追加|付け|つけ|入れ|いれ|出し|出る|登場|ほしい|欲しい|流し|流す|降ら|ふら|鳴ら|増や|して|させ|もっと|作っ|できるよう|add|put|with|want|play/i;

const features: Rule = ({ words }, source) => {
  const wanted = FEATURES.filter(({ pattern }) => pattern.test(words));
  if (wanted.length === 0) return null;
  const isRemoval = REMOVE.test(words);
  if (!isRemoval && !ADD.test(words)) return null;
  const change = isRemoval ? removeFeature : addFeature;
  const done = wanted.slice(0, 2).filter((one) => change(source, one));
  const { ja, en } = joined((done.length > 0 ? done : wanted.slice(0, 1)).map(({ name }) => name));
  if (done.length === 0)
    return isRemoval
      ? { ja: `${ja}は、もともと入っていません`, en: `The game never had ${en}` }
      : { ja: `${ja}は、もう入っています`, en: `The game has ${en} already` };
  return isRemoval
    ? { ja: `${ja}をなくしました`, en: `I took out ${en}` }
    : { ja: `${ja}を追加しました`, en: `I added ${en}` };
};

function addFeature(source: GameSource, { name, code }: Feature): boolean {
  if (source.content.includes(featureStart(name))) return false;
  return source.replace(FEATURES_END, `${code[source.language]}\n${FEATURES_END}`);
}

function removeFeature(source: GameSource, { name }: Feature): boolean {
  const from = source.content.indexOf(featureStart(name));
  const end = `${featureEnd(name)}\n`;
  const to = source.content.indexOf(end, from);
  return from >= 0 && to >= 0 && source.replace(source.content.slice(from, to + end.length), '');
}

const LIVES =
  /ライフ(?!回復)|残機|残り機|HP|体力|命|ハート(?:の数|を(?:増|減)|.*\d)|\b(?:lives|life|health)\b/i;
const lives: Rule = ({ words }, source) => {
  if (!LIVES.test(words)) return null;
  const current = source.number('lives');
  if (current === null) return null;
  const asked = /(\d{1,2})/.exec(words)?.[1];
  const next =
    asked !== undefined
      ? Number(asked)
      : MORE.test(words) || /無限|増|たして|足して/.test(words)
        ? current + 2
        : LESS.test(words)
          ? current - 1
          : null;
  if (next === null) return null;
  const safe = Math.min(9, Math.max(1, next));
  return source.set('lives', safe)
    ? { ja: `ライフを ${safe} にしました`, en: `The number of lives is now ${safe}` }
    : null;
};

const TIME_LIMIT =
  /制限時間|時間制限|タイマー|カウントダウン|\d+\s*秒(?:で|に)|time ?limit|\btimer\b/i;
const timeLimit: Rule = ({ words }, source) => {
  if (!TIME_LIMIT.test(words)) return null;
  const current = source.number('timeLimit');
  if (current === null) return null;
  if (REMOVE.test(words))
    return source.set('timeLimit', 0)
      ? both('制限時間をなくしました|There is no time limit any more')
      : null;
  const amount = /(\d{1,3})\s*(秒|分|sec|min)?/i.exec(words);
  const seconds = amount
    ? Number(amount[1]) * (/分|min/i.test(amount[2] ?? '') ? 60 : 1)
    : MORE.test(words) && current > 0
      ? current + 30
      : LESS.test(words) && current > 0
        ? current - 15
        : 60;
  const safe = Math.min(600, Math.max(10, seconds));
  return source.set('timeLimit', safe)
    ? { ja: `制限時間を ${safe} 秒にしました`, en: `The time limit is now ${safe} seconds` }
    : null;
};

const sound: Rule = ({ words, targets }, source) => {
  if (!targets.includes('sound')) return null;
  const current = source.number('volume');
  if (current === null) return null;
  const next =
    REMOVE.test(words) || /無音|ミュート|mute/i.test(words)
      ? 0
      : SMALLER.test(words) || LOWER.test(words) || /quiet|\bdown\b/i.test(words)
        ? round(current * 0.5)
        : BIGGER.test(words) || HIGHER.test(words) || /loud|\bup\b/i.test(words)
          ? Math.min(2, round(Math.max(0.5, current) * 1.5))
          : null;
  return next !== null && source.set('volume', next)
    ? {
        ja: `音の大きさを ${next} にしました(1 がふつう)`,
        en: `The volume is now ${next} (1 is normal)`,
      }
    : null;
};

const score: Rule = ({ words }, source) => {
  if (!/スコア|得点|点数|ポイント|\d\s*点|\bscore\b|\bpoints?\b/i.test(words)) return null;
  const points = /(\d{1,4})\s*(?:点|points?\b)/i.exec(words)?.[1];
  const factor = direction(
    words,
    new RegExp(`${MORE.source}|${HIGHER.source}`, 'i'),
    new RegExp(`${LESS.source}|${LOWER.source}`, 'i'),
  );
  const current = source.number('scorePerItem');
  if (current === null || (points === undefined && factor === null)) return null;
  const next =
    points !== undefined ? Number(points) : Math.max(1, Math.round(current * (factor ?? 1)));
  return source.set('scorePerItem', next)
    ? {
        ja: `アイテム 1 つの点数を ${next} 点にしました`,
        en: `Each item is now worth ${next} points`,
      }
    : null;
};

const rapidFire: Rule = ({ words, targets }, source) => {
  if (!/連射|連発/.test(words) && !targets.includes('shot')) return null;
  if (/連射|連発|間かく/.test(words) || MORE.test(words))
    return scale(source, 'shotInterval', SLOWER.test(words) || LESS.test(words) ? 1.4 : 0.65)
      ? both('弾を撃つ間かくを変えました|I changed how often shots are fired')
      : null;
  const what = both(shootsBalls(source) ? '玉|the ball' : '弾|the shots');
  const size = direction(words, BIGGER, SMALLER);
  if (size !== null && scale(source, 'shotSize', size))
    return made(what, both(isUp(size) ? '大きく|bigger' : '小さく|smaller'));
  const speed = direction(words, FASTER, SLOWER);
  return speed !== null && scale(source, 'shotSpeed', speed)
    ? made(what, both(isUp(speed) ? '速く|faster' : '遅く|slower'))
    : null;
};

const jump: Rule = ({ words }, source) => {
  if (/重力|ふわふわ|フワフワ|gravity/i.test(words))
    return scale(
      source,
      'gravity',
      LESS.test(words) || LOWER.test(words) || /ふわふわ|フワフワ/.test(words) ? 0.75 : 1.25,
    )
      ? both('重力を変えました|I changed the gravity')
      : null;
  if (!/ジャンプ|跳|\bjump/i.test(words)) return null;
  const factor = direction(
    words,
    new RegExp(`${HIGHER.source}|${BIGGER.source}|遠く`, 'i'),
    new RegExp(`${LOWER.source}|${SMALLER.source}`, 'i'),
  );
  if (factor === null) return null;
  const power = factor > 1 ? Math.min(1.5, factor * 0.9) : Math.max(0.6, factor * 1.1);
  return scale(source, 'jumpPower', power)
    ? made(both('ジャンプ|the jumps'), both(isUp(factor) ? '高く|higher' : '低く|lower'))
    : null;
};

/** Changes one setting of each figure that has it (`Size`, `Speed`): the figures. */
const scaleOf = (
  source: GameSource,
  targets: Wish['targets'],
  setting: string,
  factor: number,
): Words[] =>
  targets
    .filter(isRole)
    .filter((role) => scale(source, `${role}${setting}`, factor))
    .map((role) => ROLE_WORDS[role]);

const size: Rule = ({ words, targets }, source) => {
  const factor = direction(words, BIGGER, SMALLER);
  if (
    factor === null ||
    (!BIGGER.test(words) && !SMALLER.test(words) && !/サイズ|大きさ|size/i.test(words))
  )
    return null;
  const way = both(isUp(factor) ? '大きく|bigger' : '小さく|smaller');
  if (
    /ブロック|マス|block/i.test(words) &&
    (scale(source, 'blockSize', factor) || addTo(source, 'columns', isUp(factor) ? -1 : 1, 4, 9))
  )
    return made(both('ブロック|the blocks'), way);
  const about: Wish['targets'] = targets.length > 0 ? targets : ['player'];
  const done = scaleOf(source, about, 'Size', Math.min(2, factor));
  return done.length > 0 ? made(joined(done), way) : null;
};

function addTo(
  source: GameSource,
  key: string,
  amount: number,
  low: number,
  high: number,
): boolean {
  const value = source.number(key);
  return value !== null && source.set(key, Math.min(high, Math.max(low, value + amount)));
}

const GAME = both('ゲーム|the game');
const speed: Rule = ({ words, targets }, source) => {
  const isNamed = /スピード|速さ|はやさ|speed/i.test(words);
  const factor =
    direction(words, FASTER, SLOWER) ?? (isNamed ? direction(words, HIGHER, LOWER) : null);
  if (factor === null || (!FASTER.test(words) && !SLOWER.test(words) && !isNamed)) return null;
  const way = both(isUp(factor) ? '速く|faster' : 'ゆっくりに|slower');
  const done = scaleOf(source, targets, 'Speed', factor);
  if (done.length > 0) return made(joined(done), way);
  return !targets.some(isRole) && scale(source, 'gameSpeed', factor) ? made(GAME, way) : null;
};

const removal: Rule = ({ words, targets }, source) => {
  if (!REMOVE.test(words) || !(targets.includes('enemy') || targets.includes('item'))) return null;
  const role: Role = targets.includes('enemy') ? 'enemy' : 'item';
  const { ja, en } = ROLE_WORDS[role];
  return source.number(`${role}Rate`) !== null && source.set(`${role}Rate`, 0)
    ? { ja: `${ja}が出ないようにしました`, en: `I took out ${en}` }
    : null;
};

const count: Rule = ({ words, targets }, source) => {
  const factor = direction(words, MORE, LESS);
  if (factor === null) return null;
  const way = isUp(factor) ? 1 : -1;
  const how = both(isUp(factor) ? '増やし|more' : '減らし|fewer');
  const counted = (isDone: boolean, what: Words): Words | null =>
    isDone ? { ja: `${what.ja}を${how.ja}ました`, en: `There are now ${how.en} ${what.en}` } : null;
  const row = COUNTS.find(([named, key]) => matches(named, words) && source.number(key) !== null);
  if (row) {
    const [, key, step, low, high, what] = row;
    return counted(addTo(source, key, step * way, low, high), both(what));
  }
  if (targets.includes('enemy'))
    return counted(scale(source, 'enemyRate', factor), both('敵|enemies'));
  if (targets.includes('item'))
    return counted(scale(source, 'itemRate', factor), both('アイテム|items'));
  return null;
};

const difficulty: Rule = ({ words }, source) => {
  const level = /難易度|difficulty/i.test(words);
  const isHard =
    /難し|むずかし|むずく|ハード|手ごたえ|手応え|harder|difficult(?!y)/i.test(words) ||
    (level && HIGHER.test(words));
  const isEasy =
    (level && LOWER.test(words)) ||
    /簡単|かんたん|やさし|易し|イージー|楽に|easier|easy/i.test(words);
  if (isHard === isEasy) return null;
  const factor = isHard ? 1.3 : 0.75;
  const done = [
    scale(source, 'enemyRate', factor),
    scale(source, 'speedUp', isHard ? 1.5 : 0.6),
    scale(source, 'drainSpeed', factor),
    scale(source, 'perfectRange', 1 / factor),
  ];
  return done.some(Boolean)
    ? made(GAME, both(isHard ? '難しく|harder' : 'かんたんに|easier'))
    : null;
};

/** Changes of how the game plays, most particular first. */
export const PLAY_RULES: readonly Rule[] = [
  title,
  lives,
  timeLimit,
  features,
  score,
  rapidFire,
  jump,
  sound,
  size,
  speed,
  removal,
  count,
  difficulty,
];
