import { openFiles } from '../disk/private-files.js';
import { absent, ok, type Finding } from './finding.js';

const MAX_NAMED = 3;

/** Whether other accounts of this machine could read what is kept. */
export async function checkPrivacy(dataDir: string): Promise<Finding> {
  const what = 'private data';
  const open = await openFiles(dataDir, MAX_NAMED + 1);
  if (open.length === 0) return ok(what, 'no other account can read it');
  const named = open.slice(0, MAX_NAMED).join(', ');
  return absent(
    what,
    `other accounts can read ${named}${open.length > MAX_NAMED ? ' and more' : ''}`,
    `chmod -R go-rwx ${dataDir}, then chmod 711 for the folder itself and its postgres`,
  );
}
