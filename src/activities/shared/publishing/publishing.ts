import { sha256Of } from '../../../contracts/base/hashes.js';
import type { WorkerConfig } from '../../../config.js';
import { crashPoint } from '../../../process/crash-points.js';
import { AppError } from '../../../contracts/base/errors.js';
import { gameIdFor, notificationIdFor } from '../../../contracts/base/ids.js';
import { type PublishGameInput } from '../../../contracts/media/publishing.js';
import { notice } from '../../../contracts/messages/message.js';
import { PUBLISH_CHECK_HEADER, publishCheck } from '../../../contracts/base/signatures.js';
import { injectScript } from '../../../game-page/injection.js';
import {
  assetReferencesIn,
  encodedPath,
  isPublishedFile,
  isReferringText,
  publishedAddress,
  publishedAssetHashes,
  publishedAssetPath,
  publishedVendorPath,
  withPublishedReferences,
  type AssetReference,
} from '../../../domain/publishing/published-files.js';
import {
  vendoredFilesIn,
  vendoredPath,
  type VendoredFile,
} from '../../../domain/game/vendored-libraries.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Assets } from '../../../objects/assets.js';
import {
  hashOfFiles,
  hashOfList,
  type PublishedCopies,
  type PublishedFile,
} from '../../../versions/kept/published-copies.js';
import type { Store } from '../../../store/index.js';
import { absentVersionAs, type Versions } from '../../../versions/kept/versions.js';
import type { GameContent } from '../../../store/tables/takedowns.js';
import { readVendoredFile } from '../../../store/files/vendored-files.js';
import { findAsset } from '../../runner-input/game-assets.js';
import type { PublishingActivities } from '../../ports/publishing-port.js';

const FETCH_TIMEOUT_MS = 10_000;
/** Games of an earlier release per round of house-keeping. */
const EARLIER_AT_ONCE = 100;

export interface PublishingDeps {
  config: Pick<WorkerConfig, 'PUBLIC_URL' | 'GAMES_ORIGIN' | 'PUBLISH_CHECK_SECRET'>;
  store: Pick<Store, 'publishedGames' | 'notifications' | 'activityLog' | 'assets' | 'takedowns'>;
  versions: Pick<Versions, 'listFiles' | 'readAll'>;
  assets: Pick<Assets, 'read'>;
  copies: PublishedCopies;
  log: Log;
}

/**
 * Publishing in four steps that may each be repeated: copy, check, flip, sweep. The copy is
 * invisible before the flip, and public after it.
 */
export function publishingActivities(
  deps: PublishingDeps,
): Omit<PublishingActivities, 'generatePublishInfo'> {
  const { config, store, copies } = deps;
  return {
    async copyGame(input) {
      const files = await filesOf(deps, input);
      if (!(await noteContent(deps, input, files)))
        throw new AppError('GameTakenDown', 'the game or its content was taken down');
      await copies.write(input.gameId, input.revision, files);
      crashPoint('after-publish-copy');
      return { contentHash: hashOfFiles(files), files: files.length };
    },

    checkCopy: (input) => checkCopy(config, copies, input),

    async activateRelease({ contentHash, ...input }) {
      const published = await store.publishedGames.publish(input, contentHash);
      if (!published)
        throw new AppError('RunCancelled', 'the action or its project has ended meanwhile');
      crashPoint('after-publish-flip');
      await announce(deps, input);
      return published;
    },

    async unpublishGame({ projectId, userId }) {
      await store.publishedGames.remove(projectId);
      store.activityLog.ofProject('unpublish', projectId, userId);
    },

    deleteStaleReleases: ({ gameId }) => sweep(deps, gameId),
  };
}

/** False = the game, or this content of its owner, was taken down. */
async function noteContent(
  { store, versions }: Pick<PublishingDeps, 'versions'> & { store: Pick<Store, 'takedowns'> },
  {
    gameId,
    projectId,
    userId,
    revision,
  }: Pick<GameContent, 'gameId' | 'projectId' | 'userId' | 'revision'>,
  served: readonly { readonly path: string }[],
): Promise<boolean> {
  const own = await versions.listFiles({ projectId, revision });
  return store.takedowns.noteContent({
    gameId,
    projectId,
    userId,
    revision,
    contentHash: hashOfList(own.filter(({ path }) => isPublishedFile(path))),
    assetHashes: publishedAssetHashes(served.map(({ path }) => path)),
  });
}

/** Notes what the games serve that an earlier release published. */
export async function noteEarlierContents(
  deps: Pick<PublishingDeps, 'versions' | 'copies'> & { store: Pick<Store, 'takedowns'> },
): Promise<void> {
  for (const game of await deps.store.takedowns.withoutContent(EARLIER_AT_ONCE)) {
    const served = await deps.copies.list(game.gameId, game.revision);
    await noteContent(
      deps,
      game,
      served.map((path) => ({ path })),
    ).catch(absentVersionAs(undefined));
  }
}

