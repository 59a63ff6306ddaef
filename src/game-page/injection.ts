import { pageProgram } from './programs.js';

/**
 * The page with the program `frame` behind its first `<head>` or `<HEAD>`; in front of everything
 * when there is neither (rest.md §6).
 */
export function injectScript(html: string): string {
  const script = `<script>${pageProgram('frame')}</script>`;
  for (const tag of ['<head>', '<HEAD>']) {
    const at = html.indexOf(tag);
    if (at !== -1) return html.slice(0, at + tag.length) + script + html.slice(at + tag.length);
  }
  return script + html;
}
