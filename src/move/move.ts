import path from 'node:path';
import { readMarker, writeMarker } from '../disk/data-marker.js';
import { exists } from '../disk/absent.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { Store } from '../store/index.js';
import type { Log } from '../telemetry/log.js';
import { VersionObjects } from '../versions/kept/places.js';
import { createVersions } from '../versions/kept/versions.js';
import { asideFolder, setAside } from './aside.js';
import { moveFailedWork } from './failed-work.js';
import type { FetchOld } from './fetched.js';
import { moveFiles } from './files.js';
import { Progress } from './progress.js';
import { moveVersions } from './versions.js';

/** The layout that is moved to (`src/process/build-range.ts`). */
const STORE = 2;

export interface MoveDeps {
  readonly dataDir: string;
  /** As the marker of the data folder names it. */
  readonly database: string;
  readonly store: Store;
  readonly objects: ObjectStore;
  /** Null = no Volume can hold a version that is in no repository here. */
  readonly fetchOld: FetchOld | null;
  readonly log: Log;
}

/** How many versions are not moved: a Volume is away, no store holds them, they are damaged. */
export interface LeftBehind {
  late: number;
  lost: number;
  refused: number;
}

interface Run {
  readonly signal: AbortSignal;
  /** Called after each version. */
  readonly onStep?: () => Promise<void>;
}

/** Whether a data folder is, or may be, one of the older layout that is not moved to its end. */
export async function isToBeMoved(dataDir: string): Promise<boolean> {
  const marker = await readMarker(dataDir);
  if (marker === null) return hasOldData(dataDir);
  return marker.store < STORE || marker.move !== undefined;
}

/**
 * Moves what is shown first out of the older layout: files beside versions, then heads and
 * published versions. Before anything else uses the folder. A repeat goes on where an earlier call
 * was killed.
 */
export async function moveFirst(deps: MoveDeps, run: Run): Promise<void> {
  const { dataDir, log } = deps;
  if (!(await begin(deps))) return;
  await setAside(dataDir);
  if ((await readMarker(dataDir))?.move === 'files') {
    await moveFiles(deps, run.signal);
    if (run.signal.aborted) return;
    await mark(deps, 'versions');
    log.info(`the data of the older release is kept in ${asideFolder(dataDir)}, as it was`);
  }
  await moveSome(deps, run, true);
}

/**
 * Moves what {@link moveFirst} has left. When nothing is left that a later call could move, the
 * folder shows it.
 */
export async function moveRest(deps: MoveDeps, run: Run): Promise<LeftBehind> {
  const { dataDir, store, objects, log } = deps;
  const versions = createVersions(objects, store.revisions);
  await moveFailedWork({ dataDir, store, objects, versions, log }, run.signal);
  const left = await moveSome(deps, run, false);
  if (!run.signal.aborted && left.late + left.refused === 0) await mark(deps, undefined);
  return left;
}

/** False = there is nothing of the older layout. */
async function begin(deps: MoveDeps): Promise<boolean> {
  const marker = await readMarker(deps.dataDir);
  if (marker !== null && marker.database !== deps.database)
    throw new Error(`${deps.dataDir} belongs to the database ${marker.database}`);
  if (marker !== null && marker.store >= STORE) return marker.move !== undefined;
  const { unmoved, lost } = await deps.store.unmoved.count();
  // A folder without a marker may be new, or that of a V2 which is imported later.
  if (marker === null && unmoved + lost === 0) return false;
  if (unmoved > 0 && !(await hasOldData(deps.dataDir)))
    throw new Error(
      `${unmoved} versions are not moved to objects yet, and ${deps.dataDir} has no folder ` +
        'users: is it the DATA_DIR that they were made in?',
    );
  // From here on older builds refuse the folder (O2).
  await mark(deps, 'files');
  return true;
}

async function hasOldData(dataDir: string): Promise<boolean> {
  const places = [dataDir, asideFolder(dataDir)].map((folder) => path.join(folder, 'users'));
  return (await Promise.all(places.map(exists))).includes(true);
}

const mark = ({ dataDir, database }: MoveDeps, move: 'files' | 'versions' | undefined) =>
  writeMarker(dataDir, { database, store: STORE, ...(move && { move }) });

async function moveSome(deps: MoveDeps, run: Run, first: boolean): Promise<LeftBehind> {
  const { dataDir, store, objects, fetchOld, log } = deps;
  const versions = createVersions(objects, store.revisions);
  const places = new VersionObjects(objects);
  const progress = await Progress.begin(store, log, run.onStep);
  const move = { dataDir, store, versions, places, fetchOld, log };
  const left = await moveVersions(move, { first, progress, signal: run.signal });
  progress.end();
  return left;
}
