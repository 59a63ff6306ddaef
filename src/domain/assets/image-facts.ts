/** Facts from an image's structure; its pixels are not decoded. */
interface ImageFacts {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Where it ends; null = it is cut off. */
  readonly end: number | null;
}

export interface ImageLimits {
  readonly maxSide: number;
  readonly maxPixels: number;
}

/** Pixel limit of all frames of an animation, relative to that of one image. */
const ANIMATION_FACTOR = 8;
/** What an image begins with, whatever it calls itself. */
const BEGINNINGS: readonly (readonly [type: string, at: number, bytes: string])[] = [
  ['image/png', 0, '89504e470d0a1a0a'],
  ['image/jpeg', 0, 'ffd8ff'],
  ['image/gif', 0, '474946383761'],
  ['image/gif', 0, '474946383961'],
  ['image/webp', 8, '57454250'],
  ['image/avif', 4, '6674797061766966'],
];
/** What has more chunks, blocks or boxes is no image: reading them would keep others waiting. */
const MAX_PARTS = 20_000;
/** A signature and nothing else, which no reader takes for an image. */
const SIGNATURE_BYTES = 8;
/** What makes a page, an archive or a program of the bytes behind an image. */
const OTHER_CONTENT = /<(!doctype|html|script|svg|iframe|body|\?php)|PK[\x03\x05][\x04\x06]|%PDF-/i;

/**
 * Why an image may not be taken, before anything decodes it; null = it may. What calls itself an
 * image and is none, is cut off, or holds something else behind its end is unreadable.
 */
export function imageTrouble(
  bytes: Buffer,
  mime: string,
  { maxSide, maxPixels }: ImageLimits,
): 'ImageTooLarge' | 'ImageUnreadable' | null {
  const read = READERS[mime];
  if (read === undefined || bytes.length < SIGNATURE_BYTES) return null;
  const facts = safely(() => read(bytes));
  if (facts === null || facts.width < 1 || facts.height < 1) return 'ImageUnreadable';
  const pixels = facts.width * facts.height;
  if (Math.max(facts.width, facts.height) > maxSide || pixels > maxPixels) return 'ImageTooLarge';
  if (pixels * facts.frames > maxPixels * ANIMATION_FACTOR) return 'ImageTooLarge';
  if (facts.end === null) return 'ImageUnreadable';
  return OTHER_CONTENT.test(bytes.toString('latin1', facts.end)) ? 'ImageUnreadable' : null;
}

/** The media type that the content has; null for anything but an image made of pixels. */
export function imageType(bytes: Buffer): string | null {
  const found = BEGINNINGS.find(
    ([, at, begin]) => bytes.subarray(at, at + begin.length / 2).toString('hex') === begin,
  );
  return found?.[0] ?? null;
}

/** Width and height from the structure of a pixel image; null = it is none. */
export function imageSize(bytes: Buffer): Pick<ImageFacts, 'width' | 'height'> | null {
  const read = READERS[imageType(bytes) ?? ''];
  const facts = read === undefined ? null : safely(() => read(bytes));
  return facts && { width: facts.width, height: facts.height };
}

const READERS: Readonly<Record<string, (bytes: Buffer) => ImageFacts | null>> = {
  'image/png': readPng,
  'image/gif': readGif,
  'image/jpeg': readJpeg,
  'image/webp': readWebp,
  'image/avif': readAvif,
};

/** Counts the parts of an image as they are read. */
function partCounter(): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > MAX_PARTS) throw new RangeError('more parts than an image has');
  };
}

/** A number behind the end of the bytes, or too many parts: what was read is no image. */
function safely<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readPng(bytes: Buffer): ImageFacts | null {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  let frames = 1;
  const countPart = partCounter();
  for (let at = 8; at + 12 <= bytes.length;) {
    countPart();
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') frames = Math.max(1, bytes.readUInt32BE(at + 8));
    at += 12 + bytes.readUInt32BE(at);
    if (type === 'IEND') return { width, height, frames, end: at };
  }
  return { width, height, frames, end: null };
}

