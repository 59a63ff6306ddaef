import { expect, it } from 'vitest';
import { freshFolder } from '../../test/support/own-folder.js';
import { createFileObjectStore } from './file-object-store.js';
import { listAll } from './object-store.js';
import { createShareImages } from './share-images.js';

const root = freshFolder();
const [ONE, OTHER] = ['1'.repeat(64), '2'.repeat(64)];

it('is drawn once for all who ask, and anew when its contents change', async () => {
  const objects = createFileObjectStore(root);
  const projectId = '00000000-0000-4000-8000-000000000001';
  const drawn: string[] = [];
  const ask = async (source: string): Promise<string> => {
    const draw = async (): Promise<Buffer> => Buffer.from(`image ${drawn.push(source)}`);
    return (await createShareImages(objects).of(projectId, source, draw)).toString();
  };
  const images = createShareImages(objects);
  const together = await Promise.all(
    [1, 2].map(() => images.of(projectId, ONE, async () => Buffer.from(`${drawn.push(ONE)}`))),
  );
  expect([together.map(String), drawn]).toEqual([['1', '1'], [ONE]]);
  expect([await ask(ONE), await ask(OTHER), await ask(OTHER)]).toEqual(['1', 'image 2', 'image 2']);
  const keys: string[] = [];
  for await (const { key } of listAll(objects, '')) keys.push(key);
  expect(keys).toEqual([`s/${projectId}/of-${OTHER}`]);
});
