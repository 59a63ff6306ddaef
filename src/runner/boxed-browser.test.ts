import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { binaryOf } from './boxed-browser.js';

let folder: string;
let places: string[];
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dreamcore-browsers-')));
  places = ['whole/chromium', 'shell/chromium-headless-shell'].map((name) =>
    path.join(folder, name),
  );
  for (const place of places) {
    await mkdir(path.dirname(place));
    await writeFile(place, '\u007fELF');
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

it.each([
  ['chromium', 0],
  ['chromium-headless-shell', 1],
])('the start script of %s is that of its own program, whatever is beside it', async (name, at) => {
  const script = await program(name, '#!/bin/sh -e\n');
  for (const behind of [places, places.toReversed()])
    expect(await binaryOf(script, behind)).toBe(places[at]);
});

it('a program is itself, and so is a script behind which nothing is known', async () => {
  const binary = await program('google-chrome', '\u007fELF');
  expect(await binaryOf(binary, places)).toBe(binary);
  const script = await program('chromium', '#!/bin/sh\n');
  expect(await binaryOf(script, [path.join(folder, 'nowhere')])).toBe(script);
});
