import path from 'node:path';

/**
 * A library that games may load from `/vendor/<name>@<version>/<file>`, and that travels with a
 * downloaded or published game.
 */
export type VendoredLibrary = PackagedLibrary | OwnLibrary;

interface Library {
  /** As games name it. */
  readonly name: string;
  readonly version: string;
  readonly licence: {
    readonly name: 'MIT' | 'LGPL-2.1' | 'own';
    /** Served file with its text, which travels with all others; absent: the notice is enough. */
    readonly file?: string;
  };
  /**
   * Served files, all in one folder, whatever folders the source has. Nothing else of it is served.
   */
  readonly files: Readonly<Record<string, VendoredSource>>;
}

export interface PackagedLibrary extends Library {
  readonly source: 'package';
  /** npm package; the version is pinned in package.json too (tested). */
  readonly package: string;
  /** The first lines of a served file that does not name its licence itself. */
  readonly notice: string;
}

/** Built from `kit/` and kept in `kit/released/<version>`, each version for ever. */
interface OwnLibrary extends Library {
  readonly source: 'own';
}

interface VendoredSource {
  /** Inside the package, or the folder of the version. */
  readonly from: string;
  /** The served files that it imports. */
  readonly imports: readonly string[];
  /** It imports them from where they lie in the package, by names that no game knows. */
  readonly isAddon?: true;
}

const build = (file: string, ...imports: string[]): VendoredSource => ({
  from: `build/${file}`,
  imports,
});
/** One of three's own additions: all of them but the shaders begin with three itself. */
const addon = (from: string, ...imports: string[]): VendoredSource => ({
  from: `examples/jsm/${from}`,
  imports,
  isAddon: true,
});
const THREE = 'three.module.js';

/** What a new game stands on. */
export const KIT_VERSION = '1.1.0';
const released = (file: string): VendoredSource => ({ from: file, imports: [] });
const kit = (version: string): OwnLibrary => ({
  name: 'kit',
  source: 'own',
  version,
  licence: { name: 'own' },
  files: { '2d.js': released('2d.js'), '3d.js': released('3d.js') },
});

export const VENDORED_LIBRARIES: readonly VendoredLibrary[] = [
  {
    name: 'three',
    source: 'package',
    package: 'three',
    version: '0.187.0',
    licence: { name: 'MIT' },
    notice: '/* three.js | Copyright 2010-2026 Three.js Authors | MIT */',
    files: {
      'three.module.js': build('three.module.js', 'three.core.js'),
      'three.core.js': build('three.core.js'),
      'three.tsl.js': build('three.tsl.js', 'three.core.js'),
      'three.webgpu.js': build('three.webgpu.js', 'three.core.js', 'three.tsl.js'),
      'OrbitControls.js': addon('controls/OrbitControls.js', THREE),
      'RoundedBoxGeometry.js': addon('geometries/RoundedBoxGeometry.js', THREE),
      'BufferGeometryUtils.js': addon('utils/BufferGeometryUtils.js', THREE),
      'Pass.js': addon('postprocessing/Pass.js', THREE),
      'MaskPass.js': addon('postprocessing/MaskPass.js', 'Pass.js'),
      'RenderPass.js': addon('postprocessing/RenderPass.js', THREE, 'Pass.js'),
      'ShaderPass.js': addon('postprocessing/ShaderPass.js', THREE, 'Pass.js'),
      'OutputPass.js': addon('postprocessing/OutputPass.js', THREE, 'Pass.js', 'OutputShader.js'),
      'UnrealBloomPass.js': addon(
        'postprocessing/UnrealBloomPass.js',
        ...[THREE, 'Pass.js', 'CopyShader.js', 'LuminosityHighPassShader.js'],
      ),
      'EffectComposer.js': addon(
        'postprocessing/EffectComposer.js',
        ...[THREE, 'CopyShader.js', 'ShaderPass.js', 'MaskPass.js'],
      ),
      'CopyShader.js': addon('shaders/CopyShader.js'),
      'OutputShader.js': addon('shaders/OutputShader.js'),
      'LuminosityHighPassShader.js': addon('shaders/LuminosityHighPassShader.js', THREE),
    },
  },
  {
    name: 'matter-js',
    source: 'package',
    package: 'matter-js',
    version: '0.20.0',
    licence: { name: 'MIT' },
    notice: '/* matter-js | Copyright Liam Brummitt and contributors | MIT */',
    files: { 'matter.min.js': build('matter.min.js') },
  },
  {
    name: 'tween.js',
    source: 'package',
    package: '@tweenjs/tween.js',
    version: '25.0.0',
    licence: { name: 'MIT' },
    notice: '/* tween.js | Copyright 2010-2012 Tween.js authors | MIT */',
    files: { 'tween.esm.js': { from: 'dist/tween.esm.js', imports: [] } },
  },
  {
    name: 'p5',
    source: 'package',
    package: 'p5',
    version: '1.11.0',
    licence: { name: 'LGPL-2.1', file: 'license.txt' },
    notice:
      '/* p5.js | Copyright the Processing Foundation and contributors | LGPL-2.1: license.txt | ' +
      'source: https://github.com/processing/p5.js/tree/v1.11.0 */',
    files: {
      'p5.min.js': { from: 'lib/p5.min.js', imports: [] },
      'license.txt': { from: 'license.txt', imports: [] },
    },
  },
  kit('1.0.0'),
  kit(KIT_VERSION),
];

