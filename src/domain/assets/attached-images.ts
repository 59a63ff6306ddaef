import type { AttachedImage } from '../../contracts/media/assets.js';
import { spritePath } from '../../contracts/game/brief.js';
import { promptName } from '../generation/prompt-name.js';

/** Images per message that become files of the game; the others stay addresses. */
export const MAX_ATTACHED = 4;

/** What a client puts before the words for each file that goes with them (websocket.md §3.1). */
const LINE = /^([1-9]\d{0,2})：画像「([^\r\n]{0,200}?)」を使用: (\S{1,500})$/gm;
const LEADING = /^(?:[1-9]\d{0,2}：画像「[^\r\n]*?」を使用: \S+(?:\n|$))+\n?/;
const MAX_STEM_CHARS = 15;
const ID_DIGITS = 8;

/** A file that goes with a message: its number there, what the player calls it, its address. */
export interface AttachedFile {
  number: string;
  called: string;
  address: string;
}

/** An attached image as it lies in the game; sides in pixels. */
export interface PlacedImage extends AttachedImage {
  width: number;
  height: number;
}

/** What goes with a request; a file that is named twice counts once. */
export function attachedIn(request: string): AttachedFile[] {
  const found = new Map<string, AttachedFile>();
  for (const [, number = '', called = '', address = ''] of request.matchAll(LINE))
    if (!found.has(address)) found.set(address, { number, called, address });
  return [...found.values()];
}

/** A message in two: the lines of what goes with it, and its words. */
export function splitAttached(content: string): { lines: string; words: string } {
  const lines = LEADING.exec(content)?.[0] ?? '';
  return { lines, words: content.slice(lines.length) };
}

/** What the file of an attached image is called, whatever characters the player's name has. */
export function attachedName(called: string, assetId: string): string {
  const stem = called
    .toLowerCase()
    .replace(/\.[a-z0-9]{1,5}$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_STEM_CHARS)
    .replace(/-+$/, '');
  return `${stem || 'image'}-${assetId
    .replace(/[^0-9a-f]/gi, '')
    .slice(0, ID_DIGITS)
    .toLowerCase()}`;
}

/** Prompt block about the images that came with the request. */
export function attachedBlock(images: readonly PlacedImage[]): string {
  return [
    '=== Images of the player ===',
    'The player has sent these with the request. They lie beside index.html already, as files of ' +
      'the game; look at them before you write:',
    ...images.map(
      ({ number, called, name, width, height }) =>
        `${number}. ${spritePath(name)} (${width} x ${height} pixels), ` +
        `called ${promptName(called)}`,
    ),
    'Do with them what the request says. Load each once at the start by new Image(), in three.js ' +
      'by a TextureLoader, from that relative address and never from the one in the request; ' +
      'draw it with its own proportions. Leave the files as they are.',
  ].join('\n');
}
