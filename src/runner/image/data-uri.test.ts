import { describe, expect, it } from 'vitest';
import { readDataUri } from './data-uri.js';

const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');
const uri = (bytes: Buffer, head = 'data:image/png;base64,'): string =>
  `${head}${bytes.toString('base64')}`;

describe('an image sent as a data URI', () => {
  it.each([
    'data:image/png;base64,',
    'data:image/jpeg;base64,',
    'data:text/html;base64,',
    'data:image/svg+xml;charset=utf-8;base64,',
    'DATA:image/png;BASE64,',
  ])('%s is read, and not believed about its type', (head) => {
    expect(readDataUri(uri(PNG, head))).toEqual(PNG);
  });

  it.each([
    ['an address', 'https://images.test/cat.png'],
    ['a file', 'file:///etc/passwd'],
    ['nothing', ''],
    ['words', '猫'],
    ['no base64', 'data:image/png,%89PNG'],
    ['a head without end', `data:image/${'x'.repeat(500)}`],
    [
      'a drawing that may hold a script',
      uri(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'data:image/svg+xml;base64,'),
    ],
    [
      'a page that calls itself an image',
      uri(Buffer.from('<!DOCTYPE html><script>alert(1)</script>')),
    ],
    ['no content', uri(Buffer.alloc(0))],
    ['a video', uri(Buffer.from('0000001c66747970697336d', 'hex'))],
    ['a document', uri(Buffer.from('%PDF-1.7'))],
  ])('%s is refused', (_what, text) => {
    expect(() => readDataUri(text)).toThrow(
      expect.objectContaining({ kind: 'ImageUnreadable' }) as Error,
    );
  });
});
