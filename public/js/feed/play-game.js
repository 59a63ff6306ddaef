/** A published game in its sandbox: it never sees a token, and counts as played once begun. */
import { ask, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { h } from '../ui/dom.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/** What a game may do that the person is playing. */
const ALLOWED = 'autoplay; fullscreen';

/**
 * @param {string} url
 * @param {{ mayBegin?: boolean }} [options] false: it is silent until it is touched
 */
export function gameFrame(url, { mayBegin = true } = {}) {
  return h('iframe', {
    class: 'play-frame',
    title: text.playFrame,
    // The page in it may have nothing that Tab would come to.
    tabindex: 0,
    src: url,
    sandbox: 'allow-scripts allow-pointer-lock',
    allow: mayBegin ? ALLOWED : 'fullscreen',
  });
}

/**
 * The published game of this id, or of the project of this id; null when there is none for whoever
 * asks.
 * @param {string} id as it stands in an address
 * @param {Session | null} session
 * @returns {Promise<GameCard | null>}
 */
export async function publishedGame(id, session) {
  const path = `/api/games/${id}`;
  try {
    const answer = session ? await get(session, path) : await fetch(path);
    return answer.ok ? (await answer.json()).game : null;
  } catch {
    return null;
  }
}

/** @param {GameCard} game @param {Session | null} session */
export function countPlay(game, session) {
  const count = `/api/games/${game.id}/play`;
  void (session ? ask(session, 'POST', count) : fetch(count, { method: 'POST' })).catch(() => {
    /* an uncounted play is still played */
  });
}
