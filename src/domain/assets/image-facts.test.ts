import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { imageSize, imageTrouble, imageType } from './image-facts.js';

const LIMITS = { maxSide: 1_000, maxPixels: 250_000 };
type Format = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif';
const FORMATS: readonly Format[] = ['png', 'jpeg', 'gif', 'webp', 'avif'];

/** An image of noise, which no format packs to nothing. */
function draw(format: Format, width: number, height: number): Promise<Buffer> {
  const data = Buffer.from(
    Array.from({ length: width * height * 3 }, (_, at) => (at * 7919) % 251),
  );
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format, format === 'avif' ? { effort: 0 } : {})
    .toBuffer();
}

async function animate(format: 'gif' | 'webp', frames: number): Promise<Buffer> {
  const height = 100;
  const data = Buffer.alloc(100 * height * frames * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = (at * 31 + at / 900) % 251;
  return sharp(data, {
    raw: { width: 100, height: height * frames, channels: 3, pageHeight: height },
  })
    .toFormat(format, { effort: 1 })
    .toBuffer();
}

const tell = (bytes: Buffer, format: string): string | null =>
  imageTrouble(bytes, `image/${format}`, LIMITS);

/** A PNG of some bytes that says it has so many pixels. */
async function bomb(width: number, height: number): Promise<Buffer> {
  const bytes = await draw('png', 8, 8);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

describe('an image by its structure alone', () => {
  it.each(FORMATS)('%s: taken when it is whole and small enough', async (format) => {
    expect(tell(await draw(format, 40, 30), format)).toBeNull();
    expect(tell(await draw(format, 500, 500), format)).toBeNull();
  });

  it.each(FORMATS)('%s: too large by one side or by all pixels', async (format) => {
    expect(tell(await draw(format, 1_001, 16), format)).toBe('ImageTooLarge');
    expect(tell(await draw(format, 16, 1_001), format)).toBe('ImageTooLarge');
    expect(tell(await draw(format, 501, 500), format)).toBe('ImageTooLarge');
  });

  it.each([
    [50_000, 50_000],
    [0xffffffff, 0xffffffff],
    [1, 0xffffffff],
  ])('a PNG of a few bytes that says %i × %i is too large', async (width, height) => {
    expect(tell(await bomb(width, height), 'png')).toBe('ImageTooLarge');
  });

  it.each(['png', 'jpeg', 'gif', 'webp'] as const)(
    '%s: unreadable when cut off',
    async (format) => {
      const whole = await draw(format, 40, 30);
      for (const part of [0.1, 0.5, 0.9])
        expect(tell(whole.subarray(0, Math.floor(whole.length * part)), format)).not.toBeNull();
      expect(tell(whole.subarray(0, whole.length - 1), format)).toBe('ImageUnreadable');
    },
  );

  it.each(['gif', 'webp'] as const)(
    '%s: the frames of an animation count together',
    async (format) => {
      expect(tell(await animate(format, 20), format)).toBeNull();
      expect(tell(await animate(format, 201), format)).toBe('ImageTooLarge');
    },
  );

  it('png: an animation counts by the frames that it promises', async () => {
    const bytes = await draw('png', 100, 100);
    const control = Buffer.alloc(20);
    control.writeUInt32BE(8, 0);
    control.write('acTL', 4, 'latin1');
    control.writeUInt32BE(0xffffffff, 8);
    expect(tell(Buffer.concat([bytes.subarray(0, 33), control, bytes.subarray(33)]), 'png')).toBe(
      'ImageTooLarge',
    );
  });

  it('gif: a frame larger than its screen counts', async () => {
    const bytes = await draw('gif', 20, 20);
    bytes.writeUInt16LE(1, 6);
    bytes.writeUInt16LE(60_000, bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0])) + 5);
    expect(tell(bytes, 'gif')).toBe('ImageTooLarge');
  });

  it.each(['png', 'jpeg', 'gif', 'webp'] as const)(
    '%s: with a page, an archive or a document behind it is unreadable; with other bytes it is not',
    async (format) => {
      const whole = await draw(format, 40, 30);
      for (const other of ['<html><script>', 'x<?php', 'PK\x03\x04', '...PK\x05\x06', '\n%PDF-1.7'])
        expect(tell(Buffer.concat([whole, Buffer.from(other, 'latin1')]), format), other).toBe(
          'ImageUnreadable',
        );
      expect(tell(Buffer.concat([whole, Buffer.alloc(100)]), format)).toBeNull();
    },
  );

  it.each([
    ['GIF89a\x01\0\x01\0\0\0\0;', 'gif'],
    ['RIFF\x1a\0\0\0WEBPVP8L', 'webp'],
    ['RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0\x05\0\0\x05\0\0', 'webp'],
    ['\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9', 'jpeg'],
    ['\x89PNG\r\n\x1a\n<svg onload=alert(1)>', 'png'],
    ['\0\0\0\x1cftypavif', 'avif'],
  ])('%j is no %s', (content, format) => {
    expect(tell(Buffer.from(content, 'latin1'), format)).toBe('ImageUnreadable');
  });

  it('leaves alone what is no image, and the four bytes of a PNG that clients send', () => {
    expect(imageTrouble(Buffer.from('{}'), 'application/json', LIMITS)).toBeNull();
    expect(imageTrouble(Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'image/png', LIMITS)).toBeNull();
  });

  it('ends with any bytes, in time that grows with their number', () => {
    for (const head of ['GIF89a', '\xff\xd8\xff', 'RIFF\0\0\0\0WEBP', '\x89PNG\r\n\x1a\n'])
      for (const fill of [0, 0x2c, 0x21, 0xff, 0xd8]) {
        const bytes = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(1_000_000, fill)]);
        for (const format of FORMATS) tell(bytes, format);
      }
  });

  it.each([
    ['png', '\0\0\0\0tEXt\0\0\0\0'],
    ['webp', 'JUNK\0\0\0\0'],
    ['jpeg', '\xff\xfe\0\x02'],
    ['gif', '!\xfe\0'],
    ['avif', '\0\0\0\x14ispe\0\0\0\0\0\0\0\x08\0\0\0\x08'],
  ] as const)('%s: of more parts than any image has is unreadable', async (format, part) => {
    const whole = await draw(format, 8, 8);
    const at = { png: 33, webp: 12, jpeg: 2, gif: 13 + 3 * 2 ** ((whole[10]! & 7) + 1), avif: 0 };
    const place = format === 'avif' ? whole.length : at[format];
    const parts = (count: number): Buffer => {
      const bytes = Buffer.concat([
        whole.subarray(0, place),
        Buffer.from(part.repeat(count), 'latin1'),
        whole.subarray(place),
      ]);
      if (format === 'webp') bytes.writeUInt32LE(bytes.length - 8, 4);
      return bytes;
    };
    expect(tell(parts(1_000), format)).toBeNull();
    expect(tell(parts(100_000), format)).toBe('ImageUnreadable');
  });

  it('jpeg: takes any number of zeros and restarts in what is drawn', async () => {
    const whole = await draw('jpeg', 40, 30);
    const data = Buffer.from('\xff\x00\xff\xd0'.repeat(100_000), 'latin1');
    const end = whole.length - 2;
    expect(
      tell(Buffer.concat([whole.subarray(0, end), data, whole.subarray(end)]), 'jpeg'),
    ).toBeNull();
    const search = vi.spyOn(Buffer.prototype, 'indexOf');
    expect(tell(data, 'jpeg')).toBe('ImageUnreadable');
    expect(search.mock.calls.length).toBe(0);
    search.mockRestore();
  });

  it('the type is what the content says', () => {
    const types = [
      '89504e470d0a1a0a',
      'ffd8ffe0',
      '474946383961',
      '524946460000000057454250',
      '000000206674797061766966',
    ].map((hex) => imageType(Buffer.from(hex, 'hex')));
    expect(types).toEqual(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
    expect(imageType(Buffer.from('424d0000', 'hex'))).toBeNull();
  });

  it.each(FORMATS)('%s: the size is what the structure says', async (format) => {
    expect(imageSize(await draw(format, 40, 30))).toEqual({ width: 40, height: 30 });
  });

  it('what is no image has no size', () => {
    for (const text of ['', '{}', '<svg width="9" height="9"/>'])
      expect(imageSize(Buffer.from(text))).toBeNull();
  });
});
