import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parsedJson } from '../../src/contracts/base/readable.js';
import { absentAs } from '../../src/disk/absent.js';
import { segmentOf } from './wal-names.js';

/** What a backup holds; written last, so that one without it does not count. */
const Manifest = z.object({
  /** By its time: names sort as they were made. */
  id: z.string(),
  /** The database's clock: what was committed until then is in it. */
  at: z.iso.datetime(),
  /** PostgreSQL's own id of the cluster. */
  database: z.string(),
  /** The copy of the cluster that it begins with, in `bases`. */
  base: z.string(),
  /** First segment that the base needs, and the last one that was kept. */
  walFrom: z.string(),
  walTo: z.string(),
  hasWorkflows: z.boolean(),
  objects: z.number().int(),
});
export type Manifest = z.infer<typeof Manifest>;

export const MANIFEST = 'manifest.json';
/** Temporal's state, in a backup's own folder. */
export const WORKFLOWS = 'temporal.db';
/** Small files of `DATA_DIR` that a backup has whole, by their paths below it. */
export const OWN_FILES = ['.dreamcore.json', 'secrets', 'postgres/postgres.password'] as const;

/**
 * Places below a folder of backups. Objects, copies of the cluster and the log of its changes are
 * shared by all backups; the folder can be read like a `DATA_DIR` as far as objects go.
 */
export function placesIn(folder: string) {
  return {
    backups: path.join(folder, 'backups'),
    bases: path.join(folder, 'bases'),
    wal: path.join(folder, 'wal'),
    /** What is being written; may be removed at any moment. */
    scratch: path.join(folder, 'scratch'),
  };
}

/** Names in a folder; none where it is absent. */
export const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(absentAs([]));

/** The backups in a folder, the oldest first. */
export async function listBackups(folder: string): Promise<Manifest[]> {
  const { backups } = placesIn(folder);
  const read = (await namesIn(backups)).sort().map(async (id) => {
    const text = await readFile(path.join(backups, id, MANIFEST), 'utf8').catch(absentAs(''));
    return parsedJson(Manifest, text);
  });
  return (await Promise.all(read)).filter((manifest) => manifest !== null);
}

/** Removes all but the `keep` newest backups, and what only those needed. Returns how many. */
export async function removeOldBackups(folder: string, keep: number): Promise<number> {
  const places = placesIn(folder);
  const all = await listBackups(folder);
  const kept = all.slice(-keep);
  const old = all.slice(0, all.length - kept.length);
  const remove = (place: string) => rm(place, { recursive: true, force: true });
  for (const { id } of old) await remove(path.join(places.backups, id));
  const bases = new Set(kept.map(({ base }) => base));
  for (const base of await namesIn(places.bases))
    if (!bases.has(base)) await remove(path.join(places.bases, base));
  for (const name of await namesIn(places.wal))
    if (!isNeeded(path.basename(name, '.gz'), kept)) await remove(path.join(places.wal, name));
  return old.length;
}

/** Names of timelines stay: they are small, and a later timeline may need them. */
function isNeeded(name: string, kept: readonly Manifest[]): boolean {
  const segment = segmentOf(name);
  if (segment === null) return true;
  return kept.some(({ walFrom }) => {
    const first = segmentOf(walFrom);
    return first?.timeline === segment.timeline && segment.number >= first.number;
  });
}
