import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { mutate } from './mutation.js';
import { MUTATIONS } from './mutations.js';

const read = (file: string): string => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');

describe('the mutations of `npm run mutants`', () => {
  it('are 30 or more, each of another kind', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(30);
    const kinds = MUTATIONS.map(({ breaks }) => breaks);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it.each(MUTATIONS)('$rule, $breaks: still changes the code it means', (mutation) => {
    const text = read(mutation.file);
    expect(mutate(mutation, text)).not.toBe(text);
    expect(existsSync(path.join(PROJECT_ROOT, mutation.test))).toBe(true);
    expect(read('docs/protocol.md')).toContain(`### ${mutation.rule} `);
  });

  it('are refused when their place is not clear', () => {
    const [mutation] = MUTATIONS;
    expect(() => mutate({ ...mutation!, find: 'x' }, 'x and x')).toThrow('2 times');
    expect(() => mutate({ ...mutation!, find: 'y' }, 'x and x')).toThrow('0 times');
  });
});
