import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import {
  KIT_VERSION,
  PACKAGED_LIBRARIES,
  servedVendor,
  VENDORED_LIBRARIES,
  vendoredFile,
  vendoredFilesIn,
  vendoredPath,
  vendoredSource,
  withRelativeVendor,
} from './vendored-libraries.js';

const PACKAGES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const GAME =
  '<head><script ' +
  'type="importmap">{"imports":{"three":"/vendor/three@0.187.0/three.module.js"}}</script></head>';

const SERVED = PACKAGED_LIBRARIES.flatMap((library) =>
  Object.keys(library.files).map((file) => vendoredPath({ library, file })),
);

describe('the table of vendored libraries', () => {
  it.each(PACKAGED_LIBRARIES)('names the installed version of $name', async (library) => {
    const manifest = JSON.parse(
      await readFile(`${PACKAGES}/${library.package}/package.json`, 'utf8'),
    ) as { version: string; license: string };
    expect(manifest).toMatchObject({ version: library.version, license: library.licence.name });
  });

  it.each(SERVED)('%s imports files beside it, which are listed, and has a licence', async (at) => {
    const entry = vendoredFile(at)!;
    const { library, file } = entry;
    const bytes = await readFile(`${PACKAGES}/${vendoredSource(entry)}`);
    if (file === library.licence.file) {
      expect(servedVendor(entry, bytes).toString()).toMatch(/^ *GNU LESSER GENERAL PUBLIC LICENSE/);
      return;
    }
    const source = servedVendor(entry, bytes).toString();
    const imports = parse(source, { ecmaVersion: 'latest', sourceType: 'module' }).body.flatMap(
      (node) => ('source' in node && node.source ? [String(node.source.value)] : []),
    );
    const listed = library.files[file]?.imports ?? [];
    expect([...new Set(imports)].sort()).toEqual(listed.map((each) => `./${each}`).sort());
    expect(listed.every((each) => Object.hasOwn(library.files, each))).toBe(true);
    expect(source.slice(0, 300)).toMatch(new RegExp(`^/\\*[^/]*\\b${library.licence.name}\\b`));
    if (file.startsWith('three.')) expect(source).toBe(bytes.toString());
  });

  it.each([
    'three@0.187.0/package.json',
    'three@0.187.0/../package.json',
    'three@0.170.0/three.module.js',
    'express@5.3.0/index.js',
    'three@0.187.0/constructor',
    'three@0.187.0/',
    '',
  ])('does not list %j', (path) => {
    expect(vendoredFile(path)).toBeNull();
  });
});

it("has our own kit, which imports nothing and is not confused with a package's version", () => {
  const own = VENDORED_LIBRARIES.filter(({ source }) => source === 'own');
  expect(own.map(({ name }) => name)).toContain('kit');
  const entry = vendoredFile(`kit@${KIT_VERSION}/2d.js`)!;
  expect(vendoredSource(entry)).toBe(`${KIT_VERSION}/2d.js`);
  const bytes = Buffer.from('bytes');
  expect(servedVendor(entry, bytes)).toBe(bytes);
  const page = `<script src="/vendor/kit@${KIT_VERSION}/3d.js"></script>`;
  expect(vendoredFilesIn(page).map(vendoredPath)).toEqual([`kit@${KIT_VERSION}/3d.js`]);
  expect(withRelativeVendor(page, 'index.html')).toContain('"./vendor/kit@');
});

describe('references of a game', () => {
  it('bring the files that the referred file imports', () => {
    expect(vendoredFilesIn(GAME).map(vendoredPath)).toEqual([
      'three@0.187.0/three.module.js',
      'three@0.187.0/three.core.js',
    ]);
  });

  it('bring what is imported by the way, once', () => {
    const bloom = "import { EffectComposer } from '/vendor/three@0.187.0/EffectComposer.js'";
    expect(vendoredFilesIn(bloom).map(({ file }) => file)).toEqual([
      'EffectComposer.js',
      'three.module.js',
      'three.core.js',
      'CopyShader.js',
      'ShaderPass.js',
      'Pass.js',
      'MaskPass.js',
    ]);
  });

  it('become relative to the file that holds them', () => {
    expect(withRelativeVendor(GAME, 'index.html')).toContain(
      '"three":"./vendor/three@0.187.0/three.module.js"',
    );
    expect(
      withRelativeVendor(
        "import * as T from '/vendor/three@0.187.0/three.module.js'",
        'assets/js/game.js',
      ),
    ).toBe("import * as T from '../../vendor/three@0.187.0/three.module.js'");
  });

  it("name V2's library by its old address, which comes with its licence", () => {
    const game = '<script src="/lib/p5.min.js"></script><script src="/lib/p5.min.jsx"></script>';
    expect(vendoredFilesIn(game).map(vendoredPath)).toEqual([
      'p5@1.11.0/p5.min.js',
      'p5@1.11.0/license.txt',
    ]);
    expect(withRelativeVendor(game, 'index.html')).toBe(
      '<script src="./vendor/p5@1.11.0/p5.min.js"></script><script src="/lib/p5.min.jsx"></script>',
    );
  });

  it('are left alone when they mean something else', () => {
    const text =
      '<a href="/my/vendor/three@0.187.0/three.module.js"></a><script ' +
      'src="/vendor/jquery@3.0.0/jquery.js"></script>';
    expect(vendoredFilesIn(text)).toEqual([]);
    expect(withRelativeVendor(text, 'index.html')).toBe(text);
  });
});
