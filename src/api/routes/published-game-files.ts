import type { Response } from 'express';
import type { Config } from '../../config.js';
import type { GAME_FILE_ROUTES } from '../../contracts/http-routes/game-files.js';
import { isUuid } from '../../contracts/base/ids.js';
import { isPublishCheck, PUBLISH_CHECK_HEADER } from '../../contracts/base/signatures.js';
import { contentTypeOf } from '../../domain/game/content-types.js';
import { publishedAddress } from '../../domain/publishing/published-files.js';
import { OLD_P5, vendoredFile } from '../../domain/game/vendored-libraries.js';
import { readVendoredFile } from '../../store/files/vendored-files.js';
import type { Store } from '../../store/index.js';
import type { PublishedCopies } from '../../versions/kept/published-copies.js';
import { FOR_EVER, sendFileBytes } from '../games/file-response.js';
import { isOpenedDirectly, sendInFrame } from '../games/direct-page.js';
import { requestedFile } from '../games/file-path.js';
import type { Handlers } from '../http/mount.js';

export interface PublishedFileDeps {
  config: Pick<Config, 'PUBLIC_URL' | 'PUBLISH_CHECK_SECRET' | 'PUBLISH_CHECK_SECRET_OLD'>;
  store: Pick<Store, 'publishedGames'>;
  copies: Pick<PublishedCopies, 'read'>;
}

/**
 * `GET /game/published/<gameId>/<revision>/<file>`: what was published, to everybody, under the
 * isolation of all games. Only the revision that the game's row names is there; without a revision
 * the address leads to it. A private game is not there. Beside it the libraries for games, of which
 * only those of the table are there.
 */
export function publishedFileHandlers({
  config,
  store,
  copies,
}: PublishedFileDeps): Pick<
  Handlers<typeof GAME_FILE_ROUTES>,
  'publishedGame' | 'publishedFile' | 'vendoredFile' | 'oldLibrary'
> {
  const { PUBLISH_CHECK_SECRET: secret, PUBLISH_CHECK_SECRET_OLD: oldSecret } = config;
  const secrets = oldSecret === undefined ? [secret] : [secret, oldSecret];
  const sendNotFound = (res: Response): void => {
    res.status(404).type('html').send('Not found');
  };
  const published = async (gameId: string) => {
    const game = isUuid(gameId) ? await store.publishedGames.get(gameId) : null;
    return game?.id === gameId.toLowerCase() && game.visibility !== 'private' ? game : null;
  };
  const sendLibrary = async (res: Response, next: () => void, below: string): Promise<void> => {
    const entry = vendoredFile(below);
    if (!entry) return next();
    const isText = entry.file.endsWith('.txt');
    res.set({
      'Content-Type': `${isText ? 'text/plain' : 'application/javascript'}; charset=utf-8`,
      'Cache-Control': FOR_EVER,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    res.send(await readVendoredFile(entry));
  };
  return {
    async publishedGame({ res, params }) {
      const game = await published(params.gameId);
      if (!game) return sendNotFound(res);
      const address = `${publishedAddress(game.id, game.revision)}index.html`;
      res.set('Cache-Control', 'no-store').redirect(302, address);
    },
    async publishedFile({ req, res, params: { gameId, revision, path } }) {
      if (!isUuid(gameId) || !/^[0-9a-f]{40}$/.test(revision)) return sendNotFound(res);
      const file = requestedFile(path);
      const sent = req.headers[PUBLISH_CHECK_HEADER];
      const isChecked = secrets.some((secret) => isPublishCheck(secret, gameId, revision, sent));
      const game = isChecked ? null : await published(gameId);
      if (file.kind !== 'file' || !(isChecked || game?.revision === revision))
        return sendNotFound(res);
      const { type } = contentTypeOf(file.path);
      if (type.startsWith('text/html') && isOpenedDirectly(req, res) && game !== null)
        return sendInFrame(req, res, {
          title: game.title,
          creator: game.creator,
          playPage: new URL(`/play/${game.id}`, config.PUBLIC_URL).href,
        });
      const found = await copies.read(gameId, revision, file.path);
      if (found === null) return sendNotFound(res);
      const { bytes, sha: tag, changedAt } = found;
      sendFileBytes(req, res, bytes, { type, tag, changedAt });
    },
    vendoredFile: ({ res, next, params: { library, file } }) =>
      sendLibrary(res, next, `${library}/${file}`),
    oldLibrary: ({ res, next }) => sendLibrary(res, next, OLD_P5.is),
  };
}
