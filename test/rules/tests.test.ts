import { describe, expect, it } from 'vitest';
import { trackedTexts } from './files.js';

const LEFT_OUT = new RegExp(
  `\\b(it|test|describe)(\\.\\w+)*\\.(${['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails'].join('|')})\\b|\\bcontext\\.skip\\(`,
);

describe('tests', () => {
  it('are all run: none is skipped, postponed or alone', () => {
    const tests = trackedTexts().filter(({ file }) => file.endsWith('.test.ts'));
    expect(tests.length).toBeGreaterThan(10);
    expect(tests.filter(({ text }) => LEFT_OUT.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('stand where a command finds them', () => {
    const lost = trackedTexts().filter(
      ({ file }) =>
        /\.(test|spec)\.\w+$/.test(file) &&
        !/^((src|dev)\/.*|video\/.*|test\/(rules|bench|workflows|replay|contract|recovery|e2e)\/.*)\.test\.ts$/.test(
          file,
        ),
    );
    expect(lost.map(({ file }) => file)).toEqual([]);
  });
});
