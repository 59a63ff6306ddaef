/** The end of an account: asked for with a word, seen until it is over. */
import { ask, failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { buttonOf, byId, h } from '../ui/dom.js';

/** @typedef {import('../net/session.js').Session} Session */

/** The user whose account is being deleted, for a reload meanwhile. */
const UNDER_WAY = 'dreamcore_account_deletion';
const ASKED_EVERY_MS = 1_000;

/** @param {Session} session */
export function wireAccountDeletion(session) {
  if (localStorage.getItem(UNDER_WAY) === session.userId) return void follow(session);
  const button = byId('deleteAccountButton', HTMLButtonElement);
  button.disabled = false;
  button.addEventListener('click', async () => {
    if (await askForWord(session)) await follow(session);
  });
}

/** @param {Session} session @returns {Promise<boolean>} whether the deletion has begun */
function askForWord(session) {
  return confirmDialog({
    iconName: 'trash',
    title: text.accountDelete,
    lines: [text.accountDeleteLine, text.accountDeleteNote],
    action: text.accountDelete,
    field: {
      label: text.accountDeleteLabel,
      input: { id: 'deleteAccountWord', autocapitalize: 'off' },
    },
    run: async (word) => {
      if (word.toLowerCase() !== text.accountDeleteWord) throw new Error(text.accountDeleteWrong);
      await ask(session, 'POST', '/api/account/delete', { confirm: 'DELETE' }).catch((error) => {
        throw new Error(failureText(error, text.accountDeleteFailed));
      });
      localStorage.setItem(UNDER_WAY, session.userId);
    },
  });
}

/** Nothing else is done on this page until the account is gone. @param {Session} session */
async function follow(session) {
  const left = h('p', { role: 'status' });
  document.querySelector('.bottom-nav')?.remove();
  document
    .querySelector('main')
    ?.replaceChildren(
      h(
        'section',
        { class: 'account-leaving' },
        h('span', { class: 'spinner', 'aria-hidden': 'true' }),
        h('h2', {}, text.accountDeleting),
        left,
        h('p', {}, text.accountDeletingNote),
      ),
    );
  for (;;) {
    const { state, projectsLeft } = await progress(session);
    if (state !== 'running') localStorage.removeItem(UNDER_WAY);
    if (state === 'completed') return session.accountIsGone();
    if (state === 'failed') return showStopped();
    left.textContent = projectsLeft > 0 ? text.accountDeletingLeft(projectsLeft) : '';
    await new Promise((resolve) => window.setTimeout(resolve, ASKED_EVERY_MS));
  }
}

/**
 * A token without a user is refused: then the account is gone. Failed requests are repeated.
 * @param {Session} session
 * @returns {Promise<import('../types.js').AccountDeletion>}
 */
async function progress(session) {
  const headers = { Authorization: `Bearer ${session.token}` };
  const answer = await fetch('/api/account/deletion', { headers }).catch(() => null);
  if (answer?.status === 401) return { state: 'completed', projectsLeft: 0 };
  if (answer?.status === 404) return { state: 'failed', projectsLeft: 0 };
  return answer?.ok ? answer.json() : { state: 'running', projectsLeft: 0 };
}

function showStopped() {
  document.querySelector('.account-leaving')?.replaceChildren(
    h('p', { role: 'alert' }, text.accountDeleteStopped),
    buttonOf('button', text.retry, () => location.reload()),
  );
}
