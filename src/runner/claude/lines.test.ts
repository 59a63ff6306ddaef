import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from './lines.js';
import { StringFieldReader } from './string-fields.js';

const READABLE = fc.string({ unit: 'grapheme' });

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('splitLines', () => {
  it('gives whole lines and whole characters, wherever the pipe cuts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(READABLE), fc.array(fc.nat()), async (texts, cuts) => {
        const lines = texts.map((text) => JSON.stringify({ text }));
        const chunks = cutAt(Buffer.from(lines.join('\n')), cuts).filter(
          (chunk) => chunk.length > 0,
        );
        const seen: string[] = [];
        for await (const line of splitLines(Readable.from(chunks))) seen.push(line);
        expect(seen).toEqual(lines);
      }),
    );
  });
});

describe('StringFieldReader', () => {
  const read = (json: string, cuts: readonly number[]): Record<string, string> => {
    const reader = new StringFieldReader();
    const found: Record<string, string> = {};
    const places = [
      0,
      ...cuts.map((cut) => cut % (json.length + 1)).sort((a, b) => a - b),
      json.length,
    ];
    for (const [index, end] of places.slice(1).entries()) {
      for (const piece of reader.feed(json.slice(places[index], end))) {
        expect(piece.text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
        found[piece.field] = (found[piece.field] ?? '') + piece.text;
      }
    }
    return found;
  };
  const field = fc.stringMatching(/^[a-z_]{1,8}$/);

  it(
    'decodes every string field, wherever the fragments are ' + 'cut and however they are escaped',
    () => {
      fc.assert(
        fc.property(
          fc.dictionary(field, READABLE),
          fc.array(fc.nat()),
          fc.boolean(),
          (object, cuts, isAscii) => {
            let json = JSON.stringify(object, null, isAscii ? 1 : 0);
            if (isAscii)
              json = json.replace(
                /[^\x20-\x7e\n]/g,
                (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
              );
            expect(read(json, cuts)).toEqual({ ...object });
          },
        ),
      );
    },
  );

  it('passes over nested values, numbers and literals', () => {
    expect(
      read(
        '{"a":{"x":"no","y":["no"]},"n":12,"t":true,"b":"yes ' +
          '\\"{[,:","l":["no",{"q":"no"}],"c":"ok"}',
        [],
      ),
    ).toEqual({ b: 'yes "{[,:', c: 'ok' });
  });

  it('says when a value is complete', () => {
    const reader = new StringFieldReader();
    expect(reader.feed('{"file_path":"in')).toEqual([
      { field: 'file_path', text: 'in', isEnd: false },
    ]);
    expect(reader.feed('dex.html"')).toEqual([
      { field: 'file_path', text: 'dex.html', isEnd: true },
    ]);
    expect(reader.feed(',"content":"')).toEqual([]);
  });
});
