import path from 'node:path';
import { sha256Of } from '../../src/contracts/base/hashes.js';
import {
  assetKey,
  createAssets,
  isDamage,
  promisedHash,
  type Assets,
} from '../../src/objects/assets.js';
import type { ObjectStore } from '../../src/objects/object-store.js';
import type { V2Asset, V2Import } from './tables.js';
import { isAtHome, listFolder, readPlainFile } from './files.js';

export interface AssetTools {
  readonly tables: Pick<V2Import, 'assetsOf' | 'adoptAsset'>;
  /** V2's data folder. */
  readonly from: string;
  readonly objects: ObjectStore;
  readonly dryRun: boolean;
}

export interface AssetsOutcome {
  readonly taken: number;
  readonly present: number;
  /** Files in V2's folder that no row speaks of. */
  readonly unknownFiles: number;
  readonly problems: readonly string[];
}

interface Result {
  readonly kind: 'taken' | 'present' | 'lost';
  readonly problem: string | null;
}

/**
 * Adopts the assets of an owner (null = the global ones): the object, compared byte for byte, then
 * the row.
 */
export async function importAssets(
  tools: AssetTools,
  ownerId: string | null,
): Promise<AssetsOutcome> {
  const rows = await tools.tables.assetsOf(ownerId);
  const results: Result[] = [];
  for (const row of rows) results.push(await importAsset(tools, row));
  const known = new Set(rows.flatMap((row) => placesOf(tools.from, row)));
  const problems = results.flatMap(({ problem }, index) =>
    problem === null
      ? []
      : [`asset ${rows[index]?.filename ?? ''} (${rows[index]?.id ?? ''}): ${problem}`],
  );
  const unknown = (await filesBelow(folderOf(tools.from, ownerId))).filter(
    (file) => !known.has(file),
  );
  const count = (kind: Result['kind']): number =>
    results.filter((result) => result.kind === kind).length;
  return {
    taken: count('taken'),
    present: count('present'),
    unknownFiles: unknown.length,
    problems,
  };
}

async function importAsset(tools: AssetTools, row: V2Asset): Promise<Result> {
  const assets = createAssets(tools.objects);
  const kept = await readKept(assets, row);
  const file = await findFile(tools.from, row);
  const bytes = file === null ? kept : await readPlainFile(file);
  if (bytes === null) {
    // A deleted one is shown no more.
    return {
      kind: 'lost',
      problem: row.is_deleted ? null : `its file is not in the data folder: ${row.storage_path}`,
    };
  }
  if (typeof bytes === 'string') return { kind: 'lost', problem: `its file is ${bytes}` };
  const hash = sha256Of(bytes);
  const key = keyOf(row, hash);
  const problem =
    hash === row.hash.toLowerCase()
      ? null
      : 'its file is not the one that was uploaded; it is taken as V2 served it';
  // A row of V2 may name its place here already: it is not opened before it is marked as stored.
  if (row.is_stored && row.storage_path === key && kept !== null)
    return { kind: 'present', problem };
  if (tools.dryRun) return { kind: 'taken', problem };
  await tools.objects.put(key, bytes);
  if (!(await assets.readChecked(key))?.equals(bytes)) throw new Error(`${key} has other bytes`);
  if (!(await tools.tables.adoptAsset(row, { storage_path: key, hash })))
    return { kind: 'lost', problem: 'its row was changed meanwhile; run the import again' };
  return { kind: 'taken', problem };
}

/** The bytes of the object that the row names; null = it names none that its name is true of. */
async function readKept(assets: Assets, row: V2Asset): Promise<Buffer | null> {
  const hash = promisedHash(row.storage_path);
  if (hash === null || row.storage_path !== keyOf(row, hash)) return null;
  return assets.readChecked(row.storage_path).catch((error: unknown) => {
    if (isDamage(error)) return null;
    throw error;
  });
}

/**
 * Where V2 keeps the file of a row; null = nowhere that is its owner's: rows are written by users
 * and links by models, they prove nothing.
 */
async function findFile(from: string, row: V2Asset): Promise<string | null> {
  for (const place of placesOf(from, row)) {
    if (
      (await readPlainFile(place)) !== 'missing' &&
      (await isAtHome(place, folderOf(from, row.owner_id)))
    )
      return place;
  }
  return null;
}

/**
 * Candidates, best first: the path below the owner's folder, wherever V2's data lay then;
 * else the file's name there.
 */
export function placesOf(
  from: string,
  row: Pick<V2Asset, 'owner_id' | 'storage_path' | 'filename' | 'category'>,
): string[] {
  const home = folderOf(from, row.owner_id);
  const marker =
    row.owner_id === null ? '/assets/global/' : `/users/${row.owner_id.toLowerCase()}/assets/`;
  const said = path.posix.normalize(`/${row.storage_path.replaceAll('\\', '/')}`);
  const at = said.toLowerCase().lastIndexOf(marker);
  const tails = [
    at === -1 ? '' : said.slice(at + marker.length),
    row.owner_id === null ? path.posix.join(row.category ?? '', row.filename) : row.filename,
  ];
  const places = tails
    .filter((tail) => tail !== '' && !tail.includes('\0'))
    .map((tail) => path.join(home, tail));
  return [...new Set(places.filter((place) => place.startsWith(home + path.sep)))];
}

function keyOf({ id, owner_id: ownerId, filename }: V2Asset, hash: string): string {
  return assetKey({ id, ownerId, hash, extension: path.extname(filename) });
}

function folderOf(dataDir: string, ownerId: string | null): string {
  return ownerId === null
    ? path.join(dataDir, 'assets', 'global')
    : path.join(dataDir, 'users', ownerId.toLowerCase(), 'assets');
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = (await listFolder(folder)) ?? [];
  const below = await Promise.all(
    names
      .filter((name) => !name.startsWith('.'))
      .map(async (name) => {
        const place = path.join(folder, name);
        return (await listFolder(place)) === null ? [place] : filesBelow(place);
      }),
  );
  return below.flat();
}
