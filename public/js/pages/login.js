/** Sign-in page. */
import { authClient } from '../net/auth-client.js';
import { askSdk } from '../net/session.js';
import { guestKept, noticeLeft, wishKept } from '../net/return-to.ts';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

const HOME = '/create.html';
const GOOGLE = /** @type {const} */ ({
  provider: 'google',
  options: { redirectTo: location.origin + HOME },
});
const button = byId('googleSignInButton', HTMLButtonElement);
const label = byId('googleSignInLabel', HTMLSpanElement);
const errorBox = byId('loginError', HTMLParagraphElement);
const notice = noticeLeft.take();

/** @param {string | null} message */
function showError(message) {
  errorBox.textContent = message;
  errorBox.hidden = message === null;
}

/** @param {string} content @param {boolean} enabled */
function setButton(content, enabled) {
  label.textContent = content;
  button.disabled = !enabled;
  button.classList.toggle('is-busy', !enabled);
}

/** @param {string} words */
function showNote(words) {
  const note = byId('loginNote', HTMLParagraphElement);
  note.textContent = words;
  note.hidden = false;
}

/** Who has an account and is signed in goes on; a guest comes for an account. */
async function checkSession() {
  setButton(text.loading, false);
  try {
    const session = readStoredSession() ?? (await askSdk());
    const isGuest = session?.user.is_anonymous === true;
    if (session && !isGuest) return location.replace(HOME);
    if (isGuest && notice === null) showNote(text.guestKeeps);
    setButton(isGuest && notice === 'known' ? text.loginAdopts : text.loginWithGoogle, true);
    button.onclick = () => void signIn(isGuest);
  } catch {
    showError(text.loginInitFailed);
    setButton(text.retry, true);
    button.onclick = () => {
      showError(null);
      void checkSession();
    };
  }
}

/** @param {boolean} isGuest */
async function signIn(isGuest) {
  showError(null);
  button.disabled = true;
  try {
    const { auth } = await authClient();
    const error = isGuest ? await giveAccount(auth) : (await auth.signInWithOAuth(GOOGLE)).error;
    if (error) throw error;
  } catch (error) {
    showError(error instanceof Error && error.message !== '' ? error.message : text.loginFailed);
    button.disabled = false;
  }
}

/**
 * A new account keeps the guest's id. One that exists already gets his game behind the sign-in, by
 * the token that is kept here. @param {import('../net/auth-client.js').SupabaseClient['auth']} auth
 */
async function giveAccount(auth) {
  guestKept.drop();
  if (notice !== 'known') {
    const { error } = await auth.linkIdentity(GOOGLE);
    if (error?.code !== 'manual_linking_disabled') return error;
  }
  const { data } = await auth.refreshSession();
  if (data.session) guestKept.put(data.session.access_token);
  return (await auth.signInWithOAuth(GOOGLE)).error;
}

startPage(text.loginTitle);
if (notice === 'expired') showError(text.loginAgain);
if (notice === 'failed') showError(text.loginFailed);
if (notice === 'guestEnded') showError(text.guestEnded);
if (notice === 'deleted') showNote(text.accountDeleted);
else if (notice === 'known') showNote(text.loginKnown);
else if (wishKept.read() !== null) showNote(text.loginForWish);
// Of a value that is not one of ours nothing is known.
const need = new URLSearchParams(location.search).get('needed');
const reason = Object.entries(text.needed).find(([name]) => name === need);
if (reason && notice === null) {
  const line = byId('loginReason', HTMLParagraphElement);
  [, line.textContent] = reason;
  line.hidden = false;
}
void checkSession();
window.addEventListener('pageshow', (event) => event.persisted && checkSession());
