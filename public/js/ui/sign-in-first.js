/** The way of a visitor, or a guest, over the sign-in to what needs an account, and back. */
import { rememberThisPage, SIGN_IN_PAGE } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { confirmDialog } from './dialog.js';
import { h } from './dom.js';

/**
 * Offers the sign-in; the person comes back to this page.
 * @param {string} title @param {string[]} lines @param {() => void} [wish] keeps what is to be done
 * then
 */
export async function signInFirst(title, lines, wish = () => {}) {
  await confirmDialog({
    iconName: 'person',
    title,
    lines,
    action: text.signIn,
    run: async () => {
      rememberThisPage();
      wish();
      location.assign(SIGN_IN_PAGE);
    },
  });
}

/**
 * Runs what a guest has no right to: a guest is offered the sign-in.
 * @param {import('../net/session.js').Session} session @param {string} title why
 * @param {() => void | Promise<void>} run
 */
export function forMembers({ isGuest }, title, run) {
  return isGuest ? signInFirst(title, [text.guestKeeps]) : run();
}

/** A link to the sign-in, and back. @param {string} look its classes @param {string} words */
export function signInLink(look, words) {
  return h('a', { class: look, href: SIGN_IN_PAGE, onclick: rememberThisPage }, words);
}
