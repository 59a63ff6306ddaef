/** The person's name: shown, and changed in a dialog. */
import { text } from '../texts/index.js';
import { confirmDialog } from '../ui/dialog.js';
import { byId } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../net/session.js').Session} Session */

const NAME_MAX_CHARS = 50;

/** @param {Session} session */
export function showProfile(session) {
  const name = byId('profileName', HTMLHeadingElement);
  const edit = byId('editProfileButton', HTMLButtonElement);
  name.textContent = session.displayName || text.mypageNobody;
  edit.disabled = false;
  edit.addEventListener('click', async () => {
    const changed = await askForName(session);
    if (changed === null) return;
    name.textContent = changed;
    toast(text.profileSaved, { kind: 'success' });
  });
}

/** @param {Session} session @returns {Promise<string | null>} the new name; null = it stays */
async function askForName(session) {
  /** @type {string | null} */
  let changed = null;
  await confirmDialog({
    iconName: 'person',
    title: text.profileEdit,
    action: text.save,
    field: {
      label: text.profileName,
      note: text.profileNote,
      input: {
        id: 'profileNameInput',
        maxlength: NAME_MAX_CHARS,
        value: session.displayName,
        autocomplete: 'nickname',
      },
    },
    run: async (name) => {
      if (name === '') throw new Error(text.profileNameMissing);
      if (name === session.displayName) return;
      await saveName(session, name);
      changed = name;
    },
  });
  return changed;
}

/**
 * Players read it from the person's row, the pages from the session. @param {Session} session
 * @param {string} name
 */
async function saveName(session, name) {
  const client = await session.authClient();
  const { error: rowError } = await client
    .from('users')
    .update({ display_name: name })
    .eq('id', session.userId);
  if (rowError) throw new Error(text.profileFailed);
  const { error } = await client.auth.updateUser({ data: { full_name: name } });
  if (error) throw new Error(text.profileFailed);
}
