import type { Response } from 'express';
import type { Language } from '../../contracts/base/language.js';
import { message, render } from '../../contracts/messages/message.js';
import {
  vendoredFilesIn,
  vendoredPath,
  withRelativeVendor,
  type VendoredFile,
} from '../../domain/game/vendored-libraries.js';
import { refusedPaths } from '../../domain/game/version-paths.js';
import { isPublishedFile } from '../../domain/publishing/published-files.js';
import { readVendoredFile } from '../../store/files/vendored-files.js';
import { sendZip } from '../http/zip-response.js';
import type { Game } from './current-game.js';

const REFERS = /\.(html|css|m?js)$/i;

/** Browsers load modules from a server only, classic scripts from a folder, too. */
const MODULES = /<script\b[^>]{0,500}\btype\s*=\s*["']?(?:module|importmap)\b|\bimport\s*\(/i;
const HOW_TO_OPEN = 'how-to-open.txt';
const howToOpen = (language: Language): string => render(message('GAME_OF_MODULES'), language);

/**
 * Sends `game.zip`: the files that a published copy has, and the vendored libraries that they use.
 * References to those are made relative, so that the folder plays wherever it is put, without us.
 * A game of modules comes with a text about how to open it.
 */
export async function sendGameZip(game: Game, res: Response): Promise<void> {
  const all = await game.list();
  // Where a ZIP is opened a backslash may be a way out, and of two names one may be left.
  const strange = refusedPaths(all);
  const paths = all.filter((path) => isPublishedFile(path) && !strange.has(path));
  const libraries = new Map<string, VendoredFile>();
  const date = game.changedAt ?? new Date();
  const entries: [name: string, content: Buffer | string][] = [];
  for (const path of paths) {
    const bytes = await game.read(path);
    if (!bytes) continue;
    const text = REFERS.test(path) ? bytes.toString('utf8') : null;
    if (path === 'index.html' && MODULES.test(text ?? '') && !paths.includes(HOW_TO_OPEN))
      entries.push([HOW_TO_OPEN, `${howToOpen('ja')}\n\n${howToOpen('en')}\n`]);
    for (const library of text === null ? [] : vendoredFilesIn(text))
      libraries.set(vendoredPath(library), library);
    // Only a text that changes is written anew: whatever else it holds stays as it is, byte for
    // byte.
    const relative = text === null ? null : withRelativeVendor(text, path);
    entries.push([path, relative === null || relative === text ? bytes : relative]);
  }
  for (const [path, library] of libraries)
    entries.push([`vendor/${path}`, await readVendoredFile(library)]);
  const options = { name: 'game.zip', failed: 'a game was not sent whole', zlib: { level: 9 } };
  await sendZip(res, options, async (add) => {
    for (const [name, content] of entries) await add(name, content, date);
  });
}
