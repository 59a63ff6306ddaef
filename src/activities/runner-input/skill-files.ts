import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../config.js';

const FOLDER = path.join(PROJECT_ROOT, 'skills');
/** In a scaffold: here begins what the kit of its dimension has for every game. */
const KIT = '<!-- kit-2d -->\n';
const KIT_FILE = 'skills/kit-2d/kit.html';

/** Every file of the plugin by its path below `skills/`, scaffolds whole, in a fixed order. */
export async function readSkillFiles(): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(FOLDER, path.join(entry.parentPath, entry.name)))
    .sort();
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(FOLDER, name), 'utf8')] as const),
  );
  const kit = texts.find(([name]) => name === KIT_FILE)?.[1] ?? '';
  return Object.fromEntries(texts.map(([name, text]) => [name, text.replace(KIT, () => kit)]));
}
