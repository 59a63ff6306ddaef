import { describe, expect, it } from 'vitest';
import { contentTypeOf } from './content-types.js';

describe('content types', () => {
  it.each([
    ['index.html', 'text/html; charset=utf-8', false],
    ['a.CSS', 'text/css; charset=utf-8', false],
    ['a.mjs', 'application/javascript; charset=utf-8', false],
    ['a.json', 'application/json; charset=utf-8', false],
    ['a.svg', 'image/svg+xml; charset=utf-8', false],
    ['a.txt', 'application/octet-stream; charset=utf-8', false],
    ['noextension', 'application/octet-stream; charset=utf-8', false],
    ['a.PNG', 'image/png', true],
    ['a.jpeg', 'image/jpeg', true],
    ['a.ogg', 'audio/ogg', true],
    ['a.woff2', 'font/woff2', true],
  ])('%s is %s', (file, type, isBinary) => {
    expect(contentTypeOf(file)).toEqual({ type, isBinary });
  });
});
