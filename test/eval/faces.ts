import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { composeGame } from '../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { playGame } from '../../src/runner/play/play.js';
import { writeParcel } from '../support/parcels.js';
import { planOf } from './follow.js';
import { readItems, type Wish } from './wishes.js';

/**
 * `npm run eval:faces`: what lists show of the games of thirty wishes, numbered and without a word
 * about them, for someone who names hero and goal of each; then they are held against `key.tsv`.
 */
const FOLDER = path.join(PROJECT_ROOT, 'test-results', 'faces');
const [WISHES, EACH_SHEET, COLUMNS] = [30, 10, 5];
const IMAGE = { width: 270, height: 584 } as const;

const wishes = readItems()
  .filter((item): item is Wish => item.kind === 'wish' && item.detail === 'precise')
  .slice(0, WISHES);

async function faceOf({ text, style }: Wish): Promise<Buffer> {
  const plan = planOf(text, []);
  if (plan.kind !== 'generate') throw new Error(`${text}: ${plan.kind}`);
  const theme = themeFromText(text, {
    styleId: style?.styleId ?? null,
    dimension: plan.dimension,
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-faces-'));
  try {
    const parcelFile = await writeParcel(folder, { 'index.html': composeGame(theme) });
    const { screen } = await playGame(
      { command: 'play', callId: 'x', parcelFile, assets: [], wallMs: 300_000, lives: 0 },
      { onAlive: () => undefined },
      new AbortController().signal,
    );
    if (screen === null) throw new Error(`${text}: nothing was seen`);
    return await sharp(Buffer.from(screen, 'base64')).resize(IMAGE).png().toBuffer();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In the order of their numbers, from left to right and from top to bottom. */
async function writeSheet(number: number, faces: readonly Buffer[]): Promise<void> {
  const { width, height } = IMAGE;
  const rows = Math.ceil(faces.length / COLUMNS);
  await sharp({
    create: { width: COLUMNS * width, height: rows * height, channels: 3, background: '#fff' },
  })
    .composite(
      faces.map((input, at) => {
        return { input, left: (at % COLUMNS) * width, top: Math.floor(at / COLUMNS) * height };
      }),
    )
    .png()
    .toFile(path.join(FOLDER, `sheet-${number}.png`));
}

await mkdir(FOLDER, { recursive: true });
const faces: Buffer[] = [];
for (const wish of wishes) faces.push(await faceOf(wish));
for (let from = 0; from < faces.length; from += EACH_SHEET)
  await writeSheet(1 + from / EACH_SHEET, faces.slice(from, from + EACH_SHEET));
const key = wishes.map(({ text }, at) => `${at + 1}\t${text}\n`);
await writeFile(path.join(FOLDER, 'key.tsv'), key.join(''));
