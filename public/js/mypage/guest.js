/** My page of a guest: who he is here, and the way to an account. */
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { signInLink } from '../ui/sign-in-first.js';

/** What an account alone has: a name, a file of all that is its, other devices, a way out. */
const OF_ACCOUNTS = ['exportButton', 'signOutEverywhereButton', 'signOutButton'];

/** Call it once, in place of what is shown of an account. */
export function showGuest() {
  byId('profileName', HTMLHeadingElement).textContent = text.guestName;
  byId('editProfileButton', HTMLButtonElement).replaceWith(
    signInLink('button primary compact', text.signIn),
  );
  for (const id of OF_ACCOUNTS) byId(id, HTMLButtonElement).hidden = true;
  const note = document.querySelector('.account-note');
  if (note) note.textContent = text.guestMine;
}
