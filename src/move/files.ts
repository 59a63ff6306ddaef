import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from '../contracts/base/hashes.js';
import { absentAs, filesBelow } from '../disk/absent.js';
import { assetKey } from '../objects/assets.js';
import { hasAnyBelow } from '../objects/project-objects.js';
import { thumbnailPrefix } from '../objects/thumbnails.js';
import { videoKey, videoPrefix } from '../objects/videos.js';
import { createPublishedCopies, type PublishedFile } from '../versions/kept/published-copies.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { Store } from '../store/index.js';
import type { UnmovedAsset } from '../store/tables/unmoved-assets.js';
import type { Log } from '../telemetry/log.js';
import { asideFolder, idsIn, oldProjects, type OldProject } from './aside.js';

const ROWS_AT_ONCE = 500;
interface FileMove {
  readonly dataDir: string;
  readonly store: Pick<Store, 'unmovedAssets' | 'projects' | 'publishedGames'>;
  readonly objects: ObjectStore;
  readonly log: Log;
}

/** An asset of a user is named by its content in the older layout. */
const ASSET_NAME = /^([0-9a-f]{64})(?:\.[a-z0-9]{1,16})?$/;

const REVISION = /^[0-9a-f]{40}$/;
const VIDEO_NAME = /^movie-([0-9a-f]{40})\.mp4$/;

/** Moves what lies beside versions: assets, thumbnails, videos, published copies. */
export async function moveFiles(deps: FileMove, signal: AbortSignal): Promise<void> {
  await moveAssets(deps, signal);
  for await (const project of oldProjects(deps.dataDir)) {
    if (signal.aborted) return;
    await moveShown(deps, project);
  }
  for (const gameId of await idsIn(path.join(asideFolder(deps.dataDir), 'published')))
    if (!signal.aborted) await moveCopies(deps, gameId);
}

/** The published copies of a game, unless it is gone. */
async function moveCopies({ dataDir, store, objects }: FileMove, gameId: string): Promise<void> {
  if (!(await store.publishedGames.existing([gameId])).has(gameId)) return;
  const copies = createPublishedCopies(objects);
  const folder = path.join(asideFolder(dataDir), 'published', gameId);
  for (const revision of (await readdir(folder)).filter((name) => REVISION.test(name))) {
    if ((await copies.list(gameId, revision)).length > 0) continue;
    const files: PublishedFile[] = [];
    for (const file of await filesBelow(path.join(folder, revision)))
      files.push({ path: file, bytes: await readFile(path.join(folder, revision, file)) });
    await copies.write(gameId, revision, files);
  }
}

/** The image and the video of a project, unless it has newer ones or is gone. */
async function moveShown({ store, objects }: FileMove, project: OldProject): Promise<void> {
  const { projectId, folder } = project;
  const names = await readdir(folder);
  const image = ['thumbnail.webp', 'thumbnail.png'].find((name) => names.includes(name));
  const video = await newest(
    folder,
    names.filter((name) => VIDEO_NAME.test(name)),
  );
  if (image === undefined && video === undefined) return;
  if (!(await store.projects.existing([projectId])).has(projectId)) return;
  const thumbnails = thumbnailPrefix(projectId);
  if (image !== undefined && !(await hasAnyBelow(objects, thumbnails)))
    await objects.put(`${thumbnails}${projectId}`, await readFile(path.join(folder, image)));
  const revision = VIDEO_NAME.exec(video ?? '')?.[1];
  if (video !== undefined && revision && !(await hasAnyBelow(objects, videoPrefix(projectId))))
    await objects.put(videoKey(projectId, revision), await readFile(path.join(folder, video)));
}

async function newest(folder: string, names: readonly string[]): Promise<string | undefined> {
  const aged = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(path.join(folder, name))).mtimeMs })),
  );
  return aged.sort((one, other) => other.atMs - one.atMs)[0]?.name;
}

async function moveAssets(deps: FileMove, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  for (let after: string | null = null; !signal.aborted;) {
    const rows = await store.unmovedAssets.list(after, ROWS_AT_ONCE);
    for (const row of rows)
      if (!signal.aborted && !(await moveAsset(deps, row)))
        log.warn({ asset: row.id }, 'the file of an asset is not in the old data');
    after = rows.at(-1)?.id ?? null;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

async function moveAsset(
  { dataDir, store, objects }: FileMove,
  asset: UnmovedAsset,
): Promise<boolean> {
  const owner = asset.is_global ? null : asset.owner_id;
  const home = path.join(asideFolder(dataDir), ...placeOf(owner));
  const file = path.join(home, belowHome(asset.storage_path, owner));
  const bytes = file.startsWith(`${home}${path.sep}`) ? await readOrNull(file) : null;
  if (bytes === null) return false;
  const name = path.basename(file);
  const hash = sha256Of(bytes);
  if ((ASSET_NAME.exec(name)?.[1] ?? hash) !== hash) return false;
  const key = assetKey({ ownerId: owner, id: asset.id, hash, extension: path.extname(name) });
  await objects.put(key, bytes);
  await store.unmovedAssets.nameObject(asset, key);
  return true;
}

function placeOf(owner: string | null): string[] {
  return owner === null ? ['assets', 'global'] : ['users', owner.toLowerCase(), 'assets'];
}

/** Assets of everybody lie in folders of their own; those of a user beside each other. */
function belowHome(storagePath: string, owner: string | null): string {
  const below = /\/assets\/global\/(.+)$/.exec(storagePath)?.[1];
  return owner === null && below !== undefined ? below : path.basename(storagePath);
}

function readOrNull(file: string): Promise<Buffer | null> {
  return readFile(file).catch((error: NodeJS.ErrnoException) =>
    error.code === 'EISDIR' ? null : absentAs(null)(error),
  );
}
