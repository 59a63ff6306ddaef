import { assetReferencesIn } from './published-files.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Names that an asset may have, wherever they stand: a script may put its address together. */
const FILE_NAME = /[\p{L}\p{M}\p{N}_%~-]+\.(?:a?png|jpe?g|gif|webp|svg|mp3|wav|ogg|json)(?!\w)/giu;

/** What a text may call an asset: ids, and aliases as they are and decoded. */
export function assetMentionsIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [id] of text.matchAll(UUID)) found.add(id.toLowerCase());
  for (const [name] of text.matchAll(FILE_NAME)) {
    found.add(name);
    found.add(decoded(name));
  }
  for (const reference of assetReferencesIn(text).values())
    found.add(reference.kind === 'id' ? reference.id : reference.alias);
  return found;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
