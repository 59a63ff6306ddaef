import { assetMentionsIn } from '../../domain/publishing/asset-mentions.js';
import { isReferringText } from '../../domain/publishing/published-files.js';
import type { FileBytes } from './encode.js';

/** More than any game of sense names; such a version counts as one that may name every asset. */
const MAX_REFS = 5_000;

/** What the texts of a version call assets, sorted; null = too many to be listed. */
export function refsOf(files: readonly FileBytes[]): string[] | null {
  const refs = new Set<string>();
  for (const { path, bytes } of files) {
    if (!isReferringText(path)) continue;
    for (const name of assetMentionsIn(bytes.toString('utf8'))) refs.add(name);
    if (refs.size > MAX_REFS) return null;
  }
  return [...refs].sort();
}
