import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';

/** Everything that a build is made from. */
const FOLDERS = [
  ...['src', 'dev', 'tools', 'scripts', 'video', 'skills', 'public'],
  ...['supabase/migrations', 'kit/released', 'sketches'],
];
const FILES = ['package-lock.json', 'tsconfig.json'];
const SOURCE = new RegExp(
  '\\.(ts|tsx|sql)$|^skills[\\\\/].*\\.(md|html)$|^(public|sketches|kit[\\\\/]released)[\\\\/]|' +
    '^dev[\\\\/].*[\\\\/]data[\\\\/].*\\.json$',
);
const TEST = /\.test\.tsx?$/;

/** Whether a file below the project's root may change a build. */
export const isSource = (file: string): boolean => SOURCE.test(file) && !TEST.test(file);

/**
 * The name of the build of what lies here now: a hash of every source and of the lockfile. After
 * `git checkout` of another commit the last build's program asks this: that commit may have no
 * folder of a name that this one knows.
 */
export async function sourcesId(root = PROJECT_ROOT): Promise<string> {
  const listed = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(path.join(root, folder), { recursive: true }).catch(
        (error: NodeJS.ErrnoException): string[] => {
          if (error.code === 'ENOENT') return [];
          throw error;
        },
      );
      return names.map((name) => path.join(folder, name)).filter(isSource);
    }),
  );
  return hashFiles([...FILES, ...listed.flat()], root);
}

/** A hash of names and contents; paths start at the project's root. */
export async function hashFiles(files: readonly string[], root = PROJECT_ROOT): Promise<string> {
  const digest = createHash('sha256');
  const sorted = [...files].sort();
  const contents = await Promise.all(
    sorted.map((file) => readFile(path.join(root, file)).catch(() => '')),
  );
  for (const [at, file] of sorted.entries())
    digest
      .update(`${file}\0`)
      .update(contents[at] ?? '')
      .update('\0');
  return digest.digest('hex').slice(0, 16);
}
