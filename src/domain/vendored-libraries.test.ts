import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  VENDORED_LIBRARIES,
  vendoredFile,
  vendoredFilesIn,
  vendoredPath,
  withRelativeVendor,
} from './vendored-libraries.js';

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const GAME =
  '<head><script ' +
  'type="importmap">{"imports":{"three":"/vendor/three@0.187.0/three.module.js"}}</script></head>';

describe('the table of vendored libraries', () => {
  it.each(VENDORED_LIBRARIES)(
    'names the installed version of $name and every import of its files',
    async (library) => {
      const manifest = JSON.parse(
        await readFile(`${PACKAGES}/${library.name}/package.json`, 'utf8'),
      ) as { version: string };
      expect(manifest.version).toBe(library.version);
      for (const [file, imports] of Object.entries(library.files)) {
        const source = await readFile(
          `${PACKAGES}/${library.name}/${library.folder}/${file}`,
          'utf8',
        );
        const found = new Set(
          [...source.matchAll(/\bfrom\s*'([\w@./-]+)'|\bimport\(\s*'([\w@./-]+)'/g)].map(
            (match) => match[1] ?? match[2],
          ),
        );
        expect([...found].sort(), file).toEqual(imports.map((each) => `./${each}`).sort());
        expect(imports.every((each) => Object.hasOwn(library.files, each))).toBe(true);
      }
    },
  );

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

describe('references of a game', () => {
  it('bring the files that the referred file imports', () => {
    expect(vendoredFilesIn(GAME).map(vendoredPath)).toEqual([
      'three@0.187.0/three.module.js',
      'three@0.187.0/three.core.js',
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

  it('are left alone when they mean something else', () => {
    const text =
      '<a href="/my/vendor/three@0.187.0/three.module.js"></a><script ' +
      'src="/vendor/jquery@3.0.0/jquery.js"></script>';
    expect(vendoredFilesIn(text)).toEqual([]);
    expect(withRelativeVendor(text, 'index.html')).toBe(text);
  });
});
