import { createHash } from 'node:crypto';
import { access, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../config.js';
import { pinnedVersion } from './pinned-version.js';

const SOURCES = path.join(PROJECT_ROOT, 'video');
/** What the composition is made of; other versions make another site. */
const PACKAGES = ['remotion', '@remotion/bundler', 'react', 'react-dom'];

/** The same for the same composition, on whatever machine. */
export async function videoSiteVersion(): Promise<string> {
  const digest = createHash('sha256');
  for (const name of (await readdir(SOURCES)).filter((file) => !file.includes('.test.')).sort()) digest.update(`${name}\0`).update(await readFile(path.join(SOURCES, name))).update('\0');
  for (const name of PACKAGES) digest.update(`${name}@${await pinnedVersion(name)}\0`);
  return digest.digest('hex').slice(0, 16);
}

/** The composition as a site that a browser can open, `<folder>/video-<version>`: bundled once, found again afterwards. */
export async function videoSite(folder: string): Promise<string> {
  const site = path.join(path.resolve(folder), `video-${await videoSiteVersion()}`);
  if (await isThere(site)) return site;
  // Much of it, and wanted once.
  const { bundle } = await import('@remotion/bundler');
  const draft = `${site}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await bundle({
    entryPoint: path.join(SOURCES, 'index.ts'), rootDir: SOURCES, outDir: draft, publicDir: path.join(SOURCES, 'public'), rspack: true, enableCaching: false,
    rspackOverride: (config) => ({ ...config, devtool: false, resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } } }),
  });
  await rename(draft, site).catch(async (error: unknown) => {
    // Another worker was first.
    await rm(draft, { recursive: true, force: true });
    if (!(await isThere(site))) throw error;
  });
  return site;
}

function isThere(folder: string): Promise<boolean> {
  return access(folder).then(() => true, () => false);
}
