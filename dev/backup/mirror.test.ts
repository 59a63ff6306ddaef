import { expect, it } from 'vitest';
import { freshFolder } from '../../test/support/own-folder.js';
import { keysIn } from '../../test/support/objects.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { mirrorObjects } from './mirror.js';

const [dataDir, folder] = [freshFolder(), freshFolder()];
const objects = createFileObjectStore(dataDir);
const mirror = () => mirrorObjects(dataDir, folder, new Date(0));

/** A store of 200 objects, and its copy; answers their keys. */
async function mirrored(prefix: string): Promise<string[]> {
  const keys = Array.from({ length: 200 }, (_, at) => `${prefix}${String(at).padStart(3, '0')}`);
  await Promise.all(keys.map((key) => objects.put(key, Buffer.from(key))));
  expect(await mirror()).toEqual({ listed: 200, held: 0 });
  return keys;
}

it('U2: what was removed on purpose is forgotten, however much it is', async () => {
  const keys = await mirrored('p/');
  await objects.deleteAll(keys.slice(0, 7), { canReturn: true });
  expect(await mirror()).toEqual({ listed: 193, held: 0 });
  expect(await keysIn(folder, '')).toEqual(keys.slice(7));
  expect(await createFileObjectStore(folder).bringBack('p/')).toBe(7);
});

it('U2: so is what goes by its age, which no row names', async () => {
  const keys = await mirrored('images/');
  await objects.deleteAll(keys.slice(0, 7));
  expect(await mirror()).toEqual({ listed: 193, held: 0 });
  expect(await keysIn(folder, '')).toEqual(keys.slice(7));
});

it('U2: what is lost stays, and what was removed meanwhile is forgotten all the same', async () => {
  const keys = await mirrored('p/');
  await objects.deleteAll(keys.slice(0, 7));
  await objects.delete(keys[7]!, { canReturn: true });
  expect(await mirror()).toEqual({ listed: 192, held: 7 });
  expect(await keysIn(folder, '')).toEqual(keys.filter((_, at) => at !== 7));
});
