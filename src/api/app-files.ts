import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Language } from '../contracts/language.js';

/** What pages load. Under `/v/<version>/` it may be kept for good: it changes with its address. */
const FOLDERS = ['css', 'images', 'js'];
const IMPORT = /^(?:import|export)\b(?:[^'"();]*?\bfrom)?\s*'(\.{1,2}\/[^']+)'/gm;
const VERSION_CHARS = 16;
/** While files may change below us, no more often than this. */
const LOOK_AGAIN_MS = 1_000;

/** The app as it lies on the disk now. */
export interface AppFiles {
  /** A hash of everything that pages load. */
  readonly version: string;
  /** Pages by file name, leading to what they load by its version. */
  readonly pages: ReadonlyMap<string, Buffer>;
  readonly changedAt: Date;
}

/**
 * Reads the app below `root` when it is first asked for; `extra` is another file that pages load.
 * `isFixed`: nothing changes while the process runs; else it is read again after a change.
 */
export function createAppFiles(
  root: string,
  extra: string,
  isFixed: boolean,
): () => Promise<AppFiles> {
  let known: { files: Promise<AppFiles>; state: string } | null = null;
  let lookedAt = -Infinity;
  return async () => {
    if (known && (isFixed || performance.now() - lookedAt < LOOK_AGAIN_MS)) return known.files;
    lookedAt = performance.now();
    const state = await stateOf(root);
    if (known?.state !== state) {
      const files = read(root, extra);
      known = { files, state };
      files.catch(() => (known = null));
    }
    return known.files;
  };
}

async function listed(root: string): Promise<string[]> {
  const names = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(path.join(root, folder), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name)),
    ),
  );
  const pages = (await readdir(root)).filter((name) => name.endsWith('.html'));
  return [...names.flat(), ...pages.map((name) => path.join(root, name))].toSorted();
}

/** Differs after any change of a file. */
async function stateOf(root: string): Promise<string> {
  const states = await Promise.all(
    (await listed(root)).map(async (file) => {
      const { mtimeMs, size } = await stat(file);
      return `${file} ${mtimeMs} ${size}`;
    }),
  );
  return states.join('\n');
}

async function read(root: string, extra: string): Promise<AppFiles> {
  const names = await listed(root);
  const contents = new Map(
    await Promise.all(
      [...names, extra].map(
        async (file) => [path.relative(root, file), await readFile(file)] as const,
      ),
    ),
  );
  const digest = createHash('sha256');
  const pages = new Map<string, string>();
  for (const [name, bytes] of contents) {
    if (name.endsWith('.html')) pages.set(name, bytes.toString('utf8'));
    else digest.update(name).update('\0').update(bytes).update('\0');
  }
  const version = digest.digest('hex').slice(0, VERSION_CHARS);
  const textOf = (name: string): string => contents.get(name)?.toString('utf8') ?? '';
  return {
    version,
    pages: new Map(
      [...pages].map(([name, html]) => [name, Buffer.from(versioned(html, version, textOf))]),
    ),
    changedAt: new Date(Math.max(...(await Promise.all(names.map(changeOf))))),
  };
}

const changeOf = async (file: string): Promise<number> => (await stat(file)).mtimeMs;

/** The page with versioned addresses, and with its modules named before the first is read. */
function versioned(html: string, version: string, textOf: (name: string) => string): string {
  const [, page = ''] = /<body data-page="([\w-]+)"/.exec(html) ?? [];
  // Without a network nobody can fetch the other language.
  const words =
    page === 'offline' ? Language.options.map((each) => `js/texts/start-${each}.js`) : [];
  return html
    .replace(
      /([ \t]*)<script src="\/js\/early\.js"><\/script>/,
      (script, indent: string) =>
        `${modulesOf([...words, `js/pages/${page}.js`], textOf)
          .map((name) => `${indent}<link rel="modulepreload" href="/${name}" />\n`)
          .join('')}${script}`,
    )
    .replace(/(href|src)="\/((?:css|images|js)\/)/g, `$1="/v/${version}/$2`);
}

/** These modules, what they import at their start, and what that imports. */
function modulesOf(first: readonly string[], textOf: (name: string) => string): string[] {
  const found = new Set(first);
  for (const name of found)
    for (const [, address = ''] of textOf(name).matchAll(IMPORT))
      found.add(path.posix.join(path.posix.dirname(name), address));
  return [...found];
}
