import type { Request, Response } from 'express';
import type { Config } from '../../config.js';
import { AppError } from '../../contracts/base/errors.js';
import type { PROJECT_ROUTES } from '../../contracts/http-routes/projects.js';
import { ScreenshotName } from '../../contracts/game/play.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { Thumbnails } from '../../objects/thumbnails.js';
import { FOR_EVER_PRIVATE } from '../games/file-response.js';
import { withImages } from '../games/game-images.js';
import { orNothing, type Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { Identity } from '../guards/auth.js';
import type { TokenSource } from '../guards/caller.js';
import type { Game, Games } from '../games/current-game.js';
import { sendGameZip } from '../games/game-zip.js';
import { sendRepositoryZip } from '../games/repository-zip.js';
import { queryOf, signedGameAddress, type GamePathSigner } from '../games/signed-path.js';
import type { Handlers } from '../http/mount.js';
import { refusal } from '../http/refusal.js';
import { logOf } from '../http/request-log.js';
import { gameSettingsHandlers, type GameSettingsDeps } from './game-settings.js';
import { ownerPlayHandlers, type OwnerPlayDeps } from './owner-plays.js';

export interface ProjectDeps {
  config: Pick<Config, 'PUBLIC_URL' | 'GAMES_ORIGIN'>;
  store: Pick<Store, 'asUser' | 'gameFaces' | 'revisions'>;
  versions: Versions;
  games: Games;
  signer: GamePathSigner;
  screenshots: Pick<Screenshots, 'read' | 'readCard'>;
  thumbnails: Pick<Thumbnails, 'has'>;
  records: Pick<PlayRecords, 'readScreenshot'>;
}

/**
 * Own projects: the list, the raw row, and what an owner may take out of one: code, context of the
 * last change, zip, screenshots of versions, preview (rest.md §5).
 */
export function projectHandlers(
  deps: ProjectDeps & GameSettingsDeps & OwnerPlayDeps,
): Handlers<typeof PROJECT_ROUTES> {
  const { store, games, records, screenshots } = deps;
  const gameOf = async ({ id }: ProjectRow): Promise<Game> => {
    const game = await games.open(id);
    if (game) return game;
    throw refusal(404, 'Project not found');
  };
  return {
    ...gameSettingsHandlers(deps),
    ...ownerPlayHandlers(deps),
    async listProjects({ res, user, query: { limit, after } }) {
      const { projects } = store.asUser(user.token);
      return limit === undefined
        ? { projects: await orNothing(logOf(res), projects.list(user.id), []) }
        : withImages(deps, await projects.page(user.id, { limit, after }));
    },
    project: ({ res, project }) => void res.json(project),
    async code({ project }) {
      const code = await (await gameOf(project)).read('index.html');
      if (code) return { code: code.toString('utf8') };
      throw refusal(404, 'Project not found');
    },
    aiContext: async ({ project }) => ({ context: await (await gameOf(project)).aiContext() }),
    downloadGame: async ({ res, project }) => sendGameZip(await gameOf(project), res),
    async downloadRepository({ res, project: { id } }) {
      const line = (await store.revisions.line(id)).reverse();
      if (line.length === 0) throw refusal(404, 'Project not found');
      await sendRepositoryZip(deps.versions, id, line, res);
    },
    async screenshot({ req, res, user, project, params, query: { card } }) {
      const name = ScreenshotName.safeParse(params.screenshot).data;
      const place = { userId: user.id, projectId: project.id };
      const read = card === undefined ? screenshots.read : screenshots.readCard;
      const kept = name === undefined ? null : await read(place, name);
      // What is played just now is shown before there is a version.
      const bytes = kept ?? (name && (await records.readScreenshot(place, name))?.bytes) ?? null;
      if (name === undefined || bytes === null) throw refusal(404, 'Screenshot not found');
      res.set({
        'Cache-Control': FOR_EVER_PRIVATE,
        ETag: `"${name}${card === undefined ? '' : '.card'}"`,
        'X-Content-Type-Options': 'nosniff',
      });
      if (req.fresh) res.status(304).end();
      else res.type('image/webp').send(bytes);
    },
    async preview({ req, res, user, source, project }) {
      const address = previewAddress(deps, req, { source, user, projectId: project.id });
      if (address === null) await sendPreview(games, project.id, res);
      else res.set('Cache-Control', 'no-store').redirect(302, address);
    },
  };
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
