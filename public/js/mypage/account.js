/** The account as a whole: all that is the person’s as a file, and the way out everywhere. */
import { failureText, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId, whileBusy } from '../ui/dom.js';
import { fileName, saveFile } from '../ui/file-name.js';
import { toast } from '../ui/toast.js';

/** @param {import('../net/session.js').Session} session */
export function wireAccount(session) {
  const exporting = byId('exportButton', HTMLButtonElement);
  const leaving = byId('signOutEverywhereButton', HTMLButtonElement);
  exporting.disabled = false;
  leaving.disabled = false;
  exporting.addEventListener('click', () => void whileBusy(exporting, () => exportAll(session)));
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

/** @param {import('../net/session.js').Session} session */
async function exportAll(session) {
  toast(text.accountExporting);
  try {
    const answer = await get(session, '/api/account/export');
    saveFile(await answer.blob(), fileName(text.accountExportName, '.zip'));
  } catch (error) {
    toast(failureText(error, text.accountExportFailed), { kind: 'error' });
  }
}
