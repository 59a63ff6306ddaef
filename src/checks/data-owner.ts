import type { Config } from '../config.js';
import { markerFile, readMarker, writeMarker } from '../disk/data-marker.js';
import { ownRange } from '../process/build-range.js';
import { missing, type Finding } from './finding.js';

export type Places = Pick<Config, 'DATA_DIR' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>;

/**
 * Does the data folder belong to this database, and is it of this code's layout? The first worker
 * marks it; a folder of another database would be taken for garbage, project by project. Null when
 * it is ours or unmarked.
 */
export async function checkMarker(
  config: Places,
  { isMarked = false }: { isMarked?: boolean } = {},
): Promise<Finding | null> {
  const { DATA_DIR } = config;
  const database = databaseName(config);
  const { from, to } = (await ownRange()).store;
  const marker = await readMarker(DATA_DIR);
  if (marker === null) {
    if (isMarked) await writeMarker(DATA_DIR, { database, store: to });
    return null;
  }
  const refusal = (detail: string, remedy: string) =>
    missing('DATA_DIR', `${DATA_DIR} ${detail}`, remedy);
  if (marker.store > to)
    return refusal(
      `(store ${marker.store}) is newer than this code (store ${to})`,
      'start the commit that ran last, or a newer one; nothing was changed',
    );
  if (marker.database !== database)
    return refusal(
      `belongs to the database ${marker.database}, not to ${database}`,
      `set another DATA_DIR, or remove ${markerFile(DATA_DIR)} if the database has moved`,
    );
  if (marker.store >= from) return null;
  return refusal(
    `(store ${marker.store}) is older than this code (store ${from})`,
    'run npx dreamcore move while nothing else uses it',
  );
}

/** How the marker names a database. */
export function databaseName({
  SUPABASE_URL,
  EMBEDDED_SUPABASE_URL,
}: Pick<Places, 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>): string {
  return EMBEDDED_SUPABASE_URL === undefined ? SUPABASE_URL : 'embedded';
}
