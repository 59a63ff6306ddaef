import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { patchedThree } from './patched-three.js';

it('the installed three has the line to patch once; nothing else changes', async () => {
  const entry = createRequire(import.meta.url).resolve('three');
  const source = await readFile(path.join(path.dirname(entry), 'three.module.js'), 'utf8');
  const patched = patchedThree(source);
  expect(patched.split('__spares').length - 1).toBe(1);
  expect(patched.replace(/ if \( window\.__spares.*return;/, '')).toBe(source);
});
