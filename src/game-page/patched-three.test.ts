import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { tokenizer } from 'acorn';
import { expect, it } from 'vitest';
import { patchedThree, withoutDocs } from './patched-three.js';

const entry = createRequire(import.meta.url).resolve('three');
const sourceOf = (file: string): Promise<string> =>
  readFile(path.join(path.dirname(entry), file), 'utf8');

it('the installed three has the line to patch once; nothing else changes', async () => {
  const source = await sourceOf('three.module.js');
  const patched = patchedThree(source);
  expect(patched.split('__spares').length - 1).toBe(1);
  expect(patched.replace(/ if \( window\.__spares.*return;/, '')).toBe(source);
});

/** Each token of a program, and the line that it is in. */
function tokensOf(source: string): string {
  const tokens = tokenizer(source, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
  });
  return [...tokens]
    .map(({ start, end, loc }) => `${loc?.start.line} ${source.slice(start, end)}`)
    .join('\n');
}

it('bare, it is the same program in the same lines, in half its length', async () => {
  const source = await sourceOf('three.core.js');
  const bare = withoutDocs(source);
  expect(tokensOf(bare) === tokensOf(source)).toBe(true);
  expect(bare.length).toBeLessThan(0.5 * source.length);
});
