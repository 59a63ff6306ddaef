import { pipeline } from 'node:stream/promises';
import { ZipArchive } from 'archiver';
import type { Response } from 'express';
import { SPRITE_FOLDER } from '../../contracts/game/brief.js';
import {
  vendoredFilesIn,
  vendoredPath,
  withRelativeVendor,
  type VendoredFile,
} from '../../domain/game/vendored-libraries.js';
import { refusedPaths } from '../../domain/game/version-paths.js';
import { readVendoredFile } from '../../store/files/vendored-files.js';
import type { Game } from './current-game.js';

const REFERS = /\.(html|css|m?js)$/i;

const isBeside = (path: string): boolean =>
  ['assets/', SPRITE_FOLDER].some((folder) => path.startsWith(folder));

/**
 * Sends `game.zip`: the page, its `assets/`, its sprites and the vendored libraries that they use.
 * References to those are made relative, so that the folder plays wherever it is put, without us.
 */
export async function sendGameZip(game: Game, res: Response): Promise<void> {
  const all = await game.list();
  // Where a ZIP is opened a backslash may be a way out, and of two names one may be left.
  const strange = refusedPaths(all);
  const paths = all.filter(
    (path) => (path === 'index.html' || isBeside(path)) && !strange.has(path),
  );
  const libraries = new Map<string, VendoredFile>();
  const archive = new ZipArchive({ zlib: { level: 9 } });
  const date = game.changedAt ?? new Date();
  for (const path of paths) {
    const bytes = await game.read(path);
    if (!bytes) continue;
    const text = REFERS.test(path) ? bytes.toString('utf8') : null;
    for (const library of text === null ? [] : vendoredFilesIn(text))
      libraries.set(vendoredPath(library), library);
    // Only a text that changes is written anew: whatever else it holds stays as it is, byte for
    // byte.
    const relative = text === null ? null : withRelativeVendor(text, path);
    archive.append(relative === null || relative === text ? bytes : Buffer.from(relative), {
      name: path,
      date,
    });
  }
  for (const [path, library] of libraries)
    archive.append(await readVendoredFile(library), { name: `vendor/${path}`, date });
  res.set({
    'Content-Type': 'application/zip',
    'Content-Disposition': 'attachment; filename="game.zip"',
  });
  await Promise.all([archive.finalize(), pipeline(archive, res)]);
}
