import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableTexts } from './printable.js';

const STEERING = [
  ...['\u0000', '\u0007', '\b', '\r', '\u001b', '\u007f', '\u0085', '\u009b'],
  ...['\u061c', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
  ...['\u2066', '\u2067', '\u2068', '\u2069', '\u2028', '\u2029'],
];
const KEPT = 'a\n\tあ é 👩‍👩‍👧 שלום';

describe('what others wrote', () => {
  it.each(STEERING)('%j does not reach a terminal', (character) => {
    expect(printable(`${KEPT}${character}[31m`)).toBe(`${KEPT}[31m`);
    const line = `${JSON.stringify({ msg: `x${character}y` })}\n`;
    const escaped = printableJson(line);
    expect(escaped.slice(0, -1)).not.toContain(character);
    expect(JSON.parse(escaped)).toEqual({ msg: `x${character}y` });
    for (const each of [line, escaped])
      expect(JSON.parse(printableTexts(each))).toEqual({ msg: 'xy' });
  });

  it('is otherwise as it was', () => {
    const line = `${JSON.stringify({ msg: KEPT, nested: [{ path: 'a\\u001b' }], count: 1 })}\n`;
    expect([printable(KEPT), printableJson(line), printableTexts(line)]).toEqual([
      KEPT,
      line,
      line,
    ]);
  });

  it('is clean also in a line that is no JSON', () => {
    expect(printableTexts('plain \u001b[31m\u202ered\n')).toBe('plain [31mred\n');
  });
});
