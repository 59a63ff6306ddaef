import type { Request, Response } from 'express';
import type { Config } from '../../config.js';
import type { GAME_FILE_ROUTES } from '../../contracts/http-routes/game-files.js';
import { isUuid } from '../../contracts/base/ids.js';
import { contentTypeOf } from '../../domain/game/content-types.js';
import type { Game, Games } from '../games/current-game.js';
import { isOpenedDirectly, sendInFrame } from '../games/direct-page.js';
import { requestedFile } from '../games/file-path.js';
import { injectScript } from '../../game-page/injection.js';
import { sendFileBytes } from '../games/file-response.js';
import { queryOf, signedGameAddress, type GamePathSigner } from '../games/signed-path.js';
import { gamesOriginFor } from '../guards/origin.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';

export interface GameFileDeps {
  config: Pick<Config, 'GAMES_ORIGIN'>;
  games: Games;
  signer: GamePathSigner;
}

/**
 * Game files of the current revision (rest.md §6), or of the one that `?version=` names (additive).
 * A token in the query is exchanged for a signed path, under which the page and everything that it
 * loads then live; a token in the header is answered directly.
 */
export function gameFileHandlers({
  config,
  games,
  signer,
}: GameFileDeps): Pick<Handlers<typeof GAME_FILE_ROUTES>, 'gameFile' | 'signedGameFile'> {
  return {
    async signedGameFile({ req, res, params }) {
      const grant = signer.open(params.grant, Date.now());
      if (!grant) throw refusal(401, 'Invalid or expired token');
      const game = await games.open(grant.projectId, grant.revision);
      if (game?.userId !== grant.userId) throw refusal(404, 'Project not found');
      await sendGame(req, res, game, params.path);
    },
    async gameFile({ req, res, user, source, params, query }) {
      const { userId, projectId, path: file } = params;
      if (!isUuid(userId) || !isUuid(projectId)) throw refusal(400, 'Invalid ID format');
      if (userId !== user.id) throw refusal(403, 'Access denied');
      const wanted = query.version;
      const version = wanted === undefined || typeof wanted === 'string' ? wanted : '';
      const game = await games.open(projectId, version);
      if (!game && version !== undefined) throw refusal(404, 'Version not found');
      if (game?.userId !== user.id) throw refusal(404, 'Project not found');
      if (requestedFile(file).kind === 'outside') throw refusal(400, 'Invalid file path');
      if (source === 'header' && gamesOriginFor(req, config) === '')
        return sendGame(req, res, game, file);
      const address = signedGameAddress(signer, config, req, {
        userId,
        projectId: game.projectId,
        sessionId: user.sessionId,
        revision: version === undefined ? undefined : (game.revision ?? undefined),
        file,
        query: queryOf(req),
      });
      res.set('Cache-Control', 'no-store').redirect(302, address);
    },
  };
}

async function sendGame(req: Request, res: Response, game: Game, rest: string): Promise<void> {
  const asked = requestedFile(rest);
  if (asked.kind === 'outside') throw refusal(400, 'Invalid file path');
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
