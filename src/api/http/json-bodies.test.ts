import { describe, expect, it } from 'vitest';
import { BodyRefused } from './body-limits.js';
import { parseJson } from './json-bodies.js';

const parsed = (text: string): unknown => parseJson(Buffer.from(text));

describe('N2: a JSON body', () => {
  it.each([
    ['', {}],
    ['{"a":[1,{"b":"]}\\"[["}]}', { a: [1, { b: ']}"[[' }] }],
    ['\ufeff{"a":1}', { a: 1 }],
    [`[${'0,'.repeat(9_998)}0]`, Array.from({ length: 9_999 }, () => 0)],
    [`${'['.repeat(32)}${']'.repeat(32)}`, expect.any(Array)],
    [`{"a":"${'[{,'.repeat(100_000)}"}`, { a: '[{,'.repeat(100_000) }],
  ])('%.20s is read', (text, value) => {
    expect(parsed(text)).toEqual(value);
  });

  it.each([
    ['cut', '{"a":'],
    ['a number', '7'],
    ['null', 'null'],
    ['33 deep', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['a million deep', '['.repeat(1_000_000)],
    ['of more than 10,000 values', `[${'{},'.repeat(5_001)}{}]`],
    ['a text without an end', `["${'\\"'.repeat(1_000_000)}`],
    ['a backslash at the end', '["\\'],
  ])('that is %s is refused with 400', (_name, text) => {
    expect(() => parsed(text)).toThrow(BodyRefused);
  });
});
