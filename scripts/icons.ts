import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { drawShareImage } from '../src/api/games/share-image.js';
import { PROJECT_ROOT } from '../src/config.js';

/**
 * `npm run icons`: the icons of the installed app from `public/images/icon.svg`. Plain ones keep
 * its round corners; maskable ones and Apple's fill the square, for the system to cut.
 */
const IMAGES = path.join(PROJECT_ROOT, 'public', 'images');
const DRAWN_AT = 512;

const round = await readFile(path.join(IMAGES, 'icon.svg'), 'utf8');
/** The mark stays within the middle 80 %, which no system cuts. */
const square = round.replace(/ rx="17"/, '');
if (square === round) throw new Error('icon.svg has no corner to take away');

async function draw(svg: string, name: string, side: number): Promise<void> {
  const png = await sharp(Buffer.from(svg), { density: (72 * DRAWN_AT) / 64 })
    .resize(side, side)
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await writeFile(path.join(IMAGES, name), png);
  process.stdout.write(`${name} ${png.length} bytes\n`);
}

await draw(square, 'icon-180.png', 180);
await draw(round, 'icon-192.png', 192);
await draw(round, 'icon-512.png', 512);
await draw(square, 'icon-maskable-192.png', 192);
await draw(square, 'icon-maskable-512.png', 512);

/** What other sites show of a link to a page without a game. */
const share = await drawShareImage({
  title: 'ことばで作る、スマホのゲーム',
  language: 'ja',
  image: await sharp(Buffer.from(square), { density: 600 })
    .resize(306, 306)
    .extend({ top: 119, bottom: 119, background: '#ff4a40' })
    .png()
    .toBuffer(),
});
await writeFile(path.join(IMAGES, 'share.jpg'), share);
process.stdout.write(`share.jpg ${share.length} bytes\n`);
