import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { MIGRATIONS_DIR } from '../config.js';
import { BUILD_DIR } from './programs.js';

/**
 * In a build: the versions of schema and store that it works with (O2). Builds up to be9e45d8 have
 * none and work with no database that has a version.
 */
export const BUILD_FILE = 'build.json';

/** The oldest schema that this code works with: raise it with the file that the code needs. */
export const SCHEMA_FROM = 28;
/** The layout of DATA_DIR, which its marker names: 1 = repositories and files, 2 = objects. */
const STORE = { from: 2, to: 2 };

const Range = z.object({ from: z.number().int(), to: z.number().int() });
const BuildRange = z.object({
  schema: Range.extend({ until: z.number().int().optional() }),
  store: Range,
});
export type BuildRange = z.infer<typeof BuildRange>;

/** The range of the build in this folder; null = it has none. Throws where it cannot be read. */
export async function readBuildRange(buildDir: string): Promise<BuildRange | null> {
  const text = await readFile(path.join(buildDir, BUILD_FILE), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  return text === null ? null : BuildRange.parse(JSON.parse(text));
}

/**
 * The last version that code whose chain ends with `version` works with: a contract file begins a
 * new hundred (0100), all others leave older code be.
 */
export const lastBeforeContract = (version: number): number => Math.floor(version / 100) * 100 + 99;

/** The range of the sources as they lie here. */
export async function rangeOfSources(): Promise<BuildRange> {
  const numbers = (await readdir(MIGRATIONS_DIR))
    .filter((name) => name.endsWith('.sql'))
    .map((name) => Number.parseInt(name, 10));
  const to = Math.max(...numbers);
  return { schema: { from: SCHEMA_FROM, to, until: lastBeforeContract(to) }, store: STORE };
}

/** The range of the build, or of the sources, that this process runs from. */
export async function ownRange(): Promise<BuildRange> {
  return (BUILD_DIR === null ? null : await readBuildRange(BUILD_DIR)) ?? rangeOfSources();
}
