import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import { absentAs } from '../disk/absent.js';
import { keepFile } from '../disk/durable-files.js';
import { ownRange } from '../process/build-range.js';
import type { Finding } from './finding.js';

/** In the data folder: which database it belongs to. */
const MARKER = '.dreamcore.json';

/**
 * Does the data folder belong to this database? The first worker marks it; a folder of another
 * database would be taken for garbage, project by project. Null when it is ours or unmarked.
 */
export async function checkMarker(
  config: Pick<Config, 'DATA_DIR' | 'SUPABASE_URL' | 'EMBEDDED_SUPABASE_URL'>,
  { isMarked = false }: { isMarked?: boolean } = {},
): Promise<Finding | null> {
  const file = path.join(config.DATA_DIR, MARKER);
  const database = config.EMBEDDED_SUPABASE_URL === undefined ? config.SUPABASE_URL : 'embedded';
  const text = await readFile(file, 'utf8').catch(absentAs(null));
  if (text === null) {
    if (isMarked) await keepFile(file, `${JSON.stringify({ database })}\n`);
    return null;
  }
  const { owner, store } = markOf(text);
  const { to } = (await ownRange()).store;
  if (store > to)
    return {
      what: 'DATA_DIR',
      verdict: 'missing',
      detail: `${config.DATA_DIR} (store ${store}) is newer than this code (store ${to})`,
      remedy: 'start the commit that ran last, or a newer one; nothing was changed',
    };
  if (owner === database) return null;
  return {
    what: 'DATA_DIR',
    verdict: 'missing',
    detail: `${config.DATA_DIR} belongs to the database ${owner}, not to ${database}`,
    remedy: `set another DATA_DIR, or remove ${file} if the database has moved`,
  };
}

/** Whose files they are, and in which layout: without a word about it the first one. */
function markOf(text: string): { owner: string; store: number } {
  try {
    const { database, store = 1 } = JSON.parse(text) as { database?: unknown; store?: unknown };
    return { owner: String(database), store: Number(store) };
  } catch {
    return { owner: 'unknown', store: 1 };
  }
}
