import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { filesBelow } from '../../src/disk/absent.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { holdSweeps } from '../../src/objects/unverified.js';
import type { Output } from '../../src/ops/options.js';
import { readSettings } from '../../src/ops/settings.js';
import { createLog } from '../../src/telemetry/log.js';
import { placeCopy } from './copies.js';
import { makePassable } from '../postgres/location.js';
import { MANIFEST, namesIn, placesIn, WORKFLOWS } from './folder.js';
import { planRestore, type RestorePlan } from './restore-plan.js';
import { restoreCluster } from './restored-cluster.js';

export interface RestoreOptions extends Output {
  readonly to?: Date;
}

/** Folders of objects, and of those that were removed less than the window ago (U2). */
const OBJECT_FOLDERS = ['objects', 'removed'] as const;

/**
 * `npx dreamcore restore <backup> [--to <time>]`: puts a backup into an empty DATA_DIR. The
 * database comes last, so that an interrupted restore has none; sweeps stand still until `npx
 * dreamcore verify` is clean (L3).
 */
export async function restoreBackup(
  given: string,
  { to, envFile }: RestoreOptions,
): Promise<string> {
  const { DATA_DIR: dataDir } = readSettings(envFile).config;
  if ((await namesIn(dataDir)).length > 0)
    throw new Error(`${dataDir} is not empty: move it aside, a restore overwrites nothing.`);
  const plan = await planRestore(path.resolve(given), to ?? null);
  await makePassable(dataDir);
  await makePassable(path.join(dataDir, 'postgres'));
  await placeFiles(plan, dataDir);
  await holdSweeps(createFileObjectStore(dataDir));
  const wal = placesIn(plan.folder).wal;
  await restoreCluster(path.join(dataDir, 'postgres'), {
    base: path.join(placesIn(plan.folder).bases, plan.base),
    segments: plan.segments.map((name) => path.join(wal, `${name}.gz`)),
    until: plan.until,
    log: createLog('restore'),
  });
  const moment = (plan.until ?? new Date(plan.backup.at)).toISOString();
  return (
    `${dataDir} is as it was at ${moment}. Start it, then run npx dreamcore verify --undelete: ` +
    'house-keeping removes nothing until that finds all that rows name.'
  );
}

async function placeFiles({ folder, backup }: RestorePlan, dataDir: string): Promise<void> {
  const scratch = path.join(dataDir, 'scratch');
  const place = (from: string, name: string): Promise<boolean> =>
    placeCopy(path.join(from, name), path.join(dataDir, name), scratch);
  for (const name of OBJECT_FOLDERS)
    for (const file of await filesBelow(path.join(folder, name)))
      await place(folder, path.join(name, file));
  const own = path.join(placesIn(folder).backups, backup.id);
  for (const file of await filesBelow(own))
    if (file !== MANIFEST && file !== WORKFLOWS) await place(own, file);
  // Its server writes into it: it must not be the backup's own file.
  if (backup.hasWorkflows) await copyFile(path.join(own, WORKFLOWS), path.join(dataDir, WORKFLOWS));
  await rm(scratch, { recursive: true, force: true });
}
