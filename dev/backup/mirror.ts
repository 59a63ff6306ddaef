import path from 'node:path';
import { maySweep } from '../../src/domain/limits/sweep-limit.js';
import { KEEP_REMOVED_MS } from '../../src/contracts/base/retention.js';
import { exists, filesBelow } from '../../src/disk/absent.js';
import { emptyQuarantine, quarantine } from '../../src/disk/quarantine.js';
import { createFileObjectStore, objectFile } from '../../src/objects/file-object-store.js';
import { listAll, type ObjectInfo } from '../../src/objects/object-store.js';
import { isNamed } from '../../src/ops/verify-rows.js';
import { placeCopy } from './copies.js';
import { placesIn } from './folder.js';

const REMOVED = 'removed';
/** A removal that had begun before the last backup may have ended after it. */
const REMOVAL_MS = 60_000;

export interface Mirrored {
  readonly listed: number;
  /** Objects that stay there: too many that rows name are gone here, and were not removed (U2). */
  readonly held: number;
}

/**
 * Brings the objects of a folder of backups up to those of a `DATA_DIR`. What is gone there stands
 * in `removed` of the folder for the one window (U2), then it is erased: so is what users delete.
 * `since` is the moment of the last backup.
 */
export async function mirrorObjects(
  dataDir: string,
  folder: string,
  since: Date,
): Promise<Mirrored> {
  const { scratch } = placesIn(folder);
  const there = new Map<string, ObjectInfo>();
  for await (const object of listAll(createFileObjectStore(folder), ''))
    there.set(object.key, object);
  const named = [...there.keys()].filter(isNamed).length;
  let listed = 0;
  for await (const object of listAll(createFileObjectStore(dataDir), '')) {
    const known = there.get(object.key);
    there.delete(object.key);
    listed += 1;
    if (known && isSame(known, object)) continue;
    const [from, to] = [objectFile(dataDir, object.key), objectFile(folder, object.key)];
    await placeCopy(from, to, scratch);
  }
  const removed = await filesBelow(path.join(dataDir, REMOVED));
  await mirrorShortLived(removed, { dataDir, folder, since });
  const onPurpose = new Set(removed.map((file) => file.split(path.sep).slice(2).join('/')));
  const gone = [...there.keys()];
  const unknown = gone.filter((key) => isNamed(key) && !onPurpose.has(key)).length;
  const mayRemove = maySweep({ listed: named, unknown });
  const removable = mayRemove ? gone : gone.filter((key) => onPurpose.has(key));
  await quarantine(folder, ...removable.map((key) => objectFile(folder, key)));
  await emptyQuarantine(folder, KEEP_REMOVED_MS);
  return { listed, held: gone.length - removable.length };
}

/** What was made and removed since: rows of a moment between two backups name it. */
async function mirrorShortLived(
  removed: readonly string[],
  { dataDir, folder, since }: { dataDir: string; folder: string; since: Date },
): Promise<void> {
  for (const file of removed) {
    const [entry = '', ...lay] = file.split(path.sep);
    const isOld = Number.parseInt(entry, 10) < since.getTime() - REMOVAL_MS;
    if (isOld || lay[0] !== 'objects' || (await exists(path.join(folder, ...lay)))) continue;
    const [from, to] = [path.join(dataDir, REMOVED, file), path.join(folder, REMOVED, file)];
    await placeCopy(from, to, placesIn(folder).scratch);
  }
}

/** Objects of one key that were put at different times may differ. */
function isSame(one: ObjectInfo, other: ObjectInfo): boolean {
  const at = ({ modifiedAt }: ObjectInfo): number => Math.trunc(modifiedAt.getTime());
  return one.sizeBytes === other.sizeBytes && at(one) === at(other);
}
