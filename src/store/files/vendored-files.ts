import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  servedVendor,
  vendoredSource,
  type VendoredFile,
} from '../../domain/game/vendored-libraries.js';

/** A vendored file as games get it, from the packages that are installed on this machine. */
export async function readVendoredFile(entry: VendoredFile): Promise<Buffer> {
  const inside = createRequire(import.meta.url).resolve(entry.library.package);
  const folder = `${path.sep}node_modules${path.sep}`;
  const packages = inside.slice(0, inside.lastIndexOf(folder) + folder.length);
  return servedVendor(entry, await readFile(path.join(packages, vendoredSource(entry))));
}
