import type Sharp from 'sharp';
import { loadPackage } from '../packages.js';
import { rawOf, type Shot } from './shots.js';

/** A screen of the sheet, of this size, and what it is of: capitals that {@link GLYPHS} has. */
export interface Labelled {
  readonly shot: Shot;
  readonly label: string;
}
export const SCREEN = { width: 195, height: 422 };

const PER_ROW = 4;
const GAP = 6;
/** Three points wide and five high, a digit for each row. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ 0: '75557', 1: '26227', 2: '71747', 3: '71717', 4: '55711', 5: '74717', 6: '74757' },
  ...{ 7: '71111', 8: '75757', 9: '75717', A: '25755', B: '65656', D: '65556', E: '74647' },
  ...{ F: '74644', I: '72227', L: '44447', O: '75557', P: '75744', R: '65655', T: '72222' },
  ...{ V: '55552', Y: '55222' },
};
/** Points of the image for each point of a letter; drawn, since a machine may have no fonts. */
const DOT = 3;
const LABEL_HEIGHT = 7 * DOT;
const CELL = { width: SCREEN.width + GAP, height: LABEL_HEIGHT + SCREEN.height + GAP };
/** In few colours: the model program would make a JPEG of half a megabyte. */
const FORM = { palette: true, effort: 1, dither: 0 };

/**
 * Screens beside each other as one image, each with its number and label above it; `pairs` follow
 * in a row of their own. PNG, base64; null when there is none.
 */
export async function contactSheet(
  screens: readonly Labelled[],
  pairs: readonly Labelled[],
  seenFrom: string | undefined,
): Promise<string | null> {
  const all = [...screens, ...pairs];
  if (all.length === 0) return null;
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  const skipped = rows(screens.length) * PER_ROW - screens.length;
  const cells = all.map((_, at) => (at < screens.length ? at : at + skipped));
  const columns = Math.min(PER_ROW, cells.length);
  const sheet = sharp({
    create: {
      width: columns * CELL.width - GAP,
      height: rows(Math.max(...cells) + 1) * CELL.height - GAP,
      channels: 3,
      background: '#202020',
    },
  }).composite(
    all.flatMap(({ shot, label }, at) => {
      const cell = cells[at] ?? 0;
      const left = (cell % PER_ROW) * CELL.width;
      const top = Math.floor(cell / PER_ROW) * CELL.height;
      return [
        { ...rawOf(written(`${at + 1} ${label}`)), left: left + DOT, top: top + DOT },
        { ...rawOf(shot), left, top: top + LABEL_HEIGHT },
      ];
    }),
  );
  return (await sheet.png(FORM).toBuffer()).toString('base64');
}

const rows = (cells: number): number => Math.ceil(cells / PER_ROW);

/** White on the sheet's ground. */
function written(text: string): Shot {
  const [width, height] = [text.length * 4 * DOT, 5 * DOT];
  const rgb = Buffer.alloc(width * height * 3, 0x20);
  for (let at = 0; at < width * height; at += 1) {
    const x = Math.floor((at % width) / DOT);
    const row = GLYPHS[text[Math.floor(x / 4)] ?? '']?.[Math.floor(at / width / DOT)];
    if ((Number(row ?? 0) << (x % 4)) & 4) rgb.fill(0xff, at * 3, at * 3 + 3);
  }
  return { rgb, width, height };
}
