import path from 'node:path';

const STEM_LENGTH = 32;
const EXTENSION_LENGTH = 16;
/** What would end or change an address, a header or a path. */
const UNSAFE = /[\p{Cc}\s/\\?#%"'<>|*:&;]/gu;

/** The two parts of an alias, the public name of an asset in addresses. */
export interface AliasParts {
  readonly stem: string;
  readonly extension: string;
}

/**
 * Alias of a display name (rest.md §7.1): the last path component, its lower-case extension,
 * everything else outside `[A-Za-z0-9_-]` as `_`, at most 32 characters. An extension keeps what is
 * harmless in an address. `Hero.PNG` is `Hero_PNG` + `.png`.
 */
export function aliasOf(displayName: string): AliasParts {
  const extension = path.posix.extname(displayName).toLowerCase();
  const stem = path.posix
    .basename(displayName, extension)
    .slice(0, STEM_LENGTH)
    .replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return {
    stem: stem === '' ? 'file' : stem,
    extension: extension.replaceAll(UNSAFE, '_').slice(0, EXTENSION_LENGTH),
  };
}

/** Address of an asset, the same in every answer and prompt (rest.md §7). */
export const assetUrl = (ownerId: string, alias: string): string =>
  `/user-assets/${ownerId}/${alias}`;
