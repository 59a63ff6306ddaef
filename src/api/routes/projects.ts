import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Config } from '../../config.js';
import { AppError } from '../../contracts/errors.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Identity } from '../guards/auth.js';
import type { TokenSource } from '../guards/caller.js';
import type { Game, Games } from '../games/current-game.js';
import { sendGameZip } from '../games/game-zip.js';
import { queryOf, signedGameAddress, type GamePathSigner } from '../games/signed-path.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { logOf } from '../http/request-log.js';

/** Without a limit every project comes, as V2's client needs it (additive). */
const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(100).optional().catch(undefined),
  after: z.string().optional().catch(undefined),
});

export interface ProjectDeps {
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>;
  guards: Guards;
  store: Pick<Store, 'asUser'>;
  games: Games;
  signer: GamePathSigner;
}

/**
 * Own projects: the list, the raw row, and what an owner may take out of one: code, context of the
 * last change, zip, preview (rest.md §5).
 */
export function projectRoutes(deps: ProjectDeps): Router {
  const { guards, store, games } = deps;
  const router = Router();
  router.get(
    '/api/projects',
    guards.user(async (req, res, { user }) => {
      const { projects } = store.asUser(user.token);
      const { limit, after } = Paging.parse(req.query);
      res.json(
        limit === undefined
          ? { projects: await orNothing(logOf(res), projects.list(user.id), []) }
          : await projects.page(user.id, { limit, after }),
      );
    }),
  );
  router.get(
    '/api/projects/:projectId',
    guards.projectOwner((_req, res, { project }) => {
      res.json(project);
    }),
  );
  addFileRoutes(router, deps);
  router.get(
    '/api/projects/:projectId/preview',
    guards.projectOwner(async (req, res, { user, source, project }) => {
      const address = previewAddress(deps, req, { source, user, projectId: project.id });
      if (address === null) await sendPreview(games, project.id, res);
      else res.set('Cache-Control', 'no-store').redirect(302, address);
    }),
  );
  return router;
}

function addFileRoutes(router: Router, { guards, games }: ProjectDeps): void {
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
}

/**
 * Where the preview is, null = it is answered directly. A token in the query would be seen by the
 * page, which a model wrote, and a host of their own serves games where there is one.
 */
function previewAddress(
  { config, signer }: ProjectDeps,
  req: Request,
  { source, user, projectId }: { source: TokenSource; user: Identity; projectId: string },
): string | null {
  if (source === 'header' && config.GAMES_ORIGIN === undefined) return null;
  const query = queryOf(req);
  query.set('raw', '1');
  const { id: userId, sessionId } = user;
  const target = { userId, sessionId, projectId, file: 'index.html', query };
  return signedGameAddress(signer, config, req, target);
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
