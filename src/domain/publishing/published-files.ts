import path from 'node:path';
import {
  referredFile,
  VENDOR_REFERENCE,
  vendoredPath,
  type VendoredFile,
} from '../game/vendored-libraries.js';

/** Files about the making of a project; they are not published. */
const MAKING = /^(specs\/.*|spec\.md|SPEC\.md|STYLE\.md|PUBLISH\.json)$/;
const TEXT = /\.(html|css|m?js|json|svg)$/i;

/**
 * An asset as games refer to it: by owner and alias, by category and alias, or by id (rest.md §7.4,
 * §8).
 */
export type AssetReference =
  | { readonly kind: 'owned'; readonly ownerId: string; readonly alias: string }
  | { readonly kind: 'global'; readonly category: string; readonly alias: string }
  | { readonly kind: 'id'; readonly id: string };

/** Does this file of a project travel with the published game? What a dot hides does not. */
export function isPublishedFile(file: string): boolean {
  return !MAKING.test(file) && !file.split('/').some((segment) => segment.startsWith('.'));
}

/** May the file hold references? Everything else is copied byte for byte. */
export const isReferringText = (file: string): boolean => TEXT.test(file);

/** Where a published game lies, below the host that serves games. */
export function publishedAddress(gameId: string, revision: string): string {
  return `/game/published/${gameId}/${revision}/`;
}

/** The same by the hash of all its files: an address whose bytes never change. */
export function fixedAddress(gameId: string, revision: string, contentHash: string): string {
  return publishedAddress(gameId, `${revision}.${contentHash}`);
}

/** A path as part of an address. */
export const encodedPath = (file: string): string =>
  file.split('/').map(encodeURIComponent).join('/');

/** What the place of the revision in an address names; null = nothing. */
export function publishedPlace(
  named: string,
): { readonly revision: string; readonly contentHash: string | null } | null {
  const [, revision, contentHash = null] =
    /^([0-9a-f]{40})(?:\.([0-9a-f]{64}))?$/.exec(named) ?? [];
  return revision === undefined ? null : { revision, contentHash };
}

/** A file of a copy at its fixed address: what it refers to by a whole address is fixed as well. */
export function atFixedAddress(
  file: string,
  bytes: Buffer,
  [gameId, revision, contentHash]: Parameters<typeof fixedAddress>,
): Buffer {
  const named = publishedAddress(gameId, revision);
  if (!isReferringText(file) || !bytes.includes(named)) return bytes;
  const fixed = fixedAddress(gameId, revision, contentHash);
  return Buffer.from(bytes.toString('utf8').replaceAll(named, fixed));
}

/** Where vendored files and assets lie inside a published folder. */
export const publishedVendorPath = (file: VendoredFile): string => `vendor/${vendoredPath(file)}`;
export const publishedAssetPath = (sha256: string, storagePath: string): string => {
  const extension = path.posix.extname(storagePath).toLowerCase();
  return `_assets/${sha256}${/^\.[a-z0-9]{1,8}$/.test(extension) ? extension : ''}`;
};
/** SHA-256 of each asset among the files of a published copy. */
export const publishedAssetHashes = (files: readonly string[]): string[] =>
  files.flatMap((file) => /^_assets\/([0-9a-f]{64})(?:\.|$)/.exec(file)?.[1] ?? []);

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
// A reference begins where a URL can begin, as in vendored-libraries.ts; srcset separates by
// commas.
const BEGIN = '(?<=["\'`(=,\\s])';
const VENDOR = new RegExp(`${BEGIN}${VENDOR_REFERENCE}`, 'g');
const ASSET = new RegExp(
  `${BEGIN}/(?:user-assets/(${UUID})/([\\w.%~-]+)|` +
    `global-assets/([\\w.%~-]+)/([\\w.%~-]+)|api/assets/(${UUID})(?![/\\w]))`,
  'g',
);

/**
 * Every asset that a text refers to by a whole address, once each. Addresses that a script puts
 * together stay what they are.
 */
export function assetReferencesIn(text: string): ReadonlyMap<string, AssetReference> {
  const found = new Map<string, AssetReference>();
  for (const [address, ownerId, alias, category, globalAlias, id] of text.matchAll(ASSET)) {
    if (ownerId && alias)
      found.set(address, { kind: 'owned', ownerId: ownerId.toLowerCase(), alias: decoded(alias) });
    else if (category && globalAlias)
      found.set(address, {
        kind: 'global',
        category: decoded(category),
        alias: decoded(globalAlias),
      });
    else if (id) found.set(address, { kind: 'id', id: id.toLowerCase() });
  }
  return found;
}

/** The asset that a request for this path of a URL means; null = it means none. */
export function assetReferenceAt(urlPath: string): AssetReference | null {
  return assetReferencesIn(`"${urlPath}"`).get(urlPath) ?? null;
}

/** The one spelling of a reference, decoded. */
export function assetAddress(reference: AssetReference): string {
  switch (reference.kind) {
    case 'owned':
      return `/user-assets/${reference.ownerId}/${reference.alias}`;
    case 'global':
      return `/global-assets/${reference.category}/${reference.alias}`;
    case 'id':
      return `/api/assets/${reference.id}`;
  }
}

/**
 * The text with its libraries and the copied assets at their places below `base`; what was not
 * copied keeps its address.
 */
export function withPublishedReferences(
  text: string,
  base: string,
  assets: ReadonlyMap<string, string>,
): string {
  return text
    .replace(VENDOR, (whole, reference: string | undefined) => {
      const file = referredFile(reference);
      return file ? `${base}${publishedVendorPath(file)}` : whole;
    })
    .replace(ASSET, (address) => {
      const copied = assets.get(address);
      return copied === undefined ? address : `${base}${copied}`;
    });
}

/** A segment that cannot be the name of an asset stays as it is. */
function decoded(segment: string): string {
  try {
    const name = decodeURIComponent(segment);
    return name.includes('\0') ? segment : name;
  } catch {
    return segment;
  }
}
