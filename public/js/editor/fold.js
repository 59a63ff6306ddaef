/** Long texts of the chat: their first lines, and the rest when it is wanted. */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';

/** A line of a bubble, in columns: a Latin letter takes one, a Japanese one two. */
const COLUMNS = 44;

/**
 * The text up to the end of `maxLines` drawn lines; null when the text has no more lines.
 * @param {string} source @param {number} maxLines
 */
function beginningOf(source, maxLines) {
  let [lines, column, at] = [1, 0, 0];
  for (const character of source) {
    const width = character < '\u2e80' ? 1 : 2;
    if (character === '\n' || column + width > COLUMNS) {
      lines += 1;
      column = 0;
    }
    if (lines > maxLines) return source.slice(0, at).trimEnd();
    if (character !== '\n') column += width;
    at += character.length;
  }
  return null;
}

/**
 * What a text is drawn as; of a long one the beginning, with a button for all of it.
 * @param {string} source @param {number} maxLines @param {(source: string) => (HTMLElement |
 * string)[]} draw @returns {(HTMLElement | string)[]}
 */
export function foldable(source, maxLines, draw) {
  const beginning = beginningOf(source, maxLines);
  if (beginning === null) return draw(source);
  const words = h('div', { tabindex: -1 }, ...draw(`${beginning}…`));
  const more = h('button', { type: 'button', class: 'link-button' }, text.showMore);
  more.setAttribute('aria-expanded', 'false');
  more.addEventListener('click', () => {
    words.replaceChildren(...draw(source));
    words.focus();
    more.remove();
  });
  return [words, more];
}
