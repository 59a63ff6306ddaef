/** The way of a visitor, or a guest, over the sign-in to what needs an account, and back. */
import { rememberThisPage, SIGN_IN_PAGE, signInFor } from '../net/return-to.ts';
import { text } from '../texts/index.js';
import { confirmDialog } from './dialog.js';
import { h } from './dom.js';

/**
 * Offers the sign-in; the person comes back to this page.
 * @param {import('../net/return-to.ts').SignInNeed} need @param {string[]} lines
 * @param {() => void} [wish] keeps what is to be done then
 */
export async function signInFirst(need, lines, wish = () => {}) {
  await confirmDialog({
    iconName: 'person',
    title: text.needed[need],
    lines,
    action: text.signIn,
    run: async () => {
      rememberThisPage();
      wish();
      location.assign(signInFor(need));
    },
  });
}

/**
 * Runs what a guest has no right to: a guest is offered the sign-in.
 * @param {import('../net/session.js').Session} session
 * @param {import('../net/return-to.ts').SignInNeed} need @param {() => void | Promise<void>} run
 */
export function forMembers({ isGuest }, need, run) {
  return isGuest ? signInFirst(need, [text.guestKeeps]) : run();
}

/** A link to the sign-in, and back. @param {string} look its classes @param {string} words */
export function signInLink(look, words) {
  return h('a', { class: look, href: SIGN_IN_PAGE, onclick: rememberThisPage }, words);
}
