import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { PROJECT_ROOT } from '../../src/config.js';
import { Language } from '../../src/contracts/base/language.js';
import { escapeHtml } from '../../src/domain/text/html-text.js';
import { CLIENT_VERSION_FILE } from '../../src/process/programs.js';

const SOURCES = path.join(PROJECT_ROOT, 'public');
/** The head and body that every page has; a page is what stands at its two comments. */
const SHELL = 'shell.html';
const COPIED = ['images', 'manifest.webmanifest', 'sw.js'];
const VERSION_CHARS = 16;
/** iOS 16.4 is the oldest system with web push. */
const OPTIONS = {
  absWorkingDir: SOURCES,
  bundle: true,
  minify: true,
  charset: 'utf8',
  target: ['es2022', 'safari16.4'],
  external: ['../images/*'],
  sourcemap: 'linked',
  logLevel: 'error',
} as const satisfies BuildOptions;

interface Page {
  /** Its file below `public`. */
  readonly file: string;
  /** `data-page`: the module below `public/js/pages`, and the name of its bundles. */
  readonly name: string;
  readonly html: string;
}

/**
 * Builds the browser client from `public` into `folder`: per page one style sheet, one module and
 * the chunks that it loads later; per language one script of texts. Pages name what they load below
 * `/v/<version>/`, where `version` is a hash of every file of the client.
 */
export async function makeClient(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [pages, words] = await Promise.all([readPages(), readWords()]);
  const [preloads] = await Promise.all([
    Promise.all(pages.map((page) => bundlePage(page, folder))),
    bundleScripts(folder),
    ...COPIED.map((name) => cp(path.join(SOURCES, name), path.join(folder, name), RECURSIVE)),
    cp(supabaseBrowserBuild(), path.join(folder, 'lib/supabase.min.js'), RECURSIVE),
  ]);
  const drafts = pages.map(
    (page, at) => [page.file, withBundles(page, preloads[at] ?? [])] as const,
  );
  const version = await versionOf(folder, drafts);
  for (const [file, html] of drafts)
    await writeFile(
      path.join(folder, file),
      withWords(html, words).replace(
        /(href|src)="\/((?:css|images|js)\/)/g,
        `$1="/v/${version}/$2`,
      ),
    );
  await writeFile(path.join(folder, CLIENT_VERSION_FILE), version);
}

const RECURSIVE = { recursive: true } as const;

async function readPages(): Promise<Page[]> {
  const shell = await readFile(path.join(SOURCES, SHELL), 'utf8');
  const names = await readdir(SOURCES);
  const files = names.filter((name) => name.endsWith('.html') && name !== SHELL).sort();
  return Promise.all(
    files.map(async (file) => {
      const html = inShell(shell, await readFile(path.join(SOURCES, file), 'utf8'));
      const [, name = ''] = /<body data-page="([\w-]+)"/.exec(html) ?? [];
      return { file, name, html };
    }),
  );
}

/** The page in the shell; a `theme-color` of its own takes the place of the common one. */
function inShell(shell: string, page: string): string {
  const bodyAt = page.indexOf('<body');
  const [head, body] = [page.slice(0, bodyAt).trim(), page.slice(bodyAt).trim()];
  const colour = / *<meta name="theme-color"[^>]*>\n/;
  return (colour.test(head) ? shell.replace(colour, '') : shell)
    .replace('<!-- head of the page -->', () => head)
    .replace('<!-- body of the page -->', () => body);
}

/**
 * A build per page: chunks that pages share would make up to 15 requests of one page, and the code
 * of all pages together is smaller than a photo. Returns the modules that the page needs at once.
 */
async function bundlePage({ name, html }: Page, folder: string): Promise<string[]> {
  const [{ metafile }] = await Promise.all([
    build({
      ...OPTIONS,
      entryPoints: [`js/pages/${name}.js`],
      outdir: path.join(folder, 'js/pages'),
      chunkNames: '[name]-[hash]',
      format: 'esm',
      splitting: true,
      metafile: true,
    }),
    build({
      ...OPTIONS,
      stdin: {
        contents: styleSheetsOf(html)
          .map((file) => `@import "./${file}";`)
          .join('\n'),
        loader: 'css',
        resolveDir: SOURCES,
      },
      outfile: path.join(folder, `css/${name}.css`),
    }),
  ]);
  return staticImports(metafile, `js/pages/${name}.js`).map((file) =>
    path.posix.relative(posix(folder), posix(path.resolve(SOURCES, file))),
  );
}

const posix = (file: string): string => file.split(path.sep).join('/');

const styleSheetsOf = (html: string): string[] =>
  [...html.matchAll(/<link rel="stylesheet" href="\/(css\/[\w-]+\.css)" \/>/g)].map(
    ([, file = '']) => file,
  );

/** The output of this entry and the outputs that it imports statically, directly or not. */
function staticImports({ outputs }: Metafile, entry: string): string[] {
  const found = new Set(Object.keys(outputs).filter((file) => outputs[file]?.entryPoint === entry));
  for (const file of found)
    for (const { kind, path: imported } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') found.add(imported);
  return [...found];
}

/** Classic scripts: `early.js`, and the texts of each language. */
async function bundleScripts(folder: string): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: {
      early: 'js/early.js',
      ...Object.fromEntries(
        Language.options.map((language) => [`texts/${language}`, `js/texts/start-${language}.js`]),
      ),
    },
    outdir: path.join(folder, 'js'),
    format: 'iife',
  });
}

/** The page with one style sheet, and with its modules named before the first one is read. */
function withBundles({ name, html }: Page, modules: readonly string[]): string {
  // Without a network a page cannot fetch the other language: the service worker stores both.
  const texts = name === 'offline' ? Language.options : [];
  const head = [
    '<script src="/js/early.js"></script>',
    `<link rel="stylesheet" href="/css/${name}.css" />`,
    ...modules.map((file) => `<link rel="modulepreload" href="/${file}" />`),
    ...texts.map((language) => `<link rel="prefetch" href="/js/texts/${language}.js" />`),
  ];
  return html
    .replace(/ *<link rel="stylesheet"[^>]*>\n/g, '')
    .replace('<script src="/js/early.js"></script>', head.join('\n    '));
}

async function readWords(): Promise<Readonly<Record<string, unknown>>> {
  const file = pathToFileURL(path.join(SOURCES, 'js/texts/ja.js'));
  return ((await import(file.href)) as { ja: Record<string, unknown> }).ja;
}

/** The page with its words in Japanese: it can be read before any script has come. */
function withWords(html: string, words: Readonly<Record<string, unknown>>): string {
  return html.replace(/(\bdata-text="(\w+)"[^>]*>)\s*(?=<\/)/g, (_, tag: string, key: string) => {
    const said = words[key];
    return `${tag}${typeof said === 'string' ? escapeHtml(said) : ''}`;
  });
}

async function versionOf(
  folder: string,
  pages: readonly (readonly [string, string])[],
): Promise<string> {
  const digest = createHash('sha256');
  for (const page of pages) digest.update(page.join('\0')).update('\0');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.sort())
    digest
      .update(`${path.relative(folder, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  return digest.digest('hex').slice(0, VERSION_CHARS);
}

/** The package's UMD build defines the global `supabase`. */
function supabaseBrowserBuild(): string {
  const entry = fileURLToPath(import.meta.resolve('@supabase/supabase-js'));
  return path.join(path.dirname(entry), 'umd', 'supabase.js');
}
