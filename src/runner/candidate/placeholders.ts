/**
 * Finds remarks in place of code that a model left out. Comments only: a game's own texts are free.
 */
const COMMENT = /\/\/|\/\*|<!--|^\s*\*|^\s*#|^\s*(\.{3}|…|\[)/;
/** One pattern from pieces that a line can hold. */
const pattern = (flags: string, ...pieces: string[]): RegExp => new RegExp(pieces.join(''), flags);

const ENGLISH = [
  pattern(
    'i',
    String.raw`\b(rest|remainder|remaining (code|parts?|functions?|lines)|other parts?)\b`,
    String.raw`.{0,40}\b(stays?|remains?|is|are|as|goes?)\b`,
    String.raw`.{0,20}\b(same|unchanged|before|identical|here)\b`,
  ),
  pattern(
    'i',
    String.raw`\b(rest|remainder) of (the |your |this )?(existing |original |previous |current )?`,
    String.raw`(code|file|game|html|script|functions?|logic|styles?|css|content)\b`,
  ),
  pattern(
    'i',
    String.raw`(\.{3}|…)\s*(\(\s*)?(the )?`,
    String.raw`(existing|rest|remaining|previous|original|same|unchanged|other|keep)\b`,
    String.raw`(?!\s*[.,;:)\]}([=])`,
  ),
  pattern(
    'i',
    String.raw`\b(existing|previous|original|remaining|same) `,
    String.raw`(code|functions?|logic|content|styles?|implementation)\b.{0,30}`,
    String.raw`(\bhere\b|\bunchanged\b|\bas (before|above|is)\b|\bstays?\b|\bremains?\b|\bgoes\b|`,
    String.raw`\.{3}|…)`,
  ),
  pattern(
    'i',
    String.raw`\b(your|add|insert|put|place|more|game) (game |your |the )?`,
    String.raw`(code|logic|implementation)( goes)? here\b`,
  ),
  /\b(omitted|truncated|snipped) for (brevity|space|clarity)\b/i,
];
const JAPANESE = [
  pattern(
    '',
    String.raw`(以下|以降|残り|他|その他|途中|中間|後半|前半)`,
    String.raw`(の(コード|処理|部分|関数|内容))?[はもを]?\s*([、,]\s*)?(すべて|全て)?`,
    String.raw`(省略|割愛|略(?!奪|式|称|歴|図)|同じ(です|なので)?[。\s]*($|\*\/|-->|\)|）)|`,
    String.raw`変更なし|そのまま(です|残す)?[。\s]*($|\*\/|-->|\)|）))`,
  ),
  /(既存|元|従来|前回|以前|これまで)の?(コード|処理|実装|関数|ロジック|スタイル|内容)[はを]?(そのまま|変更なし|省略|同じ|維持|ここに|\.{3}|…)/,
  /ここに.{0,20}(コード|処理|ロジック|実装)を?(記述|書く|書いて|追加|挿入|入れ)/,
];
/** Phrases that only stand for omitted code; they count outside comments as well. */
const UNMISTAKABLE =
  /(以下|中|後|以降)省略|\((以下|中|後)略\)|（(以下|中|後)略）|\.{3}\s*(existing|remaining) code\s*\.{3}/i;

/**
 * The first line that stands for code left out, or null. Lines that the earlier text held already
 * are not held against the new one.
 */
export function findPlaceholder(text: string, earlier: string | null): string | null {
  const known = new Set(earlier?.split('\n').map((line) => line.trim()));
  for (const line of text.split('\n')) {
    const isRemark =
      UNMISTAKABLE.test(line) ||
      (COMMENT.test(line) && [...ENGLISH, ...JAPANESE].some((each) => each.test(line)));
    if (isRemark && !known.has(line.trim())) return line.trim().slice(0, 200);
  }
  return null;
}
