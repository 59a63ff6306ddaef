/** A like, and its number, on a button. */
import { ask, failureText } from '../net/rest.js';
import { wishedLike } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { whileBusy } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { signInFirst } from '../ui/sign-in-first.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/**
 * Shows the like on this button, which has an element with `data-count`, and wires it.
 * @param {HTMLButtonElement} button
 * @param {GameCard} game
 * @param {Session | null} session
 * @returns {() => Promise<void>} what a press does
 */
export function wireLike(button, game, session) {
  /** @param {boolean} liked @param {number} count */
  const show = (liked, count) => {
    button.setAttribute('aria-pressed', String(liked));
    const shown = button.querySelector('[data-count]');
    if (shown) shown.textContent = String(count);
    button.setAttribute('aria-label', `${text.playLike} ${count}`);
  };
  const toggle = async () => {
    if (!session || session.isGuest)
      return signInFirst('like', [text.signInReturns], () => wishedLike.put(game.id));
    await whileBusy(button, change);
  };
  const change = async () => {
    if (!session) return;
    try {
      const method = button.getAttribute('aria-pressed') === 'true' ? 'DELETE' : 'PUT';
      const answer = await ask(session, method, `/api/games/${game.id}/like`);
      const { liked, likeCount } = await answer.json();
      show(liked, likeCount);
    } catch (error) {
      toast(failureText(error, text.somethingWrong), { kind: 'error' });
    }
  };
  show(game.liked, game.likeCount);
  button.hidden = false;
  button.addEventListener('click', () => void toggle());
  return toggle;
}
