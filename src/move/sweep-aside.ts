import path from 'node:path';
import { quarantine } from '../disk/quarantine.js';
import { maySweep } from '../domain/limits/sweep-limit.js';
import type { Store } from '../store/index.js';
import type { Log } from '../telemetry/log.js';
import { asideFolder, idsIn } from './aside.js';

interface AsideSweep {
  readonly dataDir: string;
  readonly store: Pick<Store, 'users' | 'projects' | 'publishedGames'>;
  readonly log: Log;
}

/**
 * Moves what users, projects and published games without a row have in the folders that are kept
 * aside into the quarantine (F2), unless that is so much that the database may be another one (U2).
 * Returns how many.
 */
export async function sweepAside({ dataDir, store, log }: AsideSweep): Promise<number> {
  const sweep = async (
    folder: string,
    existing: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
  ): Promise<{ removed: number; known: string[] }> => {
    const ids = await idsIn(path.join(asideFolder(dataDir), folder));
    const rows = ids.length === 0 ? new Set<string>() : await existing(ids);
    const [known, gone] = [ids.filter((id) => rows.has(id)), ids.filter((id) => !rows.has(id))];
    if (gone.length === 0) return { removed: 0, known };
    if (!maySweep({ listed: ids.length, unknown: gone.length })) {
      log.error({ folder, gone: gone.length }, 'too much of the old data has no row: it stays');
      return { removed: 0, known };
    }
    for (const id of gone) await quarantine(dataDir, path.join(asideFolder(dataDir), folder, id));
    return { removed: gone.length, known };
  };
  const users = await sweep('users', store.users.existing);
  let { removed } = users;
  for (const userId of users.known)
    removed += (await sweep(path.join('users', userId, 'projects'), store.projects.existing))
      .removed;
  return removed + (await sweep('published', store.publishedGames.existing)).removed;
}
