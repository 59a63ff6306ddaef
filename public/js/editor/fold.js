/** Long texts of the chat: their first lines, and the rest when it is wanted. */
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';

/** A line of a bubble, in columns: a Latin letter takes one, a Japanese one two. */
const COLUMNS = 44;
const WIDE_FROM = 0x2e80;

/**
 * The text up to its end or the end of so many lines as they are drawn; null = that is all of it.
 * @param {string} source @param {number} maxLines
 */
export function beginningOf(source, maxLines) {
  let lines = 1;
  let column = 0;
  let at = 0;
  for (const character of source) {
    const width = (character.codePointAt(0) ?? 0) < WIDE_FROM ? 1 : 2;
    const isFull = column + width > COLUMNS;
    if (character === '\n' || isFull) {
      lines += 1;
      column = 0;
    }
    if (lines > maxLines) return source.slice(0, at);
    if (character !== '\n') column += width;
    at += character.length;
  }
  return null;
}

/**
 * What a text is drawn as; of a long one the beginning, with a button for all of it.
 * @param {string} source @param {number} maxLines @param {(source: string) => (HTMLElement | string)[]}
 * draw @returns {(HTMLElement | string)[]}
 */
export function foldable(source, maxLines, draw) {
  const beginning = beginningOf(source, maxLines);
  if (beginning === null) return draw(source);
  const words = h('div', { class: 'fold-words' });
  const button = h('button', { type: 'button', class: 'link-button' });
  /** @param {boolean} isOpen */
  const show = (isOpen) => {
    words.replaceChildren(...draw(isOpen ? source : `${beginning.trimEnd()}…`));
    button.textContent = isOpen ? text.showLess : text.showMore;
    button.setAttribute('aria-expanded', String(isOpen));
  };
  button.addEventListener('click', () => show(button.getAttribute('aria-expanded') !== 'true'));
  show(false);
  return [words, button];
}
