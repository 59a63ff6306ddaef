import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { singleFlight } from '../../concurrency.js';
import { PROJECT_ROOT } from '../../config.js';
import { exists } from '../../disk/absent.js';
import { placeFolder } from '../../disk/durable-files.js';
import { closeToOthers } from '../../disk/private-files.js';
import { tailOf } from '../../process/children.js';
import { programArgs } from '../../process/programs.js';
import { pinnedVersion } from './pinned-version.js';

const SOURCES = path.join(PROJECT_ROOT, 'video');
const ERRORS_KEPT = 2_000;
/** What the composition is made of; other versions make another site. */
const PACKAGES = ['remotion', '@remotion/bundler', 'react', 'react-dom'];

/** The same for the same composition, on whatever machine. */
export async function videoSiteVersion(): Promise<string> {
  const digest = createHash('sha256');
  for (const name of (await readdir(SOURCES)).filter((file) => !file.includes('.test.')).sort())
    digest
      .update(`${name}\0`)
      .update(await readFile(path.join(SOURCES, name)))
      .update('\0');
  for (const name of PACKAGES) digest.update(`${name}@${await pinnedVersion(name)}\0`);
  return digest.digest('hex').slice(0, 16);
}

const shareSite = singleFlight<string>();

/**
 * The composition as a site that a browser can open, `<folder>/video-<version>`: bundled once,
 * found again afterwards.
 */
export async function videoSite(folder: string): Promise<string> {
  const site = path.join(path.resolve(folder), `video-${await videoSiteVersion()}`);
  return shareSite(site, () => makeSite(site));
}

async function makeSite(site: string): Promise<string> {
  if (await exists(site)) return site;
  const draft = `${site}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await bundleInto(draft);
  await closeToOthers(draft);
  await placeFolder(draft, site).catch(async (error: unknown) => {
    // Another worker was first.
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(site))) throw error;
  });
  return site;
}

async function bundleInto(outDir: string): Promise<void> {
  const child = spawn(process.execPath, [...programArgs('video-site'), SOURCES, outDir], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors = tailOf(child.stderr, ERRORS_KEPT);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`the site of videos could not be bundled (exit ${code}): ${errors()}`);
}
