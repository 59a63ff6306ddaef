import type { Config } from '../config.js';
import { readSettings } from './settings.js';
import { readStackFile } from './stack-file.js';
import { createLog } from '../telemetry/log.js';
import type { ObjectStore } from '../objects/object-store.js';
import { openUncached } from '../objects/open.js';
import { createStore, type Store, type StoreConfig } from '../store/index.js';
import { createVersions, type Versions } from '../versions/kept/versions.js';

/**
 * The database of the running stack, or the one that is configured, and the versions that its rows
 * name, read from the store itself and not from a cache. Throws when there is neither.
 */
export async function openRunningStore(
  envFile: string | undefined,
): Promise<{ store: Store; objects: ObjectStore; versions: Versions; config: Config }> {
  const { access, config } = await findRunningStore(envFile);
  const store = createStore(access, createLog('dreamcore'));
  const objects = openUncached(config);
  return { store, objects, versions: createVersions(objects, store.revisions), config };
}

/** As {@link openRunningStore}; answers how to reach it. */
export async function findRunningStore(
  envFile: string | undefined,
): Promise<{ access: StoreConfig; config: Config }> {
  const { env, config } = readSettings(envFile);
  const stack = await readStackFile(config.DATA_DIR);
  const { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY } = {
    ...stack?.provided,
    ...env,
  };
  if (!SUPABASE_URL || !SUPABASE_ANON_KEY || !SUPABASE_SERVICE_ROLE_KEY) {
    throw new Error(
      'No database: neither SUPABASE_URL is set nor did a stack run with DATA_DIR ' +
        `${config.DATA_DIR}.`,
    );
  }
  return { access: { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }, config };
}
