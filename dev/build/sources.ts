import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';

/** Everything that a build is made from. */
const FOLDERS = ['src', 'dev', 'scripts', 'video', 'skills'];
const FILES = ['package-lock.json', 'tsconfig.json'];
const SOURCE = /\.(ts|tsx)$|^skills[\\/].*\.(md|html|json)$/;
const TEST = /\.test\.tsx?$/;

/** Whether a file below the project's root may change a build. */
export function isSource(file: string): boolean {
  return SOURCE.test(file) && !TEST.test(file);
}

/** The name of the build of what lies here now: a hash of every source and of the lockfile. */
export async function sourcesId(): Promise<string> {
  const listed = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(path.join(PROJECT_ROOT, folder), { recursive: true });
      return names.map((name) => path.join(folder, name)).filter(isSource);
    }),
  );
  return hashFiles([...FILES, ...listed.flat()]);
}

/** A hash of names and contents; paths start at the project's root. */
export async function hashFiles(files: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  const sorted = [...files].sort();
  const contents = await Promise.all(
    sorted.map((file) => readFile(path.join(PROJECT_ROOT, file)).catch(() => '')),
  );
  for (const [at, file] of sorted.entries())
    digest
      .update(`${file}\0`)
      .update(contents[at] ?? '')
      .update('\0');
  return digest.digest('hex').slice(0, 16);
}
