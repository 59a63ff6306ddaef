import { Router, type Request, type Response } from 'express';
import type { Config } from '../../config.js';
import { isUuid } from '../../contracts/ids.js';
import type { Game, Games } from '../games/current-game.js';
import { isOpenedDirectly, sendInFrame } from '../games/direct-page.js';
import { contentTypeOf, requestedFile } from '../games/file-path.js';
import { injectScript } from '../../game-page/injection.js';
import { sendFileBytes } from '../games/file-response.js';
import { queryOf, signedGameAddress, type GamePathSigner } from '../games/signed-path.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { isGamesHost } from '../guards/origin.js';

export interface GameFileDeps {
  config: Pick<Config, 'GAMES_ORIGIN'>;
  guards: Guards;
  games: Games;
  signer: GamePathSigner;
}

/**
 * Game files of the current revision (rest.md §6), or of the one that `?version=` names (additive).
 * A token in the query is exchanged for a signed
 * path, which is what a page and everything that it loads then live under; a token in the header is
 * answered directly.
 */
export function gameFileRoutes({ config, guards, games, signer }: GameFileDeps): Router {
  const router = Router();
  router.get('/game/~:grant/{*path}', async (req, res) => {
    const grant = signer.open(req.params.grant, Date.now());
    if (!grant) return refuse(res, 401, 'Invalid or expired token');
    const { projectId, revision } = grant;
    const game = await games.open(projectId, revision);
    if (game?.userId !== grant.userId) return refuse(res, 404, 'Project not found');
    await sendGame(req, res, game, pathOf(req));
  });

  router.get(
    '/game/:userId/:projectId/{*path}',
    guards.user(async (req, res, { user, source }) => {
      const { userId, projectId } = req.params;
      if (!isUuid(userId) || !isUuid(projectId)) return refuse(res, 400, 'Invalid ID format');
      if (userId !== user.id) return refuse(res, 403, 'Access denied');
      const wanted = req.query['version'];
      const version = wanted === undefined || typeof wanted === 'string' ? wanted : '';
      const game = await games.open(projectId, version);
      if (!game && version !== undefined) return refuse(res, 404, 'Version not found');
      if (game?.userId !== user.id) return refuse(res, 404, 'Project not found');
      const file = pathOf(req);
      if (requestedFile(file).kind === 'outside') return refuse(res, 400, 'Invalid file path');
      const isElsewhere =
        config.GAMES_ORIGIN !== undefined && !isGamesHost(req.headers.host, config);
      if (source === 'header' && !isElsewhere) return sendGame(req, res, game, file);
      const address = signedGameAddress(signer, config, req, {
        userId,
        projectId: game.projectId,
        sessionId: user.sessionId,
        revision: version === undefined ? undefined : (game.revision ?? undefined),
        file,
        query: queryOf(req),
      });
      res.set('Cache-Control', 'no-store').redirect(302, address);
    }),
  );
  return router;
}

/** What follows the project in the address, decoded; express hands it over in pieces. */
function pathOf(req: Request): string {
  const pieces: unknown = req.params['path'];
  return Array.isArray(pieces) ? pieces.join('/') : '';
}

async function sendGame(req: Request, res: Response, game: Game, rest: string): Promise<void> {
  const asked = requestedFile(rest);
  if (asked.kind === 'outside') return refuse(res, 400, 'Invalid file path');
  const bytes = asked.kind === 'hidden' ? null : await game.read(asked.path);
  if (asked.kind === 'hidden' || bytes === null) {
    res.status(404).send('File not found');
    return;
  }
  const { type, isBinary } = contentTypeOf(asked.path);
  if (isBinary) return sendFileBytes(req, res, bytes, { type, changedAt: game.changedAt });
  const isRaw = req.query['raw'] !== undefined;
  // As it is stored, without the script that takes ways out away: nothing to be opened.
  if (asked.isEntry && isRaw) res.attachment('index.html');
  else if (type.startsWith('text/html') && isOpenedDirectly(req, res))
    return sendInFrame(req, res, { title: game.name, creator: null, playPage: null });
  // The ETag is made of what is sent, injected script included: a new script reaches pages that a
  // browser holds already.
  const isInjected = asked.isEntry && !isRaw;
  res
    .set('Content-Type', type)
    .send(isInjected ? Buffer.from(injectScript(bytes.toString('utf8'))) : bytes);
}
