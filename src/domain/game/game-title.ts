import { cut } from '../../contracts/base/cut.js';

/**
 * The only project names that are replaced by the game's own title: V2's (websocket.md §3), and
 * what our client calls a new game in English.
 */
export const DEFAULT_PROJECT_NAMES: readonly string[] = ['新しいゲーム', 'New game'];

/** Whether the project still has its default name. */
export const isDefaultName = (name: string): boolean => DEFAULT_PROJECT_NAMES.includes(name);

const MAX_TITLE_CHARS = 50;

/**
 * The game's own title: 「ゲーム名:」 in its spec, else the page title. Null when there is none worth
 * taking (generation.md §14; a heading is not a name).
 */
export function gameTitle(spec: string | null, html: string | null): string | null {
  const fromSpec = spec ? /ゲーム名\s*[:：]\s*(.+)/.exec(spec)?.[1] : undefined;
  const fromPage = html ? /<title>([^<]*)<\/title>/i.exec(html)?.[1] : undefined;
  for (const candidate of [fromSpec, fromPage]) {
    const line = candidate?.replace(/[*_`#<>]/g, '').replace(/\s+/g, ' ');
    const title = line && cut(line.trim(), MAX_TITLE_CHARS).trim();
    if (title && !title.includes('[') && !isDefaultName(title)) return title;
  }
  return null;
}
