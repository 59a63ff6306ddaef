/** Remix: a project of one's own from a published game, where its maker allows that. */
import { ask, failureText } from '../net/rest.js';
import { remixMade, wishedRemix } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { whileBusy } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { signInFirst } from '../ui/sign-in-first.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/**
 * Shows this button where the maker allows a remix, not to the maker himself, and wires it.
 * @param {HTMLButtonElement} button
 * @param {GameCard} game
 * @param {Session | null} session
 * @returns {(() => Promise<void>) | null} what a press does; null where it is not allowed
 */
export function wireRemix(button, game, session) {
  button.hidden = game.remix !== 'allowed' || game.isOwner;
  // The same work, however often it is asked for.
  const actionId = crypto.randomUUID();
  const run = async () => {
    if (!session || session.isGuest) {
      const lines = [text.remixMeans, text.signInReturns];
      return signInFirst('remix', lines, () => wishedRemix.put(game.id));
    }
    await whileBusy(button, async () => {
      try {
        const made = await ask(session, 'POST', `/api/games/${game.id}/remix`, { actionId });
        const { projectId } = await made.json();
        remixMade.put({ projectId, title: game.title });
        location.assign(`/project/${projectId}`);
        await new Promise((resolve) =>
          window.addEventListener('pageshow', resolve, { once: true }),
        );
      } catch (error) {
        toast(failureText(error, text.remixFailed), { kind: 'error' });
      }
    });
  };
  button.addEventListener('click', () => void run());
  return button.hidden ? null : run;
}
