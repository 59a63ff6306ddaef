import sharp from 'sharp';
import { sha256Of } from '../../contracts/base/hashes.js';
import type { Language } from '../../contracts/base/language.js';
import { message, render } from '../../contracts/messages/message.js';
import { escapeHtml } from '../../domain/text/html-text.js';

/** What sites that show a link make of an image, pixels. */
export const SHARE_IMAGE = { width: 1_200, height: 630, type: 'image/jpeg' } as const;

const SCREEN = { left: 96, top: 43, width: 306, height: 544 };
const CORNER = 36;
const LETTERING_LEFT = 500;
/** A Latin letter takes one column, a Japanese one two. */
const COLUMNS = 18;
const MOST_LINES = 4;
const LINE_HEIGHT = 88;
const FONT = 'font-family="Noto Sans CJK JP, Noto Sans JP, sans-serif" font-weight="900"';
const BLANK = { r: 38, g: 42, b: 92 };
const LIMITS = { limitInputPixels: 40_000_000 } as const;

interface ShareImage {
  readonly title: string;
  readonly language: Language;
  /** The game's image; null = it has none. */
  readonly image: Buffer | null;
}

/** Raised when the drawing changes: what was drawn before is not shown any more. */
const DRAWING = 1;

/** SHA-256 of all that an image is drawn from. */
export const shareImageSource = ({ title, language, image }: ShareImage): string =>
  sha256Of(JSON.stringify([DRAWING, title, language, image && sha256Of(image)]));

/** A game as other sites show a link to it: its screen in a frame, its title, and ▶. JPEG. */
export async function drawShareImage({ title, language, image }: ShareImage): Promise<Buffer> {
  const { width, height } = SHARE_IMAGE;
  const ground =
    image === null
      ? sharp({ create: { width, height, channels: 3, background: BLANK } })
      : sharp(image, LIMITS).resize(width, height).blur(28).modulate({ brightness: 0.4 });
  const screen = image === null ? [] : [{ input: await inFrame(image), ...placeOf(SCREEN) }];
  const lettering = { input: Buffer.from(letteringOf(title, language)), left: 0, top: 0 };
  return sharp(await ground.png().toBuffer())
    .composite([...screen, lettering])
    .flatten()
    .jpeg({ quality: 84 })
    .toBuffer();
}

const placeOf = ({ left, top }: { left: number; top: number }) => ({ left, top });

async function inFrame(image: Buffer): Promise<Buffer> {
  const { width, height } = SCREEN;
  const area = `width="${width}" height="${height}"`;
  const drawn = (how: string): Buffer =>
    Buffer.from(`<svg ${area}><rect ${area} rx="${CORNER}" ${how}/></svg>`);
  return sharp(image, LIMITS)
    .resize(width, height)
    .ensureAlpha()
    .composite([
      { input: drawn('fill="none" stroke="#fff" stroke-width="14"') },
      { input: drawn(''), blend: 'dest-in' },
    ])
    .png()
    .toBuffer();
}

function letteringOf(title: string, language: Language): string {
  const { width, height } = SHARE_IMAGE;
  const lines = linesOf(title);
  const top = (height - lines.length * LINE_HEIGHT - 130) / 2;
  const drawn = lines.map(
    (line, at) =>
      `<text x="${LETTERING_LEFT}" y="${top + LINE_HEIGHT * (at + 0.8)}" font-size="68">` +
      `${escapeHtml(line)}</text>`,
  );
  const y = top + lines.length * LINE_HEIGHT + 34;
  const place = `x="${LETTERING_LEFT}" y="${y}" width="290" height="92"`;
  const pill = `<rect ${place} rx="46" fill="#d70015"/>`;
  const middle = LETTERING_LEFT + 145;
  const play = `<text x="${middle}" y="${y + 62}" font-size="44" text-anchor="middle">`;
  const words = render(message('GAME_PLAY'), language);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="#fff" ` +
    `${FONT}>${drawn.join('')}${pill}${play}${words}</text></svg>`
  );
}

/** The title in lines that fit; what is too long ends in dots. */
function linesOf(title: string): string[] {
  const lines = [''];
  let columns = 0;
  for (const character of title.replaceAll(/\s+/g, ' ').trim()) {
    const width = character < '\u2e80' ? 1 : 2;
    if (columns + width > COLUMNS) {
      if (lines.length === MOST_LINES) {
        lines.push(`${(lines.pop() ?? '').slice(0, -1)}…`);
        break;
      }
      lines.push(character.trim());
      columns = character === ' ' ? 0 : width;
    } else {
      lines.push((lines.pop() ?? '') + character);
      columns += width;
    }
  }
  return lines;
}
