import { describe, expect, it } from 'vitest';
import { deliveryAs, deliveryByName, isAcceptedByName, mediaTypeOf } from './media-type.js';

const text = (value: string): Buffer => Buffer.from(value);
const MP3_FRAME = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(413)]);

describe('what a file is by its content', () => {
  it.each<[string, Buffer, string]>([
    [
      'PNG',
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
          '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
      'image/png',
    ],
    ['PNG that ends early', Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'image/png'],
    ['JPEG', Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex'), 'image/jpeg'],
    ['GIF', text('GIF89a\x01\0\x01\0'), 'image/gif'],
    ['GIF that is a script, too', text('GIF89a=1;alert(1)//'), 'image/gif'],
    ['WebP', text('RIFF\x1a\0\0\0WEBPVP8L'), 'image/webp'],
    ['WAV', text('RIFF\x24\0\0\0WAVEfmt '), 'audio/wav'],
    ['MP3', MP3_FRAME, 'audio/mpeg'],
    [
      'MP3 with a tag',
      Buffer.concat([text('ID3\x03\0\0\0\0\0\x0a'), Buffer.alloc(10), MP3_FRAME]),
      'audio/mpeg',
    ],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    [
      'SVG with all that may come first',
      text('\ufeff<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg PUBLIC "x">\n<svg >'),
      'image/svg+xml',
    ],
    ['JSON', text('{"level": [1, 2]}'), 'application/json'],
    ['JSON list', text(' [] '), 'application/json'],
  ])('%s', async (_, bytes, mime) => {
    expect((await mediaTypeOf(bytes))?.mime).toBe(mime);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['HTML', text('<!DOCTYPE html><script>alert(1)</script>')],
    ['HTML with an image in it', text('<html><svg></svg></html>')],
    ['HTML after a comment', text('<!-- <svg> --><html>')],
    ['other XML', text('<?xml version="1.0"?><feed/>')],
    ['XHTML', text('<?xml version="1.0"?><html/>')],
    ['a script', text('alert(1)')],
    ['a JSON string', text('"x"')],
    ['a ZIP', Buffer.from('504b0304140000000800', 'hex')],
    ['GZIP', Buffer.from('1f8b0800000000000003', 'hex')],
    ['PDF', text('%PDF-1.7')],
    ['a program', Buffer.from('7f454c4602010100', 'hex')],
    ['a Windows program', text('MZ\x90\0')],
    ['no UTF-8', Buffer.from('7bff7d', 'hex')],
    ['a video', Buffer.concat([Buffer.from('00000018', 'hex'), text('ftypmp42')])],
    ['an open comment', text('<!--')],
    ['many open comments', text('<!--'.repeat(50_000))],
  ])('nothing that is taken: %s', async (_, bytes) => {
    expect(await mediaTypeOf(bytes)).toBeNull();
  });
});

it.each([
  ['a.png', 'x/y', true],
  ['a.PNG', '', true],
  ['a.pngx', '', true],
  ['a', 'image/jpeg', true],
  ['a.exe', 'audio/ogg', true],
  ['a.exe', 'image/bmp', false],
  ['png', 'application/octet-stream', false],
  ['a.html', 'text/html', false],
])('name %j of type %j may be ours: %s (rest.md §7.1)', (name, mime, isAccepted) => {
  expect(isAcceptedByName({ name, mime })).toBe(isAccepted);
});

it.each([
  ['a.png', 'image/png', true],
  ['a.JPEG', 'image/jpeg', true],
  ['a.ogg', 'audio/ogg', true],
  ['a.json', 'application/json; charset=utf-8', true],
  ['a.svg', 'image/svg+xml', false],
  ['a.html', 'application/octet-stream', false],
  ['a', 'application/octet-stream', false],
])('a stored file %s is sent as %s', (file, type, isInline) => {
  expect(deliveryByName(file)).toEqual({ type, isInline });
});

it.each([
  [null, 'application/octet-stream', false],
  ['audio/x-wav', 'audio/x-wav', true],
  ['text/html', 'application/octet-stream', false],
  ['image/svg+xml', 'image/svg+xml', false],
  ['image/png; charset=x', 'application/octet-stream', false],
])('a row of type %j is sent as %s', (mime, type, isInline) => {
  expect(deliveryAs(mime)).toEqual({ type, isInline });
});
