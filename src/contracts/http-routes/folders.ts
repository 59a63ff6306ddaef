import { HTTP_ROUTES } from './index.js';
import type { CrossOrigin } from './route.js';

/** The folders of all routes that other origins may read, each as `/name/`, and single files. */
const SHARED_FOLDERS = sharedFolders();

/** The folders that sandboxed games read from, each as `/name/`; single files are only scripts. */
export const FOLDERS_OF_GAMES: readonly string[] = SHARED_FOLDERS.filter(
  ({ folder, crossOrigin }) => crossOrigin === 'games' && folder.endsWith('/'),
).map(({ folder }) => folder);

/**
 * Which other origins may read the answer at an address that no route has: as its folder, so that
 * a game can distinguish a missing file from a refused one.
 */
export function crossOriginOfFolder(path: string): CrossOrigin | undefined {
  const address = path.toLowerCase();
  return SHARED_FOLDERS.find(({ folder }) => address.startsWith(folder))?.crossOrigin;
}

function sharedFolders(): { folder: string; crossOrigin: CrossOrigin }[] {
  const folders = HTTP_ROUTES.flatMap(({ path, crossOrigin }) =>
    // The address up to its first parameter.
    crossOrigin ? { folder: path.replace(/[^/]*[:{].*$/, ''), crossOrigin } : [],
  );
  return folders.filter(
    ({ folder }, at) =>
      !folders.some(
        (other, otherAt) =>
          folder.startsWith(other.folder) && (folder !== other.folder || otherAt < at),
      ),
  );
}