/** Libraries that are installed from the registry. */
export const PACKAGED_LIBRARIES = VENDORED_LIBRARIES.filter(
  (library) => library.source === 'package',
);

/** Where V2's games have their library from. */
export const OLD_P5 = { address: '/lib/p5.min.js', is: 'p5@1.11.0/p5.min.js' } as const;

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
export const vendoredPath = ({ library, file }: VendoredFile): string =>
  `${library.name}@${library.version}/${file}`;

/** Where it lies: below the folder of the packages, or below `kit/released`. */
export function vendoredSource({ library, file }: VendoredFile): string {
  const folder = library.source === 'package' ? library.package : library.version;
  return `${folder}/${library.files[file]?.from ?? ''}`;
}

const IMPORT = /^((?:import\b[^'"]*|\}) from )'(?:three|[./\w]*\/(\w+\.js))';/gm;

/**
 * The bytes to be served for those of the source: of a package with its licence, and addons with
 * the addresses of what they import, so that they need no import map and share one three.
 */
export function servedVendor({ library, file }: VendoredFile, bytes: Buffer): Buffer {
  if (library.source === 'own' || file === library.licence.file) return bytes;
  if (/^\/\*[*!][^/]*(?:licen[cs]e)/i.test(bytes.toString('latin1', 0, 400))) return bytes;
  const text = bytes.toString('utf8');
  const flat = library.files[file]?.isAddon
    ? text.replace(IMPORT, (_, head: string, name = THREE) => `${head}'./${String(name)}';`)
    : text;
  return Buffer.from(`${library.notice}\n${flat}`);
}

/** What a text refers to a served file by; the first group is missing in the old address. */
export const VENDOR_REFERENCE =
  '/(?:vendor/([\\w.-]+@[\\w.-]+/[\\w.-]+)|lib/p5\\.min\\.js(?![\\w.-]))';
// A reference begins where a URL can begin, so that "/my/vendor/x" is left alone.
const REFERENCE = new RegExp(`(?<=["'\`(=\\s])${VENDOR_REFERENCE}`, 'g');

/** The table's entry for the first group of such a reference; null when it is not listed. */
export const referredFile = (reference: string | undefined): VendoredFile | null =>
  vendoredFile(reference ?? OLD_P5.is);

/** Every vendored file that a text refers to, with the files that those import. */
export function vendoredFilesIn(text: string): VendoredFile[] {
  const found = new Map<string, VendoredFile>();
  const add = (entry: VendoredFile): void => {
    if (found.has(vendoredPath(entry))) return;
    found.set(vendoredPath(entry), entry);
    const { library } = entry;
    const { file: licence } = library.licence;
    for (const file of library.files[entry.file]?.imports ?? []) add({ library, file });
    if (licence !== undefined) add({ library, file: licence });
  };
  for (const [, reference] of text.matchAll(REFERENCE)) {
    const entry = referredFile(reference);
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
  return text.replace(REFERENCE, (whole, reference: string | undefined) => {
    const entry = referredFile(reference);
    return entry === null ? whole : `${prefix}vendor/${vendoredPath(entry)}`;
  });
}
