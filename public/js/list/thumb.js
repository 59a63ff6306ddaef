/** The image on a card: the game's own, else its name on one of twelve tints. */
import { h } from '../ui/dom.js';

/**
 * @param {string} id @param {string} name @param {string | null} url An image that is not there
 * leaves the name.
 */
export function projectThumb(id, name, url) {
  const box = h(
    'div',
    { class: 'project-thumb', 'aria-hidden': 'true' },
    // Drawn by the style: it is no text of the link around it.
    h('span', { class: 'project-thumb-name', 'data-name': name }),
  );
  box.dataset['tint'] = String(tint(id));
  if (url !== null) {
    const image = h('img', { src: url, alt: '', loading: 'lazy', onerror: () => image.remove() });
    box.append(image);
  }
  return box;
}

/** One of twelve tints, always the same for a project. @param {string} id */
function tint(id) {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return sum % 12;
}