function readGif(bytes: Buffer): ImageFacts {
  let [width, height] = [bytes.readUInt16LE(6), bytes.readUInt16LE(8)];
  let frames = 0;
  const facts = (end: number | null): ImageFacts => ({ width, height, frames, end });
  let at = 13 + colourTableBytes(bytes.readUInt8(10));
  const countPart = partCounter();
  while (at < bytes.length) {
    countPart();
    const block = bytes[at];
    if (block === 0x3b) return facts(frames === 0 ? null : at + 1);
    if (block === 0x21) at = skipSubBlocks(bytes, at + 2);
    else if (block === 0x2c && at + 10 < bytes.length) {
      frames += 1;
      width = Math.max(width, bytes.readUInt16LE(at + 5));
      height = Math.max(height, bytes.readUInt16LE(at + 7));
      at = skipSubBlocks(bytes, at + 11 + colourTableBytes(bytes.readUInt8(at + 9)));
    } else break;
  }
  return facts(null);
}

const colourTableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

function skipSubBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes.readUInt8(at);
  return at + 1;
}

function readJpeg(bytes: Buffer): ImageFacts {
  let [width, height] = [0, 0];
  const countPart = partCounter();
  for (let at = nextMarker(bytes, 2); at + 1 < bytes.length; at = nextMarker(bytes, at)) {
    countPart();
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xd9) return { width, height, frames: 1, end: at + 2 };
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      height = Math.max(height, bytes.readUInt16BE(at + 5));
      width = Math.max(width, bytes.readUInt16BE(at + 7));
    }
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return { width, height, frames: 1, end: null };
}

/** Between a scan and the next marker lies data; 0xff00 and restarts belong to it. */
function nextMarker(bytes: Buffer, from: number): number {
  let at = from;
  while (at + 1 < bytes.length && (bytes[at] !== 0xff || isData(bytes[at + 1]!))) at += 1;
  return at;
}

const isData = (marker: number): boolean =>
  marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7);

function readWebp(bytes: Buffer): ImageFacts | null {
  const end = 8 + bytes.readUInt32LE(4);
  let [width, height, frames] = [0, 0, 0];
  const countPart = partCounter();
  for (let at = 12; at + 8 <= Math.min(end, bytes.length);) {
    countPart();
    const type = bytes.toString('latin1', at, at + 4);
    const size = sizeInWebp(bytes, type, at + 8);
    [width, height] = [Math.max(width, size[0]), Math.max(height, size[1])];
    if (type === 'ANMF') frames += 1;
    const length = bytes.readUInt32LE(at + 4);
    at += 8 + length + (length % 2);
  }
  return { width, height, frames: Math.max(1, frames), end: end > bytes.length ? null : end };
}

function sizeInWebp(bytes: Buffer, type: string, at: number): readonly [number, number] {
  if (type === 'VP8X') return [1 + bytes.readUIntLE(at + 4, 3), 1 + bytes.readUIntLE(at + 7, 3)];
  if (type === 'ANMF') return [1 + bytes.readUIntLE(at + 6, 3), 1 + bytes.readUIntLE(at + 9, 3)];
  if (type === 'VP8 ')
    return [bytes.readUInt16LE(at + 6) & 0x3fff, bytes.readUInt16LE(at + 8) & 0x3fff];
  if (type !== 'VP8L') return [0, 0];
  const bits = bytes.readUInt32LE(at + 1);
  return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
}

/** The largest size that any of its parts names. */
function readAvif(bytes: Buffer): ImageFacts | null {
  let [width, height] = [0, 0];
  const countPart = partCounter();
  for (let at = bytes.indexOf('ispe'); at !== -1; at = bytes.indexOf('ispe', at + 4)) {
    countPart();
    width = Math.max(width, bytes.readUInt32BE(at + 8));
    height = Math.max(height, bytes.readUInt32BE(at + 12));
  }
  return { width, height, frames: 1, end: bytes.length };
}
