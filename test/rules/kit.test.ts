import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileKit, hashOf, releasedHashes } from '../../scripts/kit.js';
import { readSkillFiles } from '../../src/activities/runner-input/skill-files.js';
import { KIT_DIR } from '../../src/config.js';
import {
  KIT_VERSION,
  VENDORED_LIBRARIES,
  vendoredSource,
} from '../../src/domain/game/vendored-libraries.js';
import { patient } from '../support/patience.js';
import { readText } from './files.js';

const FILES = VENDORED_LIBRARIES.filter(({ source }) => source === 'own').flatMap((library) =>
  Object.keys(library.files).map((file) => vendoredSource({ library, file })),
);
/** What a phone loads before a game begins. */
const MOST_BYTES = { '2d.js': 20_000, '3d.js': 900_000 };

/** What each flat game had to type while no engine was served, in characters of its page. */
const TYPED_KIT_CHARS = 8_660;
const EXAMPLES = Object.entries(await readSkillFiles()).filter(([name]) =>
  /^game-\w+-example\.html$/.test(name),
);

/** Names that a source of the kit makes global. */
function offeredBy(file: string): string[] {
  const [, list = ''] =
    /(?:COMMON = \{|offer\(\{)([^]*?)\}(?:;|\))/.exec(readText(`kit/${file}`)) ?? [];
  return [...list.matchAll(/\b(\w+)(?=\s*[,:])/g)].map(([, name = '']) => name);
}

describe('the kit', () => {
  it('has every version that was released, byte for byte', async () => {
    const hashes = await releasedHashes();
    expect(Object.keys(hashes).sort()).toEqual([...FILES].sort());
    for (const file of FILES)
      expect(hashOf(await readFile(path.join(KIT_DIR, file))), file).toBe(hashes[file]);
  });

  it(
    'is what its sources make: what has changed is a new version (npm run kit)',
    async () => {
      for (const [file, bytes] of await compileKit()) {
        const released = await readFile(path.join(KIT_DIR, KIT_VERSION, file));
        expect(bytes.equals(released), file).toBe(true);
        expect(bytes.length).toBeLessThan(MOST_BYTES[file as keyof typeof MOST_BYTES]);
        expect(bytes.toString()).toMatch(/^\/\* DreamCore kit \d/);
      }
    },
    patient(60_000),
  );

  it('takes more than half of what ten games had to write off their makers', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
    for (const [name, { length }] of EXAMPLES)
      expect(length / (length + TYPED_KIT_CHARS), name).toBeLessThan(0.45);
  });

  it.each([
    ['2d', 'kit-2d', ['offer.ts', '2d.ts']],
    ['3d', 'kit-3d', ['3d.ts']],
  ])('of %s has each of its names in the page about it', (_, page, sources) => {
    const names = sources.flatMap(offeredBy);
    expect(names.length).toBeGreaterThan(1);
    const text = readText(`skills/${page}.md`);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});
