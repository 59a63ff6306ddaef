import { cut } from '../../contracts/base/cut.js';

const MAX_CHARS = 60;

/**
 * Sanitizes a user-chosen name for a prompt: one line, cut, and quoted, so that it reads as a name
 * and not as an instruction. An empty one is quoted, too.
 */
export function promptName(name: string): string {
  const line = name
    .slice(0, MAX_CHARS * 8)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[「」『』"`]/g, '')
    .trim();
  return `「${cut(line, MAX_CHARS).trim()}」`;
}
