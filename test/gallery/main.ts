import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { PROJECT_ROOT } from '../../src/config.js';
import { contactSheet, type Screen } from '../screens/contact-sheet.js';
import { launchChromium } from '../support/chromium.js';
import { playPage } from '../support/played-game.js';
import { GALLERY_SCREENS, gameOfWish, WISHES, type GalleryScreen } from './wishes.js';

/**
 * `npm run gallery`: the games that the demo model makes of twelve wishes, played on three screens,
 * and all of them on one sheet. Fails when a play finds a fault. `--only <engine>`: one wish alone;
 * the sheet shows the others as they were played last.
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const FOLDER = path.join(PROJECT_ROOT, 'test-results', 'gallery');
const SHEET = path.join(PROJECT_ROOT, 'docs', 'gallery.webp');
const MAX_SHEET_BYTES = 300_000;
const SHEET_WIDTH = 1_320;
/** On the sheet, CSS pixels: screens of one height. */
const WIDTHS: Readonly<Record<GalleryScreen, number>> = {
  phone: 98,
  'small phone': 119,
  tablet: 159,
};
const SIZES = Object.keys(GALLERY_SCREENS) as GalleryScreen[];

const fileOf = (engine: string, size: GalleryScreen): string =>
  `${engine}-${size.replace(' ', '-')}.webp`;

/** Plays one wish on every screen; the line says what was found. */
async function playWish(wish: (typeof WISHES)[number], folder: string): Promise<void> {
  const html = gameOfWish(wish);
  for (const size of SIZES) {
    const { verdict, findings, screen, tookMs } = await playPage({
      html,
      folder,
      screen: GALLERY_SCREENS[size],
    });
    const file = path.join(FOLDER, fileOf(wish.engine, size));
    if (screen !== null) await writeFile(file, Buffer.from(screen, 'base64'));
    const found = findings.map(({ code, evidence }) => `${code} ${evidence}`).join('; ');
    process.stdout.write(`${wish.engine} on ${size}: ${verdict} ${found} (${tookMs} ms)\n`);
    if (verdict !== 'plays') process.exitCode = 1;
  }
}

/** What was played, now or before. */
async function screensOf({ engine, wish }: (typeof WISHES)[number]): Promise<Screen[]> {
  const screens = SIZES.map((size) => ({
    chapter: wish,
    screen: `${engine}, ${size}`,
    size,
    file: fileOf(engine, size),
  }));
  const isThere = await Promise.all(
    screens.map(({ file }) =>
      stat(path.join(FOLDER, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return screens.filter((_, at) => isThere[at]);
}

/** The sheet as one image that a document can show. */
async function drawSheet(page: string): Promise<Buffer> {
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 800 } });
    await tab.goto(pathToFileURL(page).href);
    const png = await tab.screenshot({ fullPage: true });
    for (const quality of [80, 70, 60, 50, 40]) {
      const webp = await sharp(png).webp({ quality, effort: 6 }).toBuffer();
      if (webp.length <= MAX_SHEET_BYTES) return webp;
    }
    throw new Error('the sheet cannot be made small enough');
  } finally {
    await browser.close();
  }
}

const wishes = WISHES.filter(({ engine }) => engine === (values.only ?? engine));
if (wishes.length === 0) throw new Error(`no wish is for ${values.only}`);
await mkdir(FOLDER, { recursive: true });
const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-gallery-'));
for (const wish of wishes) await playWish(wish, folder);
await rm(folder, { recursive: true, force: true });

const screens = (await Promise.all(WISHES.map(screensOf))).flat();
const form = { title: 'Twelve wishes, three screens', widths: WIDTHS, isCompact: true };
const page = path.join(FOLDER, 'index.html');
await writeFile(page, contactSheet(form, screens));
await writeFile(SHEET, await drawSheet(page));
process.stdout.write(`${screens.length} screens: ${page}, ${SHEET}\n`);
