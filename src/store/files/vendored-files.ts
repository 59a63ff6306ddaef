import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { KIT_DIR } from '../../config.js';
import {
  servedVendor,
  vendoredSource,
  type VendoredFile,
} from '../../domain/game/vendored-libraries.js';

/** A vendored file as games get it: from the packages that are installed here, or our own. */
export async function readVendoredFile(entry: VendoredFile): Promise<Buffer> {
  const folder = entry.library.source === 'own' ? KIT_DIR : packagesWith(entry.library.package);
  return servedVendor(entry, await readFile(path.join(folder, vendoredSource(entry))));
}

function packagesWith(name: string): string {
  const inside = createRequire(import.meta.url).resolve(name);
  const folder = `${path.sep}node_modules${path.sep}`;
  return inside.slice(0, inside.lastIndexOf(folder) + folder.length);
}
