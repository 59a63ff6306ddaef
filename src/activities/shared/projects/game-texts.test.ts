import { describe, expect, it } from 'vitest';
import type { ManifestFile } from '../../../versions/format/manifest.js';
import type { VersionRef } from '../../../versions/kept/versions.js';
import { gameTexts, projectTexts } from './game-texts.js';

const VERSION: VersionRef = { projectId: 'project', revision: 'a'.repeat(40) };

/** A version that holds exactly these files. */
const holding = (files: Readonly<Record<string, string>>) => ({
  listFiles: async () =>
    Object.entries(files).map(([path, text]): ManifestFile => ({
      path,
      oid: '',
      sha: '',
      size: Buffer.byteLength(text),
      at: [0, 1],
    })),
  readFile: async (asked: VersionRef, file: string) =>
    asked === VERSION && files[file] !== undefined ? Buffer.from(files[file]) : null,
});

const textsOf = (files: Readonly<Record<string, string>>, version: VersionRef | null = VERSION) =>
  gameTexts(holding(files), version);

describe('the texts of a game', () => {
  it('are its own notes, or those of older projects, and its page', async () => {
    const both = textsOf({
      'specs/game.md': '新しい',
      'spec.md': '古い',
      'index.html': '<html></html>',
    });
    expect([await both.spec(), await both.page()]).toEqual(['新しい', '<html></html>']);
    expect(await textsOf({ 'spec.md': '古い' }).spec()).toBe('古い');
  });

  it('are missing where a file is missing, empty or blank', async () => {
    expect(await textsOf({ 'specs/game.md': '', 'spec.md': '古い' }).spec()).toBe('古い');
    expect(await textsOf({ 'specs/game.md': ' \n', 'spec.md': '\n' }).spec()).toBeNull();
    expect(await textsOf({ 'index.html': '' }).page()).toBeNull();
    expect(await textsOf({}).page()).toBeNull();
  });

  it('are missing before the first version', async () => {
    const none = textsOf({ 'specs/game.md': '新しい', 'index.html': '<html></html>' }, null);
    expect([await none.spec(), await none.page()]).toEqual([null, null]);
  });
});

describe('the texts of a project', () => {
  const FILES: Readonly<Record<string, string>> = {
    'a.js': 'let a;',
    'index.html': '<html></html>',
    'specs/game.md': '仕様',
    'specs/brief.json': '{}',
    'sprite.png': 'PNG',
    '.ai-context/x.json': '{}',
  };
  const read = (maxBytes: number, version: VersionRef | null = VERSION) =>
    projectTexts(holding(FILES), version, maxBytes);

  it('are all of them, its notes and the page first, without media and hidden files', async () => {
    expect((await read(1_000)).map(({ path }) => path)).toEqual([
      'specs/game.md',
      'specs/brief.json',
      'index.html',
      'a.js',
    ]);
    expect(await read(1_000, null)).toEqual([]);
  });

  it('end at the limit, and say where they were cut', async () => {
    expect((await read(13)).at(-1)).toEqual({ path: 'index.html', text: '<html\n(cut here)' });
  });

  it('a note without end leaves room for the page', async () => {
    const files: Readonly<Record<string, string>> = {
      'specs/game.md': 'あ'.repeat(100_000),
      'index.html': '<html></html>',
    };
    const texts = await projectTexts(holding(files), VERSION, 32 * 1024);
    expect(texts[0]?.text).toMatch(/\(cut here\)$/);
    expect(texts[1]).toEqual({ path: 'index.html', text: '<html></html>' });
  });
});
