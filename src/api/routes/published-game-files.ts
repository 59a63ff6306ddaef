import { Router, type Request, type Response } from 'express';
import type { Config } from '../../config.js';
import { isUuid } from '../../contracts/ids.js';
import { isPublishCheck, PUBLISH_CHECK_HEADER } from '../../contracts/signatures.js';
import { publishedAddress } from '../../domain/published-files.js';
import type { Store } from '../../store/index.js';
import { publishedFolders } from '../../store/files/published-folder.js';
import { isOpenedDirectly, sendInFrame } from '../games/direct-page.js';
import { contentTypeOf, requestedFile } from '../games/file-path.js';

export interface PublishedFileDeps {
  config: Pick<
    Config,
    'DATA_DIR' | 'PUBLIC_URL' | 'PUBLISH_CHECK_SECRET' | 'PUBLISH_CHECK_SECRET_OLD'
  >;
  store: Pick<Store, 'publishedGames'>;
}

/**
 * `GET /game/published/<gameId>/<revision>/<file>`: what was published, to everybody, under the
 * isolation of all games. Only the revision that the game's row names is there; without a revision
 * the address leads to it. A private game is not there.
 */
export function publishedGameFileRoutes({ config, store }: PublishedFileDeps): Router {
  const router = Router();
  const folders = publishedFolders(config.DATA_DIR);
  const { PUBLISH_CHECK_SECRET: secret, PUBLISH_CHECK_SECRET_OLD: oldSecret } = config;
  const secrets = oldSecret === undefined ? [secret] : [secret, oldSecret];
  const notFound = (res: Response): void => {
    res.status(404).type('html').send('Not found');
  };
  const published = async (gameId: string) => {
    const game = isUuid(gameId) ? await store.publishedGames.get(gameId) : null;
    return game !== null && game.id === gameId.toLowerCase() && game.visibility !== 'private'
      ? game
      : null;
  };
  router.get('/game/published/:gameId', async (req, res) => {
    const game = await published(req.params.gameId);
    if (game)
      res
        .set('Cache-Control', 'no-store')
        .redirect(302, `${publishedAddress(game.id, game.revision)}index.html`);
    else notFound(res);
  });

  router.get('/game/published/:gameId/:revision/{*path}', async (req, res) => {
    const { gameId, revision } = req.params;
    if (!isUuid(gameId) || !/^[0-9a-f]{40}$/.test(revision)) return notFound(res);
    const asked = requestedFile(restOf(req));
    const sent = req.headers[PUBLISH_CHECK_HEADER];
    const isChecked = secrets.some((secret) => isPublishCheck(secret, gameId, revision, sent));
    const game = isChecked ? null : await published(gameId);
    if (asked.kind !== 'file' || !(isChecked || game?.revision === revision)) return notFound(res);
    const { type } = contentTypeOf(asked.path);
    if (type.startsWith('text/html') && isOpenedDirectly(req, res) && game !== null)
      return sendInFrame(req, res, {
        title: game.title,
        creator: game.creator,
        playPage: new URL(`/play/${game.id}`, config.PUBLIC_URL).href,
      });
    res.set('Content-Type', type);
    res.sendFile(
      asked.path,
      { root: folders.folderOf(gameId, revision), dotfiles: 'ignore' },
      (error) => {
        if (error && !res.headersSent) notFound(res);
      },
    );
  });
  return router;
}

function restOf(req: Request): string {
  const pieces: unknown = req.params['path'];
  return Array.isArray(pieces) ? pieces.join('/') : '';
}
