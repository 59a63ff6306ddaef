import { describe, expect, it } from 'vitest';
import { countLines, trackedTexts } from './files.js';

const MAX_LINES = 400;

describe('sizes', () => {
  it('no file of code, style or page is longer than 400 lines', () => {
    const code = trackedTexts().filter(({ file }) =>
      /^(src|public|test|scripts|video)\/.*\.(tsx?|js|mjs|css|html|sql)$/.test(file),
    );
    expect(code.length).toBeGreaterThan(50);
    expect(
      code
        .filter(({ text }) => countLines(text) > MAX_LINES)
        .map(({ file, text }) => `${file}: ${countLines(text)} lines`),
    ).toEqual([]);
  });
});
