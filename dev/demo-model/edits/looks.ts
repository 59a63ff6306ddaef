import { both, joined, type Words } from '../languages.js';
import { painterOf } from '../games/scenery.js';
import { sceneryPalette, STYLE_WORDS, stylePreset } from '../theme/palettes.js';
import { skyOf } from '../theme/theme.js';
import { matches, PLACES, TIMES, type Role, type Scenery } from '../tables.js';
import type { Palette } from '../theme/types.js';
import { colorOf, placeOf, ROLE_WORDS, WORDS } from '../theme/vocabulary.js';
import type { Wish } from './sentence.js';
import type { GameSource } from './source.js';

/**
 * Tries one kind of change on a wish: what was done; null when the wish is of another kind or
 * nothing fits.
 */
export type Rule = (wish: Wish, source: GameSource) => Words | null;

export const isRole = (target: string): target is Role => target in ROLE_WORDS;

/** Mixes a colour towards white (amount > 0) or black. */
function shade(hex: string, amount: number): string {
  const goal = amount > 0 ? 255 : 0;
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `#${parts
    .map((part) =>
      Math.round(part + (goal - part) * Math.abs(amount))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function paint(source: GameSource, colors: Partial<Record<keyof Palette, string>>): boolean {
  return Object.entries(colors)
    .map(([key, hex]) => source.set(key, hex))
    .some(Boolean);
}

/** Swaps the painter of a place for that of another, where the game has one. */
function swapPainter(source: GameSource, from: string, to: Scenery): void {
  const old = new RegExp(`^  ${from}: \\{\\n[\\s\\S]*?^  \\},$`, 'm').exec(source.content)?.[0];
  if (old !== undefined) source.replace(old, painterOf(to));
}

function changePlace(source: GameSource, place: Scenery): boolean {
  const from = source.text('scenery');
  if (from === null || from === place) return false;
  const { backgroundTop, backgroundBottom, sceneryColor } = sceneryPalette(place);
  if (!source.set('scenery', place)) return false;
  swapPainter(source, from, place);
  paint(source, { backgroundTop, backgroundBottom, sceneryColor });
  return true;
}

const madeBackground = ({ ja, en }: Words): Words => ({
  ja: `背景を${ja}しました`,
  en: `I made the background ${en}`,
});
const into = ({ ja, en }: Words): Words => ({ ja: `${ja}に`, en });
const HEX = /^#[0-9a-f]{6}$/i;

const background: Rule = (wish, source) => {
  if (
    !wish.targets.includes('background') &&
    !/(?:にして|に変え|っぽく|夜|夕方|昼)/.test(wish.words)
  )
    return null;
  if (!wish.targets.includes('background') && wish.targets.length > 0) return null;
  const time = TIMES.find(([pattern]) => matches(pattern, wish.tail));
  if (time) return paint(source, skyOf(wish.tail)) ? madeBackground(into(both(time[1]))) : null;
  const place = placeOf(wish.tail);
  if (place)
    return changePlace(source, place) ? madeBackground(into(both(PLACES[place].name))) : null;
  const amount = /明る|bright/i.test(wish.tail) ? 0.3 : /暗|dark/i.test(wish.tail) ? -0.4 : 0;
  if (amount === 0 || !wish.targets.includes('background')) return null;
  const [top, bottom] = [source.text('backgroundTop'), source.text('backgroundBottom')];
  if (top === null || bottom === null || !HEX.test(top) || !HEX.test(bottom)) return null;
  return paint(source, {
    backgroundTop: shade(top, amount),
    backgroundBottom: shade(bottom, amount),
  })
    ? madeBackground(both(amount > 0 ? '明るく|brighter' : '暗く|darker'))
    : null;
};

const color: Rule = (wish, source) => {
  const asked = colorOf(wish.tail);
  if (!asked || (wish.targets.includes('background') && placeOf(wish.tail) !== null)) return null;
  const keys: Partial<Record<Wish['targets'][number], [string, string]>> = {
    player: ['playerColor', '主人公の色|the hero'],
    enemy: ['enemyColor', '敵の色|the enemies'],
    item: ['itemColor', 'アイテムの色|the items'],
    text: ['textColor', '文字の色|the lettering'],
    shot: ['shotColor', '弾の色|the shots'],
    button: ['accentColor', 'ボタンの色|the buttons'],
  };
  const done = wish.targets.flatMap((target) => {
    const [key, name] = keys[target] ?? [];
    if (key === undefined || name === undefined) return [];
    const before = source.text(key);
    if (!source.set(key, asked.hex)) return [];
    recolorBlocks(source, before, asked.hex);
    return [both(name)];
  });
  if (
    wish.targets.includes('background') &&
    paint(source, { backgroundTop: asked.hex, backgroundBottom: shade(asked.hex, 0.35) })
  )
    done.push(both('背景の色|the background'));
  if (done.length === 0) return null;
  const names = joined(done);
  return {
    ja: `${names.ja}を${asked.name.ja}にしました`,
    en: `I made ${names.en} ${asked.name.en}`,
  };
};

/** A matching game has its figures' colours once more in its list of blocks. */
function recolorBlocks(source: GameSource, before: string | null, after: string): void {
  const colors = source.list('blockColors');
  if (colors && before !== null && colors.includes(before))
    source.set(
      'blockColors',
      colors.map((hex) => (hex === before ? after : hex)),
    );
}

const figure: Rule = (wish, source) => {
  const role = wish.targets.find(isRole);
  if (
    !role ||
    !/に(?:し|変え|かえ|なっ|替え)|へ変|\b(?:into|to an?|be an?)\b|がいい/i.test(wish.words)
  )
    return null;
  const current = source.text(`${role}Emoji`);
  const emoji = /\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}\uFE0F?)*/u.exec(
    wish.tail,
  )?.[0];
  const word = WORDS.find(
    ({ pattern, figure: who }) => who.emoji !== current && pattern.test(wish.tail),
  );
  const next = emoji === undefined ? word?.figure : { emoji, name: both(emoji) };
  if (!next || !source.set(`${role}Emoji`, next.emoji)) return null;
  source.set(`${role}Name`, next.name[source.language]);
  const blocks = source.list('blockEmojis');
  if (blocks && current !== null && !blocks.includes(next.emoji))
    source.set(
      'blockEmojis',
      blocks.map((one) => (one === current ? next.emoji : one)),
    );
  const { ja, en } = ROLE_WORDS[role];
  return { ja: `${ja}を${next.name.ja}にしました`, en: `I changed ${en}: ${next.name.en}` };
};

const figureName: Rule = ({ words, targets }, source) => {
  const role = targets.find(isRole);
  const name =
    /名前を?は?[「『"]?([^「」『』"、。]{1,16}?)[」』"]?(?:に|と)(?:し|変え|かえ|する)/.exec(
      words,
    )?.[1];
  if (!role || name === undefined || !source.set(`${role}Name`, name)) return null;
  const { ja, en } = ROLE_WORDS[role];
  return { ja: `${ja}の名前を「${name}」にしました`, en: `I named ${en} “${name}”` };
};

const style: Rule = (wish, source) => {
  if (
    !/スタイル|風|っぽ|見た目|デザイン|雰囲気|テイスト|style|look/i.test(wish.words) &&
    wish.targets.length > 0
  )
    return null;
  const id = STYLE_WORDS.find(([pattern]) => pattern.test(wish.words))?.[1];
  return id === undefined ? null : wearStyle(source, id);
};

/** Paints the game in the colours of a style; null = it has them, or there is no such style. */
export function wearStyle(source: GameSource, id: string): Words | null {
  const preset = stylePreset(id, '2d') ?? stylePreset(id, '3d');
  if (!preset || !paint(source, { ...preset.palette })) return null;
  source.set('shotColor', preset.palette.playerColor);
  return both('見た目のスタイルを変えました|I changed the style of the game');
}

/** Changes of how the game looks, most particular first. */
export const LOOK_RULES: readonly Rule[] = [style, figureName, figure, color, background];
