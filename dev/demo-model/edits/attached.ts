import type { Words } from '../languages.js';
import { matches, ROLES, TARGETS, type Role } from '../tables.js';
import { ROLE_WORDS } from '../theme/vocabulary.js';
import type { GameSource } from './source.js';

/** Which figure each attached image shows: those that the words name, then the rest in order. */
export function castOf(request: string, files: readonly string[]): [Role, string][] {
  const named = ROLES.filter((role) => matches(TARGETS[role], request));
  const others = ROLES.filter((role) => !named.includes(role));
  return files
    .slice(0, ROLES.length)
    .map((file, at) => [[...named, ...others][at]!, file] as [Role, string]);
}

/** Has a game draw attached images in place of its figures; what was done. */
export function showAttached(
  source: GameSource,
  request: string,
  files: readonly string[],
): Words[] {
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
    const { ja, en } = ROLE_WORDS[role];
    return isDone
      ? [{ ja: `${ja}を送られた画像にしました`, en: `I made ${en} the image that you sent` }]
      : [];
  });
}

/** A wish that the image itself fulfils. */
export const isAboutImage = (words: string): boolean =>
  /画像|写真|\bimage\b|\bphoto\b/i.test(words);
