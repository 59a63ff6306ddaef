import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { KIT_DIR, PROJECT_ROOT } from '../src/config.js';
import { KIT_VERSION, PACKAGED_LIBRARIES } from '../src/domain/game/vendored-libraries.js';
import { patchedThree } from '../src/game-page/patched-three.js';

/** Beside the versions: the hash of each file that was released. */
const HASHES = 'hashes.json';
const NOTICE = `DreamCore kit ${KIT_VERSION} | to be kept and shared with the games that use it`;
const three = String(PACKAGED_LIBRARIES.find(({ name }) => name === 'three')?.version);
const BANNERS = {
  '2d.js': `/* ${NOTICE} */`,
  '3d.js': `/* ${NOTICE} | with three.js ${three}, Three.js Authors, MIT */`,
} as const;

/** Plays skip what they do not look at: the kit's three asks for that as the served one does. */
const PATCHED: Plugin = {
  name: 'patched three',
  setup(patched) {
    patched.onLoad({ filter: /[\\/]three\.module\.js$/ }, async (args) => ({
      contents: patchedThree(await readFile(args.path, 'utf8')),
      loader: 'js',
    }));
  },
};

/** The files of the newest version, made from `kit/`: the same bytes on every machine. */
export async function compileKit(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const [file, banner] of Object.entries(BANNERS)) {
    const { outputFiles } = await build({
      absWorkingDir: PROJECT_ROOT,
      entryPoints: [`kit/${file.replace('.js', '.ts')}`],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2020',
      charset: 'utf8',
      legalComments: 'none',
      banner: { js: banner },
      tsconfigRaw: '{}',
      plugins: [PATCHED],
      logLevel: 'error',
    });
    files.set(file, Buffer.from(outputFiles[0]?.contents ?? []));
  }
  return files;
}

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export async function releasedHashes(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(path.join(KIT_DIR, HASHES), 'utf8')) as Record<string, string>;
}

/**
 * `npm run kit`: releases the newest version. One that was released stays as it is: what has
 * changed needs a new version in the table of libraries.
 */
async function release(): Promise<void> {
  const hashes = await releasedHashes();
  for (const [file, bytes] of await compileKit()) {
    const name = `${KIT_VERSION}/${file}`;
    const hash = hashOf(bytes);
    if (hashes[name] === hash) continue;
    if (hashes[name] !== undefined) throw new Error(`${name} was released: raise KIT_VERSION`);
    await mkdir(path.join(KIT_DIR, KIT_VERSION), { recursive: true });
    await writeFile(path.join(KIT_DIR, name), bytes);
    hashes[name] = hash;
    process.stdout.write(`${name}: ${bytes.length} bytes\n`);
  }
  await writeFile(path.join(KIT_DIR, HASHES), `${JSON.stringify(hashes, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await release();
