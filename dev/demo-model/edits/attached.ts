import { anyOf } from '../theme/any-of.js';
import type { Role } from '../theme/vocabulary.js';
import type { GameSource } from './source.js';

const ROLES: readonly (readonly [Role, RegExp, string])[] = [
  ['player', anyOf(/自機|主人公|プレイヤー|プレーヤー|キャラ/, /\bplayer\b|\bhero\b/), '主人公'],
  ['enemy', anyOf(/敵|モンスター|障害物/, /\benem(?:y|ies)\b/), '敵'],
  ['item', anyOf(/アイテム|コイン|ごほうび/, /\bitems?\b|\bcoins?\b/), 'アイテム'],
];

/** Which figure each attached image shows: those that the words name, then the rest in order. */
export function castOf(request: string, files: readonly string[]): [Role, string][] {
  const named = ROLES.filter(([, words]) => new RegExp(words.source, 'i').test(request));
  const others = ROLES.filter((role) => !named.includes(role));
  return files
    .slice(0, ROLES.length)
    .map((file, at) => [[...named, ...others][at]![0], file] as [Role, string]);
}

/** Has a game draw attached images in place of its figures; what was done, in Japanese. */
export function showAttached(
  source: GameSource,
  request: string,
  files: readonly string[],
): string[] {
  return castOf(request, files).flatMap(([role, file]) => {
    const emoji = source.text(`${role}Emoji`);
    if (emoji === null) return [];
    const before = source.content
      .split('\n')
      .find((line) => line.startsWith(`  ['${emoji}', 'images/`));
    const line = `  ['${emoji}', '${file}'],`;
    const isDone = before
      ? source.replace(before, line)
      : source.replace('const DRAWN = [', `const DRAWN = [\n${line}`);
    const name = ROLES.find(([each]) => each === role)?.[2];
    return isDone ? [`${name}を送られた画像にしました`] : [];
  });
}

/** A wish that the image itself fulfils. */
export const isAboutImage = (words: string): boolean =>
  /画像|写真|\bimage\b|\bphoto\b/i.test(words);
