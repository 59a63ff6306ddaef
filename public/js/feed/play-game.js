/** A published game in its sandbox: it never sees a token, and counts as played once begun. */
import { ask, get, getPublic, orAbsent } from '../net/rest.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/** What the frame of any game may do: it has no origin, so that it reaches nothing of this site. */
export const GAME_SANDBOX = 'allow-scripts allow-pointer-lock';

/** What a game may do that the person is playing. */
const ALLOWED = 'autoplay; fullscreen';

/** Tells games when a sheet covers them, or they are scrolled away. */
export const covers = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries)
    if (target instanceof HTMLIFrameElement)
      target.contentWindow?.postMessage({ type: 'covered', isCovered: !isIntersecting }, '*');
});

/**
 * @param {string} url
 * @param {{ mayBegin?: boolean }} [options] false: it is silent until it is touched
 */
export function gameFrame(url, { mayBegin = true } = {}) {
  const frame = h('iframe', {
    class: 'play-frame',
    title: text.playFrame,
    src: url,
    sandbox: GAME_SANDBOX,
    allow: mayBegin ? ALLOWED : 'fullscreen',
  });
  covers.observe(frame);
  return frame;
}

/**
 * Keys go to the game once its page is there, unless the person has gone elsewhere by then.
 * @param {HTMLIFrameElement} frame
 */
export function focusGame(frame) {
  const from = document.activeElement;
  const focus = () => document.activeElement === from && frame.focus();
  frame.addEventListener('load', focus, { once: true });
}

/** Tab passes by a page that has no control of its own: this leads into it.
 * @param {() => HTMLIFrameElement | null} frame
 */
export function keysButton(frame) {
  return buttonOf('skip-link', text.playByKeys, () => frame()?.focus());
}

/**
 * The published game of this id, or of the project of this id; null when there is none for this
 * session. Rejects when that could not be read.
 * @param {string} id as it stands in an address
 * @param {Session | null} session
 * @returns {Promise<GameCard | null>}
 */
export async function publishedGame(id, session) {
  const path = `/api/games/${id}`;
  const read = session ? get(session, path) : getPublic(path);
  const answer = await read.catch(orAbsent);
  return answer && (await answer.json()).game;
}

/** @param {GameCard} game @param {Session | null} session */
export function countPlay(game, session) {
  const count = `/api/games/${game.id}/play`;
  void (session ? ask(session, 'POST', count) : fetch(count, { method: 'POST' })).catch(() => {
    /* an uncounted play is still played */
  });
}
