import { describe, expect, it } from 'vitest';
import { trackedTexts } from './files.js';

const MODIFIERS = ['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails'].join('|');
const LEFT_OUT = new RegExp(
  `\\b(it|test|describe)(\\.\\w+)*\\.(${MODIFIERS})\\b|\\bcontext\\.skip\\(`,
);
const KINDS = [
  ...['rules', 'bench', 'chaos', 'eval', 'mutants', 'workflows', 'replay', 'contract', 'recovery'],
  ...['temporal-server', 'e2e'],
].join('|');
const FOUND = new RegExp(`^((src|dev|tools|video|kit)/.*|test/(${KINDS})/.*)\\.test\\.ts$`);

describe('tests', () => {
  it('are all run: none is skipped, postponed or alone', () => {
    const tests = trackedTexts().filter(({ file }) => file.endsWith('.test.ts'));
    expect(tests.length).toBeGreaterThan(10);
    expect(tests.filter(({ text }) => LEFT_OUT.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('stand where a command finds them', () => {
    const lost = trackedTexts().filter(
      ({ file }) => /\.(test|spec)\.\w+$/.test(file) && !FOUND.test(file),
    );
    expect(lost.map(({ file }) => file)).toEqual([]);
  });
});
