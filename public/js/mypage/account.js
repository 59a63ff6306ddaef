/** The account as a whole: all that is the person’s as a file, and the way out everywhere. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId } from '../ui/dom.js';
import { fileName, saveFile } from '../ui/file-name.js';
import { toast } from '../ui/toast.js';

/** @param {import('../net/session.js').Session} session */
export function wireAccount(session) {
  const exporting = byId('exportButton', HTMLButtonElement);
  const leaving = byId('signOutEverywhereButton', HTMLButtonElement);
  exporting.disabled = false;
  leaving.disabled = false;
  exporting.addEventListener('click', () => void exportAll(session, exporting));
  leaving.addEventListener(
    'click',
    () =>
      void confirmDialog({
        iconName: 'signOut',
        title: text.signOutEverywhere,
        lines: [text.signOutEverywhereLine, text.signOutEverywhereNote],
        action: text.signOut,
        run: () => session.signOut({ everywhere: true }),
      }),
  );
}

/** @param {import('../net/session.js').Session} session @param {HTMLButtonElement} button */
async function exportAll(session, button) {
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  toast(text.accountExporting);
  try {
    const answer = await get(session, '/api/account/export');
    saveFile(await answer.blob(), fileName(text.accountExportName, '.zip'));
  } catch {
    toast(text.accountExportFailed, { kind: 'error' });
  } finally {
    button.disabled = false;
    button.removeAttribute('aria-busy');
  }
}
