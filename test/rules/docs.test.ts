import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONFIG_DOCUMENTS } from '../../scripts/config-docs/documents.js';
import { LAUNCHER_VARIABLES, VARIABLES } from '../../scripts/config-docs/variables.js';
import { Env, PROJECT_ROOT } from '../../src/config.js';
import { countLines, readText, trackedFiles, trackedTexts } from './files.js';

const LINE_LIMITS: Readonly<Record<string, number>> = {
  'README.md': 120,
  'ARCHITECTURE.md': 120,
  'CONTRIBUTING.md': 120,
  'CHANGELOG.md': 240,
  'docs/glossary.md': 60,
  'docs/protocol.md': 800,
  'docs/operating.md': 110,
  'docs/operator-walks.md': 90,
  'docs/eval.md': 110,
  'docs/player.md': 80,
  'docs/first-minute.md': 30,
  'docs/replaying-a-failure.md': 110,
  'docs/restoring.md': 80,
  'docs/scaling.md': 80,
  'docs/import-v2.md': 70,
  'docs/cutover.md': 130,
  'docs/packages.md': 60,
  'docs/proofs.md': 190,
  'modal/README.md': 130,
  'temporal-docker/README.md': 82,
  'images/README.md': 60,
  'dev/modal-emulator/README.md': 80,
  ...Object.fromEntries(
    readdirSync(path.join(PROJECT_ROOT, 'docs/adr')).map((name) => [`docs/adr/${name}`, 40]),
  ),
};
const DOCS = Object.keys(LINE_LIMITS);
/** A document with fewer says nothing. */
const FEWEST_LINES = 5;
/** Documents whose lines fit a terminal; a table may be wider where it has to be. */
const NARROW = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const MAX_COLUMNS = 100;
const MAX_IMAGE_BYTES = 60_000;
/** What ends so means a file of this repository. */
const SOURCE_FILE = /\.(ts|js|mjs|json|sql|md|html|css|py|sh|yml)$/;

describe('documents', () => {
  for (const doc of DOCS) {
    it(`${doc} is there and short enough to be read`, () => {
      const lines = countLines(readText(doc));
      expect(lines).toBeGreaterThan(FEWEST_LINES);
      expect(lines).toBeLessThanOrEqual(LINE_LIMITS[doc] ?? 0);
    });

    it(`${doc} names only files and folders that exist`, () => {
      const all = withFolders(trackedFiles());
      const places = pathsIn(readText(doc));
      expect(places.filter((named) => !exists(named, path.dirname(doc), all))).toEqual([]);
    });

    it(`${doc} names only npm scripts that exist`, () => {
      const { scripts } = JSON.parse(readText('package.json')) as { scripts: object };
      const named = [...readText(doc).matchAll(/npm run ([\w:-]+)|npm (start|test)\b/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      );
      expect(named.filter((script) => !(script in scripts))).toEqual([]);
    });
  }

  it.each(NARROW)('%s has no line over 100 characters but in tables', (doc) => {
    const isWide = (line: string): boolean => line.length > MAX_COLUMNS && !line.startsWith('|');
    expect(readText(doc).split('\n').filter(isWide)).toEqual([]);
  });

  it('README.md has ten variables, and its tables fit, too', () => {
    const rows = readText('README.md')
      .split('\n')
      .filter((line) => /^\| `[A-Z_]+`/.test(line));
    expect(rows.length).toBe(10);
    const lines = readText('README.md').split('\n');
    expect(lines.filter((line) => line.length > MAX_COLUMNS)).toEqual([]);
  });

  it('docs/proofs.md has a command for each proof, and each broken rule was missed', () => {
    const commands = lastCellsBelow('## Nothing lost, doubled or stuck');
    expect(commands.length).toBeGreaterThan(15);
    expect(commands.filter((cell) => !/`[^`]*\bnp[mx] [^`]+`/.test(cell))).toEqual([]);
    const killed = lastCellsBelow('## Rules broken on purpose');
    expect(killed.length).toBeGreaterThan(25);
    expect(killed.filter((cell) => !/^(\d+) of \1$/.test(cell))).toEqual([]);
  });

  it('docs/images are small, and every one is shown', () => {
    const texts = DOCS.map(readText).join('\n');
    const images = trackedFiles().filter((file) => file.startsWith('docs/images/'));
    expect(images.length).toBeGreaterThan(0);
    for (const file of images) {
      expect(statSync(path.join(PROJECT_ROOT, file)).size, file).toBeLessThanOrEqual(
        MAX_IMAGE_BYTES,
      );
      expect(texts, file).toContain(`](${path.relative('docs', file)})`);
    }
  });

  it('LICENSE says what package.json says', () => {
    const { license } = JSON.parse(readText('package.json')) as { license: string };
    expect(readText('LICENSE')).toContain(`${license}:`);
  });
});

describe('the configuration', () => {
  const described = Object.values(VARIABLES).flatMap((group) => Object.keys(group));

  it('has one sentence for every variable of the schema', () => {
    expect(described.toSorted()).toEqual(Object.keys(Env.shape).toSorted());
  });

  it('describes no variable of the launcher that nothing reads', () => {
    const sources = trackedTexts()
      .filter(({ file }) => /^(src|dev|scripts)\/.*\.ts$/.test(file))
      .filter(({ file }) => !/\.test\.ts$|^scripts\/config-docs\//.test(file))
      .map(({ text }) => text)
      .join('\n');
    const names = Object.keys(LAUNCHER_VARIABLES);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
  });

  it.each(Object.entries(CONFIG_DOCUMENTS))(
    '%s is what `npm run docs:config` writes',
    (file, made) => {
      expect(readText(file) === made(), 'out of date: npm run docs:config').toBe(true);
    },
  );
});

describe('the rooms in ARCHITECTURE.md', () => {
  const rooms = JSON.parse(readText('scripts/rooms.json')) as Record<string, string[]>;
  const table = new Map(
    [...readText('ARCHITECTURE.md').matchAll(/^\| `src\/([\w-]+)` +\|[^|]+\| ([^|]+?) +\|$/gm)].map(
      ([, room = '', allowed = '']) => [
        room,
        allowed === 'nothing of ours' ? [] : allowed.split(', '),
      ],
    ),
  );

  it('are the rules of oxlint.config.js', () => {
    const ofSource = Object.entries(rooms).filter(([room]) => !room.startsWith('tools/'));
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(ofSource));
  });

  it('are the folders of src', () => {
    const folders = readdirSync(path.join(PROJECT_ROOT, 'src')).filter((name) =>
      statSync(path.join(PROJECT_ROOT, 'src', name)).isDirectory(),
    );
    expect(folders.filter((name) => !(name in rooms))).toEqual([]);
  });
});

/** The last cell of each row of the first table below a title of docs/proofs.md. */
function lastCellsBelow(title: string): string[] {
  const [, below = ''] = readText('docs/proofs.md').split(`${title}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(below) ?? [];
  const rows = table.trimEnd().split('\n').slice(2);
  return rows.map((row) => row.split('|').at(-2)?.trim() ?? '');
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
function exists(named: string, folder: string, all: readonly string[]): boolean {
  if (!named.includes('/') && SOURCE_FILE.test(named))
    return all.some((file) => path.basename(file) === named);
  if (!/[*<]/.test(named)) {
    const places = [named, `src/${named}`, path.join(folder, named)];
    return places.some((file) => existsSync(path.join(PROJECT_ROOT, file)));
  }
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
