import { describe, expect, it } from 'vitest';
import { countLines, trackedTexts } from './files.js';

const MAX_LINES = 400;
/** Tests, and the tables and fakes that they read. */
const MAX_TEST_LINES = 600;
const isTest = (file: string): boolean => file.startsWith('test/') || file.endsWith('.test.ts');

describe('sizes', () => {
  it('no file of code, style or page is longer than 400 lines, no test longer than 600', () => {
    const code = trackedTexts().filter(({ file }) =>
      /^(src|dev|public|test|scripts|video|supabase)\/.*\.(tsx?|js|mjs|css|html|sql)$/.test(file),
    );
    expect(code.length).toBeGreaterThan(50);
    expect(
      code
        .filter(({ file, text }) => countLines(text) > (isTest(file) ? MAX_TEST_LINES : MAX_LINES))
        .map(({ file, text }) => `${file}: ${countLines(text)} lines`),
    ).toEqual([]);
  });
});
