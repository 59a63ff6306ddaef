import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { countLines, readText, trackedFiles, trackedTexts } from './files.js';

const LINE_LIMITS: Readonly<Record<string, number>> = {
  'README.md': 200,
  'ARCHITECTURE.md': 120,
  'CONTRIBUTING.md': 100,
  'docs/import-v2.md': 70,
  'docs/proofs.md': 100,
  'modal/README.md': 130,
};
const DOCS = Object.keys(LINE_LIMITS);
/** What ends so means a file of this repository. */
const SOURCE_FILE = /\.(ts|js|mjs|json|sql|md|html|css|py|sh|yml)$/;

describe('documents', () => {
  for (const doc of DOCS) {
    it(`${doc} is there and short enough to be read`, () => {
      expect(countLines(readText(doc))).toBeLessThanOrEqual(LINE_LIMITS[doc] ?? 0);
    });

    it(`${doc} names only files and folders that exist`, () => {
      const all = withFolders(trackedFiles());
      expect(pathsIn(readText(doc)).filter((named) => !exists(named, all))).toEqual([]);
    });

    it(`${doc} names only npm scripts that exist`, () => {
      const scripts = Object.keys(
        (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts,
      );
      const named = [...readText(doc).matchAll(/npm run ([\w:-]+)|npm (start|test)\b/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      );
      expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
    });
  }

  it('README.md has one row for every variable of the configuration', () => {
    const documented = documentedVariables();
    expect(configVariables().filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('README.md has no row for a variable that nothing reads', () => {
    const sources = trackedTexts()
      .filter(({ file }) => /^(src|scripts)\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
      .map(({ text }) => text)
      .join('\n');
    const isRead = (name: string): boolean =>
      configVariables().includes(name) || new RegExp(`\\benv(\\.|\\[')${name}\\b`).test(sources);
    expect(documentedVariables().filter((name) => !isRead(name))).toEqual([]);
  });
});

/** The names in `src/config.ts`; read from its text, so that the schema stays private. */
function configVariables(): string[] {
  const schema =
    /const Env = z\.object\(\{([\s\S]*?)\n\}\);/.exec(readText('src/config.ts'))?.[1] ?? '';
  const names = [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(20);
  return names;
}

/** Variables in the first cell of any table row of README.md. */
function documentedVariables(): string[] {
  const cells = [...readText('README.md').matchAll(/^\| *([^|]*)\|/gm)].map(
    (match) => match[1] ?? '',
  );
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map((match) => match[1] ?? ''),
  );
}

/**
 * Paths in code spans, code blocks' command lines aside, and in links; placeholders as `<noun>`
 * stand for any name.
 */
function pathsIn(text: string): string[] {
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\s]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  const links = [...text.matchAll(/\]\(([^)#\s]+)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
  const roots = [
    ...readdirSync(PROJECT_ROOT),
    ...readdirSync(path.join(PROJECT_ROOT, 'src')),
  ].filter(
    (name) => !['.data', '.tools', '.env', '.git', 'node_modules', 'test-results'].includes(name),
  );
  const isPath = (span: string): boolean =>
    SOURCE_FILE.test(span)
      ? !span.startsWith('/') && !/[A-Z]_[A-Z]/.test(span)
      : span.includes('/') && roots.includes(span.split('/')[0] ?? '');
  return [...spans.filter((span) => /^[\w.@*<>/-]+$/.test(span)).filter(isPath), ...links];
}

/** Documents may leave out `src/`, and the folder of a file that the sentence has already named. */
function exists(named: string, all: readonly string[]): boolean {
  if (!named.includes('/')) return all.some((file) => path.basename(file) === named);
  if (!/[*<]/.test(named))
    return [named, `src/${named}`].some((file) => existsSync(path.join(PROJECT_ROOT, file)));
  const pattern = named
    .replace(/\/$/, '')
    .replaceAll(/[.+]/g, '\\$&')
    .replaceAll('**/', '(.+/)?')
    .replaceAll(/<[^>]*>|(?<!\))\*/g, '[^/]+');
  return all.some((file) => new RegExp(`^(src/)?${pattern}$`).test(file));
}

function withFolders(files: readonly string[]): string[] {
  const folders = files.flatMap((file) =>
    file
      .split('/')
      .slice(0, -1)
      .map((_, depth, names) => names.slice(0, depth + 1).join('/')),
  );
  return [...new Set([...files, ...folders])];
}
