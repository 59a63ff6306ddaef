import path from 'node:path';

/**
 * A library that games may load from `/vendor/<name>@<version>/<file>`, and that travels with a
 * downloaded or published game.
 */
export interface VendoredLibrary {
  /** npm package; the version is pinned in package.json too (tested). */
  readonly name: string;
  readonly version: string;
  /** Folder of the files inside the package. */
  readonly folder: string;
  /**
   * Served files → the files beside them that they import. Nothing else of the package is served.
   */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

export const VENDORED_LIBRARIES: readonly VendoredLibrary[] = [
  {
    name: 'three',
    version: '0.187.0',
    folder: 'build',
    files: {
      'three.module.js': ['three.core.js'],
      'three.core.js': [],
      'three.tsl.js': ['three.core.js'],
      'three.webgpu.js': ['three.core.js', 'three.tsl.js'],
    },
  },
];

/** One served file: `<name>@<version>/<file>` below `/vendor/`. */
export interface VendoredFile {
  readonly library: VendoredLibrary;
  readonly file: string;
}

/** The table's entry for the path below `/vendor/`; null when it is not listed. */
export function vendoredFile(pathBelowVendor: string): VendoredFile | null {
  const match = /^([\w.-]+)@([\w.-]+)\/([\w.-]+)$/.exec(pathBelowVendor);
  const library = VENDORED_LIBRARIES.find(
    (each) => each.name === match?.[1] && each.version === match[2],
  );
  const file = match?.[3];
  return library && file !== undefined && Object.hasOwn(library.files, file)
    ? { library, file }
    : null;
}

/** Where a file lies below `/vendor/`. */
export function vendoredPath({ library, file }: VendoredFile): string {
  return `${library.name}@${library.version}/${file}`;
}

// A reference begins where a URL can begin, so that "/my/vendor/x" is left alone.
const REFERENCE = /(?<=["'`(=\s])\/vendor\/([\w.-]+@[\w.-]+\/[\w.-]+)/g;

/** Every vendored file that a text refers to, with the files that those import. */
export function vendoredFilesIn(text: string): VendoredFile[] {
  const found = new Map<string, VendoredFile>();
  const add = (entry: VendoredFile): void => {
    if (found.has(vendoredPath(entry))) return;
    found.set(vendoredPath(entry), entry);
    for (const file of entry.library.files[entry.file] ?? []) add({ library: entry.library, file });
  };
  for (const [, reference] of text.matchAll(REFERENCE)) {
    const entry = vendoredFile(reference ?? '');
    if (entry) add(entry);
  }
  return [...found.values()];
}

/**
 * The text of the file at `filePath`, its vendored references made relative, so that the folder
 * plays from anywhere.
 */
export function withRelativeVendor(text: string, filePath: string): string {
  const toRoot = path.posix.relative(path.posix.dirname(filePath), '.');
  const prefix = toRoot === '' ? './' : `${toRoot}/`;
  return text.replace(REFERENCE, (whole, reference: string) =>
    vendoredFile(reference) ? `${prefix}vendor/${reference}` : whole,
  );
}
