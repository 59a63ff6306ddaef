import path from 'node:path';
import type { Response } from 'express';
import type { ProjectSummary } from '../contracts/wire/frames.js';
import type { Version } from '../contracts/rows/versions.js';
import { refusedPaths } from '../domain/game/version-paths.js';
import { assetKeyOf, type Assets } from '../objects/assets.js';
import type { StoredFile } from '../objects/project-objects.js';
import type { Thumbnails } from '../objects/thumbnails.js';
import type { Videos } from '../objects/videos.js';
import type { Store } from '../store/index.js';
import { absentVersionAs } from '../versions/kept/versions.js';
import type { AssetRow, ListedAsset } from '../store/tables/assets.js';
import type { ShownSubscription } from '../store/tables/push-subscriptions.js';
import type { Identity } from './guards/auth.js';
import type { Games } from './games/current-game.js';
import { sendZip, type AddEntry } from './http/zip-response.js';

/** What stands in place of files that are lost, or not moved yet. */
const UNREADABLE = 'The files of this version cannot be read now.\n';

export interface AccountDeps {
  store: Store;
  games: Games;
  assets: Pick<Assets, 'read' | 'sizeOf'>;
  thumbnails: Thumbnails;
  videos: Videos;
}

interface Owned {
  readonly projects: readonly ProjectSummary[];
  readonly assets: readonly ListedAsset[];
  readonly notifiedBrowsers: readonly ShownSubscription[];
}

/**
 * Sends everything that a user owns, read as it is sent: `account.json` (identity, projects and
 * assets by name, subscribed browsers), for each project its chat, versions, texts for publishing,
 * the files of the current version, thumbnail and video, and the files of his assets.
 */
export async function sendAccountZip(
  deps: AccountDeps,
  user: Identity,
  res: Response,
): Promise<void> {
  const [projects, assets, notifiedBrowsers] = await Promise.all([
    deps.store.projects.list(user.id),
    deps.store.assets.list(user.id),
    deps.store.pushSubscriptions.shown(user.id),
  ]);
  await sendZip(
    res,
    { name: 'dreamcore.zip', failed: 'an export was not finished', zlib: { level: 6 } },
    (add) => fill(deps, user, { projects, assets, notifiedBrowsers }, add),
  );
}

async function fill(
  deps: AccountDeps,
  user: Identity,
  { projects, assets, notifiedBrowsers }: Owned,
  add: AddEntry,
): Promise<void> {
  const files = await Promise.all(
    assets.map(async (asset) => ({ asset, key: await keyIfThere(deps, asset) })),
  );
  await add(
    'account.json',
    json({
      user: { id: user.id, email: user.email, ...user.metadata },
      projects: projects.map(({ id, name }) => ({ id, name, folder: `projects/${id}` })),
      assets: files.map(({ asset, key }) => ({
        ...describe(asset),
        file: key === null ? null : nameOf(asset),
      })),
      notifiedBrowsers,
    }),
  );
  for (const project of projects) await addProject(deps, project, add);
  for (const { asset, key } of files) {
    const bytes = key === null ? null : await deps.assets.read(key);
    if (bytes !== null) await add(nameOf(asset), bytes, new Date(asset.created_at));
  }
}

async function keyIfThere({ assets }: AccountDeps, asset: AssetRow): Promise<string | null> {
  const key = assetKeyOf(asset);
  return key !== null && (await assets.sizeOf(key)) !== null ? key : null;
}

async function addProject(
  { store, games, thumbnails, videos }: AccountDeps,
  project: ProjectSummary,
  add: AddEntry,
): Promise<void> {
  const folder = `projects/${project.id}`;
  const [chat, versions, draft] = await Promise.all([
    store.chatHistory.all(project.id),
    allVersions(store, project.id),
    store.publishDrafts.get(project.id),
  ]);
  await add(`${folder}/project.json`, json({ ...project, publishing: draft, versions, chat }));
  if (versions.length > 0) {
    const game = await games.open(project.id);
    const names = (await game?.list().catch(absentVersionAs(null))) ?? null;
    if (names === null) await add(`${folder}/game-not-readable.txt`, UNREADABLE);
    const strange = refusedPaths(names ?? []);
    for (const name of names ?? []) {
      const bytes = strange.has(name) ? null : await game?.read(name).catch(absentVersionAs(null));
      if (bytes) await add(`${folder}/game/${name}`, bytes, game?.changedAt ?? new Date());
    }
  }
  const beside: readonly [string, StoredFile | null][] = [
    ['thumbnail.webp', await thumbnails.read(project.id)],
    ['video.mp4', await videos.read(project.id)],
  ];
  for (const [name, file] of beside)
    if (file !== null) await add(`${folder}/${name}`, file.bytes, file.changedAt);
}

/** All versions, newest first. */
async function allVersions({ revisions }: Store, projectId: string): Promise<Version[]> {
  const all: Version[] = [];
  for (let before: number | undefined; ;) {
    const page = await revisions.list(projectId, before);
    all.push(...page);
    before = page.at(-1)?.ordinal;
    if (before === undefined) return all;
  }
}

/** An asset without what only the server knows of it, and without its projects. */
function describe({ projects: _projects, ...asset }: ListedAsset): Partial<AssetRow> {
  const { storage_path: _place, owner_id: _owner, is_stored: _stored, ...shown } = asset;
  return shown;
}

/** Where an asset's file lies in the zip: its id keeps names apart. */
const nameOf = ({ id, storage_path }: AssetRow): string =>
  `assets/${id}${path.extname(storage_path)}`;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
