import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_ROOT } from '../../src/config.js';
import { BrowserSession } from '../e2e/screens/browser.js';
import { CHAPTER_NAMES, walkThrough } from '../e2e/screens/tour/index.js';
import type { See } from '../e2e/screens/tour/walk.js';
import { SIZES, type Size } from '../e2e/sizes.js';
import { contactSheet, type Beside, type Screen } from './contact-sheet.js';

/**
 * `npm run screens`: images of every page and dialog on a phone and a desktop, and one sheet with
 * all of them. `--en`: in English. `--beside <folder>`: another client's images beside them.
 * `--chapter <name>`: that part alone.
 */
const { values } = parseArgs({
  options: {
    en: { type: 'boolean', default: false },
    beside: { type: 'string' },
    chapter: { type: 'string' },
  },
});
/** On the sheet, CSS pixels. */
const WIDTHS: Readonly<Record<Size, number>> = { phone: 195, desktop: 480 };
const FOLDER = path.join(PROJECT_ROOT, 'test-results', 'screens', values.en ? 'en' : 'ja');

/** A name of a file. */
const fileOf = (screen: string, size: Size): string =>
  `${screen.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${size}.png`;

async function images(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /\.(?:jpe?g|png|webp)$/.test(name)).sort();
}

/** What cannot be walked through is said, and the rest is shown all the same. */
async function walk(): Promise<Screen[]> {
  const session = await BrowserSession.open(values.en ? 'en-US' : 'ja-JP');
  const screens: Screen[] = [];
  const chapters = CHAPTER_NAMES.filter((name) => name === (values.chapter ?? name));
  for (const size of Object.keys(SIZES) as Size[])
    for (const chapter of chapters) {
      const show: See = async (page, screen) => {
        const file = fileOf(screen, size);
        await page.screenshot({ path: path.join(FOLDER, file), animations: 'disabled' });
        screens.push({ chapter, screen, size, file });
      };
      await walkThrough(session, chapter, size, show).catch((error: unknown) => {
        process.exitCode = 1;
        process.stderr.write(`${chapter} on ${size}: ${String(error)}\n`);
      });
    }
  await session.close();
  return screens;
}

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const screens = await walk();
const folder = values.beside === undefined ? null : path.resolve(values.beside);
const beside: Beside | null = folder === null ? null : { folder, files: await images(folder) };
const sheet = path.join(FOLDER, 'index.html');
await writeFile(sheet, contactSheet({ title: 'Screens', widths: WIDTHS }, screens, beside));
process.stdout.write(`${screens.length} screens: ${sheet}\n`);
