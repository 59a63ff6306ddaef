import { fingers } from './fingers.js';
import { ctx } from './page.js';
import { breakLines } from './text.js';

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const TAU = Math.PI * 2;
const MAX_BROKEN = 200;
const broken = new Map<string, readonly string[]>();
const images = new Map<string, HTMLImageElement>();

export const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value));

export const inside = (p: { x: number; y: number }, b: Box): boolean =>
  p.x >= b.x && p.x <= b.x + b.w && p.y >= b.y && p.y <= b.y + b.h;

export function disc(x: number, y: number, r: number, color: string): void {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(x, y, Math.max(0, r), 0, TAU);
  ctx.fill();
}

/** A rectangle with round corners. */
export function box(x: number, y: number, w: number, h: number, r: number, color: string): void {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, r);
  ctx.fill();
}

const fontOf = (size: number): string => `bold ${size}px system-ui, sans-serif`;

/** One line about the middle of `y`; smaller where it would be wider than `width`. */
export function label(
  text: string | number,
  x: number,
  y: number,
  size = 20,
  color = '#fff',
  align: CanvasTextAlign = 'center',
  width = Infinity,
): void {
  const line = String(text);
  ctx.font = fontOf(size);
  if (width < Infinity)
    ctx.font = fontOf(size * Math.min(1, width / (ctx.measureText(line).width || 1)));
  ctx.textAlign = align;
  ctx.textBaseline = 'middle';
  ctx.fillStyle = color;
  ctx.fillText(line, x, y);
}

/** A text in lines of at most `width`, from `y` downwards. Returns how many there are. */
export function lines(
  text: string,
  x: number,
  y: number,
  width: number,
  size = 20,
  color = '#fff',
  align: CanvasTextAlign = 'center',
): number {
  const key = `${size}/${width}/${text}`;
  const known = broken.get(key);
  ctx.font = fontOf(size);
  const all = known ?? breakLines(text, width, (line) => ctx.measureText(line).width);
  if (broken.size >= MAX_BROKEN) broken.clear();
  broken.set(key, all);
  for (const [at, line] of all.entries()) label(line, x, y + at * size * 1.4, size, color, align);
  return all.length;
}

/** A button of two layers; it sinks while a finger is on it. Its tap is the game's to decide. */
export function button(b: Box, text: string, color = '#38d39f', isOff = false): void {
  const sunk = !isOff && fingers.some((finger) => inside(finger, b)) ? 4 : 0;
  const r = Math.min(24, b.h / 2);
  ctx.globalAlpha = isOff ? 0.45 : 1;
  box(b.x, b.y + 5, b.w, b.h, r, '#0008');
  box(b.x, b.y + sunk, b.w, b.h, r, color);
  const ink = isLight(color) ? '#0d1026' : '#fff';
  label(
    text,
    b.x + b.w / 2,
    b.y + sunk + b.h / 2,
    Math.min(26, b.h * 0.4),
    ink,
    'center',
    b.w - 24,
  );
  ctx.globalAlpha = 1;
}

function isLight(color: string): boolean {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 > 140;
}

/** A pair of eyes in a figure of radius `r`; `look`: -1 to the left, 1 to the right. */
export function eyes(x: number, y: number, r: number, look = 0): void {
  for (const side of [-1, 1]) {
    disc(x + side * r * 0.35, y - r * 0.15, r * 0.24, '#fff');
    disc(x + side * r * 0.35 + look * r * 0.1, y - r * 0.12, r * 0.12, '#1b1530');
  }
}

/** The image `images/<name>.webp`; null until it is there, and when it never comes. */
export function imageOf(name: string): HTMLImageElement | null {
  let image = images.get(name);
  if (!image) {
    image = new Image();
    image.src = `images/${name}.webp`;
    images.set(name, image);
  }
  return image.complete && image.naturalWidth > 0 ? image : null;
}

/**
 * Draws the image of this name about (x, y), its longer side `size` long, turned by `turn`. False
 * when it is not there: then the game draws the figure itself.
 */
export function sprite(name: string, x: number, y: number, size: number, turn = 0): boolean {
  const image = imageOf(name);
  if (image === null) return false;
  const scale = size / Math.max(image.naturalWidth, image.naturalHeight);
  const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(turn);
  ctx.drawImage(image, -w / 2, -h / 2, w, h);
  ctx.restore();
  return true;
}