/** Leaves of a game's copies the one that its row names, or none (F2). */
async function sweep(
  { copies, store }: Pick<PublishingDeps, 'copies' | 'store'>,
  gameId: string,
): Promise<void> {
  const revision = await store.publishedGames.pointer(gameId);
  await copies.keepOnly(gameId, revision);
}

/** The published copy of a project that is gone (F2); nothing there is fine. */
export function removePublishedCopy(copies: PublishedCopies, projectId: string): Promise<void> {
  return copies.keepOnly(gameIdFor(projectId), null);
}

async function filesOf(deps: PublishingDeps, input: PublishGameInput): Promise<PublishedFile[]> {
  const { projectId, gameId, revision } = input;
  const own = await deps.versions.readAll({ projectId, revision }, isPublishedFile);
  const libraries = new Map<string, VendoredFile>();
  const references = new Map<string, AssetReference>();
  for (const text of own
    .filter((file) => isReferringText(file.path))
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'))) {
    for (const library of vendoredFilesIn(text)) libraries.set(vendoredPath(library), library);
    for (const [address, reference] of assetReferencesIn(text)) references.set(address, reference);
  }
  const assets = await assetsOf(deps, references);
  const base = publishedAddress(gameId, revision);
  const rewritten = own.map((file) =>
    isReferringText(file.path) ? { ...file, bytes: rewrite(file, base, assets.places) } : file,
  );
  const vendored = await Promise.all(
    [...libraries.values()].map(async (library) => ({
      path: publishedVendorPath(library),
      bytes: await readVendoredFile(library),
    })),
  );
  // A file of the game's own wins over one that we would put at its place.
  return [
    ...new Map(
      [...vendored, ...assets.files, ...rewritten].map((file) => [file.path, file]),
    ).values(),
  ];
}

/**
 * Only a text that changes is written anew: whatever else it holds stays as it is, byte for byte.
 */
function rewrite(
  { path, bytes }: PublishedFile,
  base: string,
  assets: ReadonlyMap<string, string>,
): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const placed = withPublishedReferences(text, base, assets);
  const finished = path === 'index.html' ? injectScript(placed) : placed;
  return finished === text ? bytes : Buffer.from(finished);
}

interface CopiedAssets {
  files: PublishedFile[];
  places: Map<string, string>;
}

/**
 * Assets that everybody may load, copied once per content; what is private, deleted or gone keeps
 * its address and its 404.
 */
async function assetsOf(
  { store, assets }: PublishingDeps,
  references: ReadonlyMap<string, AssetReference>,
): Promise<CopiedAssets> {
  const copied = new Map<string, PublishedFile>();
  const places = new Map<string, string>();
  for (const [address, reference] of references) {
    const found = await findAsset({ store }, reference, null);
    const bytes = found && (await assets.read(found.key));
    if (!found || !bytes) continue;
    const place = publishedAssetPath(sha256Of(bytes), found.key);
    copied.set(place, { path: place, bytes });
    places.set(address, place);
  }
  return { files: [...copied.values()], places };
}

/** Fetches every file of the copy as the world will, and compares. */
async function checkCopy(
  { GAMES_ORIGIN, PUBLIC_URL, PUBLISH_CHECK_SECRET }: PublishingDeps['config'],
  copies: PublishedCopies,
  {
    gameId,
    revision,
    contentHash,
  }: Pick<PublishGameInput, 'gameId' | 'revision'> & { contentHash: string },
): Promise<void> {
  const base = `${GAMES_ORIGIN ?? PUBLIC_URL}${publishedAddress(gameId, revision)}`;
  const headers = { [PUBLISH_CHECK_HEADER]: publishCheck(PUBLISH_CHECK_SECRET, gameId, revision) };
  const seen: PublishedFile[] = [];
  for (const file of await copies.list(gameId, revision)) {
    const address = `${base}${encodedPath(file)}`;
    try {
      const answer = await fetch(address, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      if (answer.status !== 200) throw new Error(`status ${answer.status}`);
      seen.push({ path: file, bytes: Buffer.from(await answer.arrayBuffer()) });
    } catch (error) {
      throw new AppError(
        'PublishCheckFailed',
        `${address} could not be fetched: ` +
          `${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  if (hashOfFiles(seen) !== contentHash)
    throw new AppError('PublishCheckFailed', `what is served at ${base} is not what was copied`);
}

/** Nothing after the flip may fail: the game is out. */
async function announce(
  { store, log }: PublishingDeps,
  { actionId, userId, projectId, listing }: PublishGameInput,
): Promise<void> {
  store.activityLog.ofProject('publish', projectId, userId, listing.title);
  const code = listing.visibility === 'private' ? 'GAME_REGISTERED' : 'GAME_PUBLISHED';
  await store.notifications
    .tell({
      id: notificationIdFor(actionId),
      userId,
      projectId,
      icon: 'success',
      notice: notice(code, { title: listing.title }),
    })
    .catch(warned(log, { projectId }, 'a published game was not announced to its maker'));
}
