/** The game of the guest that this person was becomes his account's. */
import { ask, Refusal } from '../net/rest.js';
import { guestKept } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId, h } from '../ui/dom.js';

const ASKED_EVERY_MS = 1_000;

/**
 * Shows that the game is on its way, and resolves when it is there, or given up for now.
 * @param {import('../net/session.js').Session} session
 * @returns {Promise<boolean | null>} whether it is there; null = no guest came here, or
 * not yet
 */
export async function adoptGuest(session) {
  const guestToken = guestKept.read();
  if (guestToken === null) return null;
  const line = h(
    'p',
    { class: 'adopting', role: 'status' },
    h('span', { class: 'spinner', 'aria-hidden': 'true' }),
    text.adopting,
  );
  byId('projects', HTMLElement).prepend(line);
  const isThere = await adopted(session, guestToken).catch(() => offerAgain(session, guestToken));
  line.remove();
  // Given up for now: the next visit tries again.
  if (isThere !== null) guestKept.drop();
  return isThere;
}

/**
 * Joins the work until it is over. @param {import('../net/session.js').Session} session
 * @param {string} guestToken @returns {Promise<boolean>} false: there is no such guest
 */
async function adopted(session, guestToken) {
  for (;;) {
    const answer = await ask(session, 'POST', '/api/account/adopt-guest', { guestToken }).catch(
      orUnknown,
    );
    const { state } = answer === null ? { state: 'unknown' } : await answer.json();
    if (state === 'completed' || state === 'unknown') return state === 'completed';
    if (state === 'failed') throw new Error(text.adoptFailed);
    await new Promise((resolve) => window.setTimeout(resolve, ASKED_EVERY_MS));
  }
}

/** No guest has this token: it is of no use again. @param {unknown} error @returns {null} */
function orUnknown(error) {
  if (error instanceof Refusal && error.status === 400) return null;
  throw error;
}

/** @param {import('../net/session.js').Session} session @param {string} guestToken */
async function offerAgain(session, guestToken) {
  let isAdopted = /** @type {boolean | null} */ (null);
  await confirmDialog({
    iconName: 'alert',
    title: text.adoptFailed,
    lines: [text.adoptFailedLine],
    action: text.retry,
    run: async () => {
      isAdopted = await adopted(session, guestToken).catch(() => {
        throw new Error(text.adoptFailed);
      });
    },
  });
  return isAdopted;
}
