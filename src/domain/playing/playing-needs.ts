import { assetReferenceAt } from '../publishing/published-files.js';
import { vendoredFile } from '../game/vendored-libraries.js';

/**
 * Addresses of the three hosts from which older games load libraries: name, version and file of one
 * that we keep, too.
 */
const LIBRARY_ADDRESSES = [
  /^https:\/\/cdn\.jsdelivr\.net\/npm\/([\w.-]+)@([\w.-]+)\/(?:build|lib)\/([\w.-]+)$/,
  /^https:\/\/unpkg\.com\/([\w.-]+)@([\w.-]+)\/(?:build|lib)\/([\w.-]+)$/,
  /^https:\/\/cdnjs\.cloudflare\.com\/ajax\/libs\/([\w-]+)\.js\/([\w.-]+)\/([\w.-]+)$/,
];

/**
 * The file below `/vendor/` that is the same as the one at this address of a library's host; null
 * when we do not keep it.
 */
export function libraryAt(address: string): string | null {
  for (const pattern of LIBRARY_ADDRESSES) {
    const [, name, version, file] = pattern.exec(address) ?? [];
    const below = `${name}@${version}/${file}`;
    if (name !== undefined && vendoredFile(below)?.library.source === 'package') return below;
  }
  return null;
}

/** Does this path of an address mean an asset, of whomever? */
export const isAssetPath = (urlPath: string): boolean => assetReferenceAt(urlPath) !== null;
