import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../config.js';

const FOLDER = path.join(PROJECT_ROOT, 'skills');

/** Every page and example of the folder `skills`, by name, in a fixed order. */
export async function readSkillFiles(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(FOLDER)).sort();
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(FOLDER, name), 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}
