import type { Request, Response } from 'express';
import type { Config } from '../../config.js';
import type { GAME_FILE_ROUTES } from '../../contracts/http-routes/game-files.js';
import { isUuid } from '../../contracts/base/ids.js';
import { isPublishCheck, PUBLISH_CHECK_HEADER } from '../../contracts/base/signatures.js';
import { contentTypeOf } from '../../domain/game/content-types.js';
import {
  encodedPath,
  publishedAddress,
  publishedPlace,
} from '../../domain/publishing/published-files.js';
import { OLD_P5, vendoredFile } from '../../domain/game/vendored-libraries.js';
import { readVendoredFile } from '../../store/files/vendored-files.js';
import type { Store } from '../../store/index.js';
import type { PublishedGameRow } from '../../store/tables/published-games.js';
import type { PublishedCopies } from '../../versions/kept/published-copies.js';
import { createFixedFiles, type FixedFiles } from '../games/fixed-files.js';
import { FIXED, FOR_EVER, sendFileBytes } from '../games/file-response.js';
import { isOpenedDirectly, sendInFrame } from '../games/direct-page.js';
import { requestedFile } from '../games/file-path.js';
import type { Call, Handlers } from '../http/mount.js';

export interface PublishedFileDeps {
  config: Pick<Config, 'PUBLIC_URL' | 'PUBLISH_CHECK_SECRET' | 'PUBLISH_CHECK_SECRET_OLD'>;
  store: Pick<Store, 'publishedGames'>;
  copies: Pick<PublishedCopies, 'read'>;
}

type FileRoutes = Pick<
  typeof GAME_FILE_ROUTES,
  'publishedGame' | 'publishedFile' | 'vendoredFile' | 'oldLibrary'
>;

/**
 * `GET /game/published/<gameId>/<revision>/<file>`: what was published, to everybody, under the
 * isolation of all games. Only the revision that the game's row names is there; without a revision
 * the address leads to it. `<revision>.<hash of all files>` is the same for ever (L5): where a copy
 * has another hash, it leads to the address without. A private game is not there. Beside it the
 * libraries for games, of which only those of the table are there.
 */
export function publishedFileHandlers(deps: PublishedFileDeps): Handlers<FileRoutes> {
  const { store, copies } = deps;
  const published = async (gameId: string) => {
    const game = isUuid(gameId) ? await store.publishedGames.get(gameId) : null;
    return game?.id === gameId.toLowerCase() && game.visibility !== 'private' ? game : null;
  };
  const parts = { ...deps, published, fixed: createFixedFiles(copies, published) };
  return {
    async publishedGame({ res, params }) {
      const game = await published(params.gameId);
      if (!game) return sendNotFound(res);
      const address = `${publishedAddress(game.id, game.revision)}index.html`;
      res.set('Cache-Control', 'no-store').redirect(302, address);
    },
    publishedFile: (call) => sendPublished(parts, call),
    vendoredFile: ({ res, next, params: { library, file } }) =>
      sendLibrary(res, next, `${library}/${file}`),
    oldLibrary: ({ res, next }) => sendLibrary(res, next, OLD_P5.is),
  };
}

interface Parts extends PublishedFileDeps {
  published: (gameId: string) => Promise<PublishedGameRow | null>;
  fixed: FixedFiles;
}

async function sendPublished(
  { config, copies, published, fixed }: Parts,
  { req, res, params }: Call<FileRoutes['publishedFile']>,
): Promise<void> {
  const gameId = params.gameId.toLowerCase();
  const place = publishedPlace(params.revision);
  if (!isUuid(gameId) || place === null) return sendNotFound(res);
  const { revision, contentHash } = place;
  const file = requestedFile(params.path);
  const isChecked = isForCheck(config, req, gameId, revision);
  const find = contentHash === null ? published : (id: string) => fixed.game(id, revision);
  const game = isChecked ? null : await find(gameId);
  if (file.kind !== 'file' || !(isChecked || game?.revision === revision)) return sendNotFound(res);
  const { type } = contentTypeOf(file.path);
  if (type.startsWith('text/html') && isOpenedDirectly(req, res) && game !== null)
    return sendInFrame(req, res, {
      title: game.title,
      creator: game.creator,
      playPage: new URL(`/play/${game.id}`, config.PUBLIC_URL).href,
    });
  const found = await (contentHash === null
    ? copies.read(gameId, revision, file.path)
    : fixed.read([gameId, revision, contentHash], file.path));
  if (found === null) return sendNotFound(res);
  if (found === 'moved') {
    const address = `${publishedAddress(gameId, revision)}${encodedPath(file.path)}`;
    return void res.set('Cache-Control', 'no-store').redirect(302, address);
  }
  const { bytes, sha: tag, changedAt } = found;
  if (contentHash === null) return sendFileBytes(req, res, bytes, { type, tag, changedAt });
  const head = { type, tag, changedAt, cacheControl: FOR_EVER };
  sendFileBytes(req, res.set(FIXED), bytes, head);
}

/** True for the check that a copy passes before it is published. */
function isForCheck(
  { PUBLISH_CHECK_SECRET: secret, PUBLISH_CHECK_SECRET_OLD: old }: PublishedFileDeps['config'],
  { headers }: Request,
  gameId: string,
  revision: string,
): boolean {
  const sent = headers[PUBLISH_CHECK_HEADER];
  return [secret, ...(old === undefined ? [] : [old])].some((each) =>
    isPublishCheck(each, gameId, revision, sent),
  );
}

function sendNotFound(res: Response): void {
  res.status(404).type('html').send('Not found');
}

async function sendLibrary(res: Response, next: () => void, below: string): Promise<void> {
  const entry = vendoredFile(below);
  if (!entry) return next();
  const isText = entry.file.endsWith('.txt');
  res.set({
    'Content-Type': `${isText ? 'text/plain' : 'application/javascript'}; charset=utf-8`,
    'Cache-Control': FOR_EVER,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  res.send(await readVendoredFile(entry));
}
