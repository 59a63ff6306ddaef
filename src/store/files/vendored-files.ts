import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VendoredFile } from '../../domain/vendored-libraries.js';

/** Where a vendored file lies on this machine: inside its installed package. */
export function vendoredFileOnDisk({ library, file }: VendoredFile): string {
  const entry = fileURLToPath(import.meta.resolve(library.name));
  const packageFolder = entry.slice(
    0,
    entry.lastIndexOf(`${path.sep}node_modules${path.sep}${library.name}${path.sep}`),
  );
  return path.join(packageFolder, 'node_modules', library.name, library.folder, file);
}
