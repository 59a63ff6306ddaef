import path from 'node:path';
import { listBackups, namesIn, placesIn, type Manifest } from './folder.js';
import { isHistory, segmentOf, segmentsBetween } from './wal-names.js';

/** What a restore puts together. */
export interface RestorePlan {
  readonly folder: string;
  /** Gives Temporal's state and the small files. */
  readonly backup: Manifest;
  /** Copy of the cluster to begin with. */
  readonly base: string;
  /** The log from there on, without gap. */
  readonly segments: readonly string[];
  /** Where the log is left; null = at its end. */
  readonly until: Date | null;
}

/**
 * A folder of backups, or one backup of it, as it was at the time `to`; null = as the newest
 * backup has it. Throws a sentence when that is not kept.
 */
export async function planRestore(given: string, to: Date | null): Promise<RestorePlan> {
  const isOne = path.basename(path.dirname(given)) === 'backups';
  const folder = isOne ? path.dirname(path.dirname(given)) : given;
  const all = await listBackups(folder);
  const wanted = isOne ? all.filter(({ id }) => id === path.basename(given)) : all;
  const names = (await namesIn(placesIn(folder).wal)).map((name) => path.basename(name, '.gz'));
  const { backup, last, until } = chooseBackups(wanted, all, to);
  const { names: segments, isWhole } = segmentsBetween(names, backup.walFrom, last.walTo);
  if (!isWhole)
    throw new Error(`The log of changes has a gap between ${backup.walFrom} and ${last.walTo}.`);
  return {
    folder,
    backup,
    base: backup.base,
    segments: [...names.filter(isHistory), ...segments],
    until,
  };
}

/**
 * Of a moment between two backups the older one gives Temporal's state, which must not be newer
 * than the database, and the newer one the log up to it.
 */
export function chooseBackups(
  wanted: readonly Manifest[],
  all: readonly Manifest[],
  to: Date | null,
): { readonly backup: Manifest; readonly last: Manifest; readonly until: Date | null } {
  const newest = wanted.at(-1);
  if (newest === undefined) throw new Error('There is no such backup.');
  if (to === null) return { backup: newest, last: newest, until: null };
  const atMs = ({ at }: Manifest): number => Date.parse(at);
  const backup = wanted.findLast((each) => atMs(each) <= to.getTime());
  const last = all.find(
    (each) => atMs(each) >= to.getTime() && timeline(each) === (backup && timeline(backup)),
  );
  if (backup && last) return { backup, last, until: to };
  throw new Error(
    `${to.toISOString()} is not kept: there is ${all[0]?.at ?? ''} to ${all.at(-1)?.at ?? ''}.`,
  );
}

const timeline = ({ walTo }: Manifest): string | undefined => segmentOf(walTo)?.timeline;
