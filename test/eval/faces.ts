import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { composeGame } from '../../dev/demo-model/games/compose.js';
import { themeFromText } from '../../dev/demo-model/theme/theme.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { play } from '../contract/runner/play-bench.js';
import { sheetOf } from '../support/sheet-of.js';
import { planOf } from './follow.js';
import { readItems, type Wish } from './wishes.js';

/**
 * `npm run eval:faces`: what lists show of the games of thirty wishes, numbered and without a word
 * about them, for someone who names hero and goal of each; then they are held against `key.tsv`.
 */
const FOLDER = path.join(PROJECT_ROOT, 'test-results', 'faces');
const [WISHES, EACH_SHEET] = [30, 10];
const TILES = { width: 270, height: 584, columns: 5 };

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
  const { screen } = await play(composeGame(theme));
  if (screen === null) throw new Error(`${text}: nothing was seen`);
  return Buffer.from(screen, 'base64');
}

await mkdir(FOLDER, { recursive: true });
const faces: Buffer[] = [];
for (const wish of wishes) faces.push(await faceOf(wish));
for (let from = 0; from < faces.length; from += EACH_SHEET) {
  const sheet = await sheetOf(faces.slice(from, from + EACH_SHEET), TILES);
  await sheet.png().toFile(path.join(FOLDER, `sheet-${1 + from / EACH_SHEET}.png`));
}
const key = wishes.map(({ text }, at) => `${at + 1}\t${text}\n`);
await writeFile(path.join(FOLDER, 'key.tsv'), key.join(''));
