import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The version that is installed here. Not every package lets its manifest be imported, so it is
 * looked for beside the code.
 */
export async function pinnedVersion(name: string): Promise<string> {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const manifest = await readFile(path.join(folder, name, 'package.json'), 'utf8').catch(
      () => null,
    );
    if (manifest !== null) return (JSON.parse(manifest) as { version: string }).version;
  }
  throw new Error(`${name} is not installed`);
}
