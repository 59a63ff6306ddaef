import type { GameAsset } from '../../contracts/media/assets.js';
import { isAvailable, isReadableBy } from '../../domain/assets/asset-rules.js';
import {
  assetAddress,
  assetReferencesIn,
  isPublishedFile,
  isReferringText,
  type AssetReference,
} from '../../domain/publishing/published-files.js';
import { assetKeyOf } from '../../objects/assets.js';
import type { AssetRow } from '../../store/tables/assets.js';
import type { Store } from '../../store/index.js';
import type { VersionRef, Versions } from '../../versions/kept/versions.js';

/** Of other makers: more than any game has, and each costs a question to the database. */
const MAX_FOREIGN = 200;
/** Types that a browser shows, plays or reads; any other type of a row is served as plain bytes. */
const HARMLESS = /^((image|audio|video|font)\/[\w.+-]{1,64}|application\/json)$/;

interface AssetAccess {
  store: Pick<Store, 'assets'>;
}

/** A version of a game and who has made it; it names the version as `VersionRef` does. */
export interface GameVersion extends VersionRef {
  readonly userId: string;
}

/** An asset as a game asks for it, and the key of its object. */
export interface FoundAsset {
  address: string;
  asset: AssetRow;
  key: string;
}

/**
 * What a reference means to its reader (null = everybody): an asset of his own or everybody's; null
 * = nothing that he may be shown.
 */
export async function findAsset(
  { store: { assets } }: AssetAccess,
  reference: AssetReference,
  readerId: string | null,
): Promise<FoundAsset | null> {
  const asset = await rowOf(assets, reference);
  return asset && foundFor(asset, assetAddress(reference), readerId);
}

/**
 * Every asset that the game of a version may load: what its texts name, and of its maker's also
 * what belongs to the project or is called by name somewhere, because scripts put addresses
 * together.
 */
export async function assetsOfGame(
  access: AssetAccess & { versions: Pick<Versions, 'readAll'> },
  game: GameVersion,
): Promise<FoundAsset[]> {
  const { store, versions } = access;
  const { userId, projectId } = game;
  const isText = (path: string): boolean => isPublishedFile(path) && isReferringText(path);
  const texts = (await versions.readAll(game, isText)).map(({ bytes }) => bytes.toString('utf8'));
  const found = new Map<string, FoundAsset>();
  const add = (asset: FoundAsset | null): void => {
    if (asset) found.set(asset.address, asset);
  };
  for (const asset of await store.assets.list(userId)) {
    const isMeant =
      asset.projects.some(({ id }) => id === projectId) ||
      texts.some((text) => text.includes(asset.alias));
    if (isMeant)
      add(
        foundFor(
          asset,
          assetAddress({ kind: 'owned', ownerId: userId.toLowerCase(), alias: asset.alias }),
          userId,
        ),
      );
  }
  const references = new Map(
    texts
      .flatMap((text) => [...assetReferencesIn(text).values()])
      .map((reference) => [assetAddress(reference), reference]),
  );
  const others = [...references].filter(([address]) => !found.has(address)).slice(0, MAX_FOREIGN);
  for (const [, reference] of others) add(await findAsset(access, reference, userId));
  return [...found.values()];
}

/** The runner's input for an asset, without the place of its bytes. */
export function askedFor({
  address,
  asset: { mime_type },
}: FoundAsset): Pick<GameAsset, 'address' | 'mimeType'> {
  return {
    address,
    mimeType:
      mime_type !== null && HARMLESS.test(mime_type) ? mime_type : 'application/octet-stream',
  };
}

function foundFor(asset: AssetRow, address: string, readerId: string | null): FoundAsset | null {
  if (!isAvailable(asset, Date.now()) || !isReadableBy(asset, readerId)) return null;
  const key = assetKeyOf(asset);
  return key === null ? null : { address, asset, key };
}

function rowOf(assets: Store['assets'], reference: AssetReference): Promise<AssetRow | null> {
  switch (reference.kind) {
    case 'owned':
      return assets.byAlias(reference.ownerId, reference.alias);
    case 'global':
      return assets.global(reference.category, reference.alias);
    case 'id':
      return assets.get(reference.id);
  }
}
