import { Router, type Response } from 'express';
import type { Config } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import type { Game, Games } from '../games/current-game.js';
import { queryOf, signedGameAddress } from '../games/address.js';
import { setGameHeaders } from '../games/headers.js';
import { sendGameZip } from '../games/zip.js';
import type { GamePathSigner } from '../games/signed-path.js';
import { refuse, type Guards } from '../guards.js';
import { logOf } from '../request-log.js';

export interface ProjectFileDeps {
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>;
  guards: Guards;
  games: Games;
  signer: GamePathSigner;
}

/**
 * What an owner may take out of a project: code, context of the last change, zip, preview (rest.md
 * §5).
 */
export function projectFileRoutes({ config, guards, games, signer }: ProjectFileDeps): Router {
  const router = Router();
  const gameOf = async (projectId: string, res: Response): Promise<Game | null> => {
    const game = await games.open(projectId);
    if (!game) refuse(res, 404, 'Project not found');
    return game;
  };

  router.get(
    '/api/projects/:projectId/code',
    guards.projectOwner(async (_req, res, { project }) => {
      const code = await (await gameOf(project.id, res))?.read('index.html');
      if (code) res.json({ code: code.toString('utf8') });
      else if (!res.headersSent) refuse(res, 404, 'Project not found');
    }),
  );
  router.get(
    '/api/projects/:projectId/ai-context',
    guards.projectOwner(async (_req, res, { project }) => {
      const game = await gameOf(project.id, res);
      if (game) res.json({ context: await game.aiContext() });
    }),
  );
  router.get(
    '/api/projects/:projectId/download',
    guards.projectOwner(async (_req, res, { project }) => {
      const game = await gameOf(project.id, res);
      if (game) await sendGameZip(game, res);
    }),
  );
  router.get(
    '/api/projects/:projectId/preview',
    guards.projectOwner(async (req, res, { user, source, project }) => {
      // A page that a model wrote: it gets the same sandbox as under /game, and never sees the
      // token of its own address.
      if (source === 'query' || config.GAMES_ORIGIN !== undefined) {
        const target = {
          userId: user.id,
          projectId: project.id,
          file: 'index.html',
          query: queryOf(req),
        };
        target.query.set('raw', '1');
        res
          .set('Cache-Control', 'no-store')
          .redirect(302, signedGameAddress(signer, config, req, target));
        return;
      }
      setGameHeaders(config, req, res);
      await sendPreview(games, project.id, res);
    }),
  );
  return router;
}

async function sendPreview(games: Games, projectId: string, res: Response): Promise<void> {
  try {
    const html = await (await games.open(projectId))?.read('index.html');
    if (html) res.type('text/html; charset=utf-8').send(html);
    else res.status(404).send('Game file not found');
  } catch (error) {
    if (error instanceof AppError) throw error;
    logOf(res).error({ err: error }, 'a preview could not be read');
    res.status(500).send('Error loading game');
  }
}
