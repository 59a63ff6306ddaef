/** The image of a game: its own, else its name on one of twelve tints. */
import { withToken } from '../net/rest.js';
import { h } from '../ui/dom.js';
import { moveWhenSeen } from './moving.js';

/**
 * @param {string} id @param {string} name @param {string | null} url An image that is not there
 * leaves the name.
 * @param {string} alt text alternative; empty = the image is decorative
 */
export function projectThumb(id, name, url, alt = '') {
  const box = h(
    'div',
    { class: 'project-thumb', 'aria-hidden': alt === '' && 'true' },
    // Drawn by the style: it is no text of the link around it.
    h('span', { class: 'project-thumb-name', 'data-name': name, 'aria-hidden': 'true' }),
  );
  box.dataset['tint'] = String(tint(id));
  if (url !== null) {
    const image = h('img', {
      src: url,
      alt,
      loading: 'lazy',
      decoding: 'async',
      onerror: () => image.remove(),
    });
    box.append(image);
    moveWhenSeen(box, url);
  }
  return box;
}

/** The address of the square of an image that a card shows. @param {string | null} url */
export function cardImage(url) {
  return url && `${url}${url.includes('?') ? '&' : '?'}card=1`;
}

/**
 * The address of an own image; null where there is none, or no session to read it by.
 * @param {string | null} url @param {string | undefined} token
 */
export function ownImage(url, token) {
  return url !== null && token ? withToken(url, { token }) : null;
}

/** One of twelve tints, always the same for a project. @param {string} id */
export function tint(id) {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return sum % 12;
}
