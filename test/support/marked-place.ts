import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import { PROJECT_ROOT } from '../../src/config.js';

/** Puts text between the two comments of a mark. Throws when the document has no such place. */
export async function fillMarked(document: string, mark: string, text: string): Promise<void> {
  const file = path.join(PROJECT_ROOT, document);
  const before = await readFile(file, 'utf8');
  const [begin, end] = [`<!-- ${mark}:begin -->`, `<!-- ${mark}:end -->`];
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no place for ${mark}`);
  const filled = `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`;
  await writeFile(file, await format(filled, { parser: 'markdown', printWidth: 100 }));
}
