import { expect, it } from 'vitest';
import { foldersBelow } from './kept-places.js';
import { LIST_PAGE, type ObjectPage } from './object-store.js';

/** A store that has these keys, and how often it was asked for a page of them. */
function storeOf(keys: readonly string[]) {
  const asked = { pages: 0 };
  const list = async (prefix: string, { after = '' }: { after?: string | null } = {}) => {
    asked.pages += 1;
    const left = keys.filter((key) => key.startsWith(prefix) && key > (after ?? ''));
    const page = left.slice(0, LIST_PAGE);
    const objects = page.map((key) => ({ key, sizeBytes: 1, modifiedAt: new Date(0) }));
    return { objects, next: left.length > page.length ? (page.at(-1) ?? null) : null };
  };
  return { asked, list: list as (prefix: string) => Promise<ObjectPage> };
}

async function foldersIn(store: ReturnType<typeof storeOf>, parts: 1 | 2): Promise<string[]> {
  const found: string[] = [];
  for await (const folder of foldersBelow(store, { root: 'p/', parts })) found.push(folder);
  return found;
}

it('L5: folders are found by pages of keys, each once, whatever is in them', async () => {
  const number = (at: number): string => String(at).padStart(4, '0');
  const small = Array.from({ length: 600 }, (_, at) => `p/${number(at)}/a`);
  const large = Array.from({ length: 5 * LIST_PAGE }, (_, at) => `p/0300/${number(at)}`);
  const store = storeOf([...small, ...large, 'p/loose', 'q/x/y'].toSorted());
  const names = small.map((key) => key.slice(0, -1));
  expect(await foldersIn(store, 1)).toEqual(names);
  expect(store.asked.pages).toBe(2);
  expect(await foldersIn(storeOf(['p/a/b/c', 'p/a/d/e', 'p/a/f']), 2)).toEqual([
    'p/a/b/',
    'p/a/d/',
  ]);
});
