import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';
import { askingThree } from './page-script.js';

it('the renderer of three that games get asks first whether anybody looks', async () => {
  const entry = createRequire(import.meta.url).resolve('three');
  const source = await readFile(path.join(path.dirname(entry), 'three.module.js'), 'utf8');
  const asking = askingThree(source);
  const asked = asking.split('__spares').length - 1;
  expect(asked).toBe(1);
  expect(asking.replace(/ if \( window\.__spares.*return;/, '')).toBe(source);
});
