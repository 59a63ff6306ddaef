/** Sign-in page. */
import { authClient } from '../net/auth-client.js';
import { askSdk } from '../net/session.js';
import { keptWish, takeNotice } from '../net/return-to.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';

const HOME = '/create.html';
const button = byId('googleSignInButton', HTMLButtonElement);
const label = byId('googleSignInLabel', HTMLSpanElement);
const errorBox = byId('loginError', HTMLParagraphElement);

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

/** @param {string} said */
function showNote(said) {
  const note = byId('loginNote', HTMLParagraphElement);
  note.textContent = said;
  note.hidden = false;
}

/** Someone signed in has no business here. */
async function checkSession() {
  setButton(text.loading, false);
  try {
    const session = readStoredSession() ?? (await askSdk());
    if (session) return location.replace(HOME);
    setButton(text.loginWithGoogle, true);
    button.onclick = () => void signIn();
  } catch {
    showError(text.loginInitFailed);
    setButton(text.retry, true);
    button.onclick = () => {
      showError(null);
      void checkSession();
    };
  }
}

async function signIn() {
  showError(null);
  button.disabled = true;
  try {
    const client = await authClient();
    const { error } = await client.auth.signInWithOAuth({
      provider: 'google',
      options: { redirectTo: location.origin + HOME },
    });
    if (error) throw error;
  } catch (error) {
    showError(error instanceof Error && error.message !== '' ? error.message : text.loginFailed);
    button.disabled = false;
  }
}

startPage(text.loginTitle);
const notice = takeNotice();
if (notice === 'expired') showError(text.loginAgain);
if (notice === 'failed') showError(text.loginFailed);
if (notice === 'deleted') showNote(text.accountDeleted);
else if (keptWish() !== null) showNote(text.loginForWish);
void checkSession();
window.addEventListener('pageshow', (event) => event.persisted && checkSession());
