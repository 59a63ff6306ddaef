import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import { figuresIn } from '../theme/cast.js';
import { hashOf, pickBy } from '../theme/hash.js';
import { colorOf } from '../theme/vocabulary.js';

/**
 * What the demo draws: on magenta where a sprite was asked for, else large under a sky. The figure
 * is the one that the prompt names (`cat`, `ネコ`), else a blob, a spiky foe or a star.
 */
export interface Drawing {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly isSprite: boolean;
}

/** A drawing in a square of 36 × 36, and the colour around it. */
interface Figure {
  readonly shapes: string;
  readonly edge: string;
}

const INK = '#221e2e';
const PALETTE = ['#ffc43d', '#45be80', '#409cff', '#f06248', '#f0f0f5'];
const EYES = `<circle cx="14" cy="15" r="1.8"/><circle cx="22" cy="15" r="1.8"/>`;
/** Figures of what no emoji shows; their colour is the one around them. */
const SHAPES = {
  hero:
    '<circle cx="8" cy="9" r="4.5"/><circle cx="28" cy="9" r="4.5"/>' +
    '<circle cx="18" cy="19" r="13"/>' +
    `<g fill="${INK}">${EYES}</g><path d="M13 23q5 4 10 0" stroke="${INK}" fill="none"/>`,
  foe:
    `<path d="${spikes(11, 17, 12)}"/><g fill="${INK}">${EYES}</g>` +
    `<path d="M11 10l6 3m8-3l-6 3M13 25q5-4 10 0" stroke="${INK}" fill="none"/>`,
  star: `<path d="${spikes(5, 17, 7)}"/><circle cx="15" cy="14" r="1.8" fill="#fff"/>`,
};
/** What stands before the name of a figure (demo model), and its colour's name (product). */
const PARTS = [
  [/^敵: /, 'foe', 'danger'],
  [/^アイテム: /, 'star', 'reward'],
  [/^/, 'hero', 'player'],
] as const;

/** The image as PNG; the same for the same prompt. */
export function drawImage({ prompt, width, height, isSprite }: Drawing): Promise<Buffer> {
  const [wish = ''] = isSprite ? prompt.split('\n') : [subjectOf(prompt)];
  const [first, ...others] = figuresOf(wish, prompt);
  const ground = isSprite ? '<rect width="100%" height="100%" fill="#ff00ff"/>' : scene(wish);
  const side = Math.min(width, height) * (isSprite ? 0.72 : 0.66);
  const beside = isSprite ? [] : others.slice(0, 2);
  const figures = [
    ...beside.map((figure, at) =>
      placed(figure, { x: width * (0.22 + 0.56 * at), y: height * 0.26, side: side * 0.4 }),
    ),
    ...(first ? [placed(first, { x: width / 2, y: height * (isSprite ? 0.5 : 0.58), side })] : []),
  ];
  const page =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `${ground}${figures.join('')}</svg>`;
  return sharp(Buffer.from(page)).removeAlpha().png().toBuffer();
}

/** Of the prompt for the image of a game: its title and its maker's words. */
function subjectOf(prompt: string): string {
  const title = /called (.*), portrait/.exec(prompt)?.[1] ?? '';
  return [title, ...prompt.split('\n').filter((line) => line.startsWith('>'))].join('\n');
}

/** The figures that the words name, each once; where they name none, one of the part's shape. */
function figuresOf(wish: string, prompt: string): Figure[] {
  const [, shape, role] = PARTS.find(([words]) => words.test(wish)) ?? PARTS[2];
  const asked = colorOf(wish)?.hex ?? null;
  const ofGame = new RegExp(`\\b${role} (#[0-9a-f]{6})`).exec(prompt)?.[1];
  const drawn = [...new Set(figuresIn(wish).map(({ emoji }) => emoji))].flatMap(emojiShapes);
  const edge = ofGame ?? INK;
  if (drawn.length > 0) return drawn.map((shapes) => ({ shapes: dyed(shapes, asked), edge }));
  const body = asked ?? ofGame ?? pickBy(hashOf(prompt), 'body', PALETTE);
  return [{ shapes: `<g fill="${body}">${SHAPES[shape]}</g>`, edge: INK }];
}

const EMOJI = path.dirname(createRequire(import.meta.url).resolve('@twemoji/svg/package.json'));

/** The shapes of an emoji, as one element or none where the set has no such emoji. */
function emojiShapes(emoji: string): string[] {
  const points = [...emoji].map((point) => point.codePointAt(0)!.toString(16));
  const isJoined = points.includes('200d');
  const name = points.filter((point) => isJoined || point !== 'fe0f').join('-');
  try {
    const file = readFileSync(path.join(EMOJI, `${name}.svg`), 'utf8');
    return [file.replace(/^<svg[^>]*>|<\/svg>\s*$/g, '')];
  } catch {
    return [];
  }
}

/** In shades of a colour, where the words name one. */
function dyed(shapes: string, hex: string | null): string {
  if (hex === null) return shapes;
  const rows = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return [0.3, 0.5, 0.2].map((share) => (share * (0.3 + part)).toFixed(3)).join(' ') + ' 0 0';
  });
  return (
    '<filter id="dye" color-interpolation-filters="sRGB">' +
    `<feColorMatrix values="${rows.join(' ')} 0 0 0 1 0"/></filter>` +
    `<g filter="url(#dye)">${shapes}</g>`
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** The figure around a place of the image, with an edge that sets it off from its ground. */
function placed({ shapes, edge }: Figure, { x, y, side }: Place): string {
  const id = `edge${Math.round(x)}-${Math.round(y)}`;
  return (
    `<filter id="${id}" x="-10%" y="-10%" width="120%" height="120%">` +
    '<feMorphology in="SourceAlpha" operator="dilate" radius="0.7"/>' +
    `<feComposite in2="SourceAlpha" operator="out" result="rim"/><feFlood flood-color="${edge}"/>` +
    '<feComposite in2="rim" operator="in"/><feMerge><feMergeNode/>' +
    '<feMergeNode in="SourceGraphic"/></feMerge></filter>' +
    `<g transform="translate(${x - side / 2} ${y - side / 2}) scale(${side / 36})">` +
    `<g filter="url(#${id})">${shapes}</g></g>`
  );
}

function scene(wish: string): string {
  const hill = pickBy(hashOf(wish), 'hill', ['#3c7846', '#8a6d3b', '#3b5d8a', '#7a4b7d']);
  return (
    '<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2a5cc0"/>' +
    '<stop offset="1" stop-color="#a8d8f0"/></linearGradient>' +
    '<rect width="100%" height="100%" fill="url(#sky)"/>' +
    `<ellipse cx="50%" cy="100%" rx="80%" ry="30%" fill="${hill}"/>`
  );
}

/** A path around the middle whose points lie on two circles in turn. */
function spikes(count: number, outer: number, inner: number): string {
  const points = Array.from({ length: count * 2 }, (_, at) => {
    const turn = (Math.PI * at) / count - Math.PI / 2;
    const reach = at % 2 === 0 ? outer : inner;
    return [Math.cos(turn), Math.sin(turn)].map((part) => (18 + part * reach).toFixed(1)).join(' ');
  });
  return `M${points.join('L')}z`;
}
