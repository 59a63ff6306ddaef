import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countLines, trackedTexts } from './files.js';

const MAX_LINES = 400;
/** Tests, and the tables and fakes that they read. */
const MAX_TEST_LINES = 600;
const MAX_WIDTH = 100;
const ROOMS = 'src|dev|tools|public|test|scripts|video|kit|supabase';
const CODE = new RegExp(`^(${ROOMS})/.*\\.(tsx?|js|mjs|css|html|sql)$`);
/** What prettier formats, and the SQL, which is laid out by hand. */
const LAID_OUT = /\.(tsx?|m?js|css|html|sql)$/;
/** Parts of sketches, and games on the kit: `.prettierignore` names them, too. */
const FRAGMENTS = /^(sketches|skills|test\/fixtures\/kit-games)\/.*\.html$/;
const isTest = (file: string): boolean => file.startsWith('test/') || file.endsWith('.test.ts');

describe('sizes', () => {
  it('no file of code, style or page is longer than 400 lines, no test longer than 600', () => {
    const code = trackedTexts().filter(({ file }) => CODE.test(file));
    expect(code.length).toBeGreaterThan(50);
    expect(
      code
        .filter(({ file, text }) => countLines(text) > (isTest(file) ? MAX_TEST_LINES : MAX_LINES))
        .map(({ file, text }) => `${file}: ${countLines(text)} lines`),
    ).toEqual([]);
  });

  it('no line of code, style, page or SQL is longer than 100 characters but for a URL', () => {
    const laidOut = trackedTexts().filter(
      ({ file }) => LAID_OUT.test(file) && !FRAGMENTS.test(file),
    );
    expect(new Set(laidOut.map(({ file }) => path.extname(file)))).toEqual(
      new Set(['.ts', '.tsx', '.js', '.mjs', '.css', '.html', '.sql']),
    );
    expect(
      laidOut.flatMap(({ file, text }) =>
        text
          .split('\n')
          .flatMap((line, at) =>
            [...line].length > MAX_WIDTH && !/https?:\/\//.test(line)
              ? [`${file}:${at + 1}: ${[...line].length} characters`]
              : [],
          ),
      ),
    ).toEqual([]);
  });
});
