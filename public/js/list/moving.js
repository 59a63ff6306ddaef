/** Images of games that move while they are looked at: one at a time, from the first on. */
import { withToken } from '../net/rest.js';
import { h, prefersStillness } from '../ui/dom.js';

/** Once around. What moves unasked beside other things for longer than 5 s needs a control. */
const MOVES_MS = 3_000;
const SEEN_SHARE = 0.7;

/** @type {WeakMap<Element, string>} */
const addresses = new WeakMap();
/** @type {Set<Element>} */
const waiting = new Set();
/** @type {{ box: Element, image: HTMLElement, timer?: ReturnType<typeof setTimeout> } | null} */
let moving = null;

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) waiting.add(target);
      else waiting.delete(target);
      if (!isIntersecting && moving?.box === target) stop();
    }
    next();
  },
  { threshold: SEEN_SHARE },
);

/**
 * Shows three seconds of play in the box each time it comes into view, where there are any and
 * motion is wanted.
 * @param {HTMLElement} box @param {string} url of the image that stands still
 */
export function moveWhenSeen(box, url) {
  const address = loopAddress(url);
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator);
  if (address === null || prefersStillness() || connection?.saveData) return;
  addresses.set(box, address);
  seen.observe(box);
}

/** Null of an image that belongs to no project. @param {string} url */
function loopAddress(url) {
  const address = new URL(url, location.href);
  const [project] = /^\/api\/projects\/[^/]+/.exec(address.pathname) ?? [];
  if (project === undefined || address.origin !== location.origin) return null;
  const loop = `${project}/thumbnail?loop=1`;
  const token = address.searchParams.get('access_token');
  return token === null ? loop : withToken(loop, { token });
}

function next() {
  const [box] = waiting;
  if (moving || box === undefined) return;
  waiting.delete(box);
  const image = h('img', {
    src: addresses.get(box),
    alt: '',
    class: 'thumb-loop',
    onload: () => moving?.image === image && (moving.timer = setTimeout(stop, MOVES_MS)),
    onerror: () => moving?.image === image && stop(),
  });
  moving = { box, image };
  box.append(image);
}

function stop() {
  clearTimeout(moving?.timer);
  moving?.image.remove();
  moving = null;
  next();
}
