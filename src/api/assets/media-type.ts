import path from 'node:path';
import { fileTypeFromBuffer } from 'file-type';

/** What an upload may be: type and the extension that its file gets. */
export interface MediaType {
  readonly mime: string;
  readonly extension: string;
}

/** The product's own name of a type, by content. */
const BY_CONTENT: Readonly<Record<string, MediaType>> = {
  'image/png': { mime: 'image/png', extension: '.png' },
  'image/apng': { mime: 'image/png', extension: '.png' },
  'image/jpeg': { mime: 'image/jpeg', extension: '.jpg' },
  'image/gif': { mime: 'image/gif', extension: '.gif' },
  'image/webp': { mime: 'image/webp', extension: '.webp' },
  'audio/mpeg': { mime: 'audio/mpeg', extension: '.mp3' },
  'audio/wav': { mime: 'audio/wav', extension: '.wav' },
  'audio/ogg': { mime: 'audio/ogg', extension: '.ogg' },
};
const SVG: MediaType = { mime: 'image/svg+xml', extension: '.svg' };
const JSON_DATA: MediaType = { mime: 'application/json', extension: '.json' };

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...Object.values(BY_CONTENT), SVG, JSON_DATA].map(({ mime, extension }) => [extension, mime]),
  ),
  '.jpeg': 'image/jpeg',
};
/** The filter by name of rest.md §7.1, which comes before the content is looked at. */
const ACCEPTED = /jpeg|jpg|png|gif|webp|svg|mp3|wav|ogg|json/;
/** Types that a browser only shows or plays; what can hold markup is not among them. */
const PASSIVE = /^(image|audio|video|font)\/(?!.*xml)[a-z0-9.+-]{1,64}$/;
const PNG_BEGIN = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** May a file of this name or declared type be one of ours? (rest.md §7.1) */
export function isAcceptedByName(file: { readonly name: string; readonly mime: string }): boolean {
  return (
    ACCEPTED.test(path.posix.extname(file.name).toLowerCase()) ||
    ACCEPTED.test(file.mime.toLowerCase().split('/')[1] ?? '')
  );
}

/**
 * What a file is by its content, whatever it calls itself; null = nothing that we take. Nothing is
 * unpacked or run.
 */
export async function mediaTypeOf(bytes: Buffer): Promise<MediaType | null> {
  const detected = (await fileTypeFromBuffer(bytes))?.mime.split(';')[0];
  if (detected !== undefined && detected !== 'application/xml') return BY_CONTENT[detected] ?? null;
  // An image that ends within its own signature: broken, but nothing else.
  if (detected === undefined && bytes.subarray(0, 4).equals(PNG_BEGIN))
    return BY_CONTENT['image/png'] ?? null;
  const text = textOf(bytes);
  if (text === null) return null;
  if (isSvg(text)) return SVG;
  return isJson(text) ? JSON_DATA : null;
}

/** How a file is delivered: its type, and whether a browser may show it as a page of its own. */
export interface Delivery {
  readonly type: string;
  readonly isInline: boolean;
}

/** By the extension of the stored file (rest.md §8). */
export function deliveryByName(file: string): Delivery {
  return deliveryAs(BY_EXTENSION[path.extname(file).toLowerCase()] ?? null);
}

/**
 * By the type that the row names (rest.md §7.4), which its owner may have written: what is not
 * passive is sent as plain bytes.
 */
export function deliveryAs(mime: string | null): Delivery {
  const type = mime?.trim().toLowerCase() ?? '';
  if (PASSIVE.test(type)) return { type, isInline: true };
  if (type === JSON_DATA.mime) return { type: 'application/json; charset=utf-8', isInline: true };
  return { type: type === SVG.mime ? type : 'application/octet-stream', isInline: false };
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * True when the first element is `<svg`: declaration, comments and document type may come before
 * it.
 */
function isSvg(text: string): boolean {
  let rest = text.trimStart();
  for (const [begin, end] of [
    ['<?xml', '?>'],
    ['<!--', '-->'],
    ['<!DOCTYPE svg', '>'],
    ['<!--', '-->'],
  ] as const) {
    while (rest.startsWith(begin)) {
      const at = rest.indexOf(end, begin.length);
      if (at === -1) return false;
      rest = rest.slice(at + end.length).trimStart();
    }
  }
  return /^<svg[\s/>]/.test(rest);
}

/** Data, as maps and levels are: an object or a list. */
function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
