import { maySweep } from '../../src/domain/limits/sweep-limit.js';
import { KEEP_REMOVED_MS } from '../../src/contracts/base/retention.js';
import { emptyQuarantine, quarantine } from '../../src/disk/quarantine.js';
import { createFileObjectStore, objectFile } from '../../src/objects/file-object-store.js';
import { listAll, type ObjectInfo } from '../../src/objects/object-store.js';
import { placeCopy } from './copies.js';
import { placesIn } from './folder.js';

export interface Mirrored {
  readonly listed: number;
  readonly added: number;
  /** Objects that are gone here and stay there, because they are too many (U2). */
  readonly held: number;
}

/**
 * Brings the objects of a folder of backups up to those of a `DATA_DIR`. What is gone there stands
 * in `removed` of the folder for the one window (U2), then it is erased: so is what users delete.
 */
export async function mirrorObjects(dataDir: string, folder: string): Promise<Mirrored> {
  const { scratch } = placesIn(folder);
  const there = new Map<string, ObjectInfo>();
  for await (const object of listAll(createFileObjectStore(folder), ''))
    there.set(object.key, object);
  const before = there.size;
  let [listed, added] = [0, 0];
  for await (const object of listAll(createFileObjectStore(dataDir), '')) {
    const known = there.get(object.key);
    there.delete(object.key);
    listed += 1;
    if (known && isSame(known, object)) continue;
    const [from, to] = [objectFile(dataDir, object.key), objectFile(folder, object.key)];
    if (await placeCopy(from, to, scratch)) added += 1;
  }
  const gone = [...there.keys()];
  const mayRemove = maySweep({ listed: before, unknown: gone.length });
  if (mayRemove) await quarantine(folder, ...gone.map((key) => objectFile(folder, key)));
  await emptyQuarantine(folder, KEEP_REMOVED_MS);
  return { listed, added, held: mayRemove ? 0 : gone.length };
}

/** Objects of one key that were put at different times may differ. */
function isSame(one: ObjectInfo, other: ObjectInfo): boolean {
  const at = ({ modifiedAt }: ObjectInfo): number => Math.trunc(modifiedAt.getTime());
  return one.sizeBytes === other.sizeBytes && at(one) === at(other);
}
