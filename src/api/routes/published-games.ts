import { createHmac, randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Config } from '../../config.js';
import { RemixBody } from '../../contracts/actions.js';
import { CODED_MESSAGES, ERROR_POLICY } from '../../contracts/errors.js';
import { errorText } from '../../contracts/messages/message.js';
import { actionWorkflowId, isUuid, remixProjectIdFor, storable } from '../../contracts/ids.js';
import {
  mayRemix,
  type GameCard,
  type RemixedGame,
  type RemixGameInput,
} from '../../contracts/publishing.js';
import { publishedAddress } from '../../domain/published-files.js';
import {
  readScoreCursor,
  readTimeCursor,
  scoreCursor,
  timeCursor,
} from '../../domain/place-cursors.js';
import type { Store } from '../../store/index.js';
import type { Thumbnails } from '../../store/files/thumbnails.js';
import type {
  FeedPage,
  ListedGameRow,
  PublishedGameRow,
} from '../../store/tables/published-games.js';
import type { ActionWorkflows } from '../action-workflows.js';
import type { Identity } from '../guards/auth.js';
import { imageAddresses } from '../games/game-images.js';
import { refuse, type Guards } from '../guards/route-guards.js';
import { takeBody } from '../http/json-bodies.js';

/** One session of play counts once, however often the page is loaded meanwhile. */
const PLAY_WINDOW_MS = 30 * 60_000;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 50;

const Limit = z
  .preprocess(
    (value) =>
      typeof value === 'string' ? Number.parseInt(value, 10) || DEFAULT_LIMIT : DEFAULT_LIMIT,
    z.number(),
  )
  .transform((limit) => Math.min(Math.max(limit, 1), MAX_LIMIT));
const Sort = z.enum(['new', 'popular']).catch('new');
/** Nothing but spaces asks for everything. */
const Search = z
  .string()
  .max(100)
  .transform((search) => storable(search).trim() || null)
  .nullable();

export interface PublishedGameDeps {
  config: Pick<Config, 'GAMES_ORIGIN' | 'GAME_PATH_SECRET' | 'MAX_PROJECTS_PER_USER'>;
  guards: Guards;
  store: Pick<Store, 'publishedGames' | 'likes' | 'projects' | 'revisions'>;
  actions: Pick<ActionWorkflows, 'perform'>;
  thumbnails: Pick<Thumbnails, 'has'>;
}

/**
 * Published games: the feed of what everybody may find, and what the play page reads and does: the
 * game's card, one more play, a like. `:id` is the game's or its project's.
 */
export function publishedGameRoutes(deps: PublishedGameDeps): Router {
  const { config, guards, store } = deps;
  const router = Router();
  router.get(
    '/api/games',
    guards.visitor((req, res, { user }) => sendFeed(deps, req, res, user)),
  );

  const visible = async (
    req: Request,
    res: Response,
    user: Identity | null,
  ): Promise<PublishedGameRow | null> => {
    const { id } = req.params;
    if (!isUuid(id)) {
      refuse(res, 400, 'Invalid game ID');
      return null;
    }
    const game = await store.publishedGames.get(id, user?.id ?? null);
    if (game && (game.visibility !== 'private' || game.userId === user?.id)) return game;
    refuse(res, 404, 'Game not found');
    return null;
  };

  router.get(
    '/api/games/:id',
    guards.visitor(async (req, res, { user }) => {
      const game = await visible(req, res, user);
      if (!game) return;
      res.json({ game: cardOf(game, user, config, await imageAddresses(deps, [game])) });
    }),
  );

  router.post(
    '/api/games/:id/play',
    guards.visitor(async (req, res, { user }) => {
      const game = await visible(req, res, user);
      if (!game) return;
      const counted = await store.publishedGames.countPlay(
        game.id,
        playerOf(req, user, config),
        PLAY_WINDOW_MS,
      );
      res.json({ success: true, counted, playCount: game.playCount + (counted ? 1 : 0) });
    }),
  );

  const remixing = guards.user(async (req, res, { user }) => {
    const game = await visible(req, res, user);
    if (game) await remix(deps, req, res, { user, game });
  });
  router.post('/api/games/:id/remix', remixing);

  const like = (isLiked: boolean) =>
    guards.user(async (req, res, { user }) => {
      const game = await visible(req, res, user);
      if (!game) return;
      const likeCount = await store.likes.set(game.id, user.id, isLiked);
      if (likeCount === null) refuse(res, 404, 'Game not found');
      else res.json({ success: true, liked: isLiked, likeCount });
    });
  router.put('/api/games/:id/like', like(true));
  router.delete('/api/games/:id/like', like(false));
  return router;
}

/** A project of the user's from what is published now. */
async function remix(
  { config, store, actions }: PublishedGameDeps,
  req: Request,
  res: Response,
  { user, game }: { user: Identity; game: PublishedGameRow },
): Promise<void> {
  if (!mayRemix(user.id, game)) return refuse(res, 403, 'Remix is not allowed for this game');
  const { actionId = randomUUID() } = RemixBody.parse(takeBody(req) ?? {});
  const isNew = !(await store.projects.get(remixProjectIdFor(actionId)));
  if (isNew && (await store.projects.hasAtLeast(user.id, config.MAX_PROJECTS_PER_USER)))
    return refuse(res, 409, CODED_MESSAGES.PROJECT_LIMIT_EXCEEDED);
  const outcome = await actions.perform<RemixedGame, RemixGameInput>({
    kind: 'remixGame',
    workflowId: actionWorkflowId(actionId),
    summary: 'remix a published game',
    input: { actionId, userId: user.id, projectId: null, gameId: game.id },
  });
  if (outcome.ok) return void res.json({ success: true, ...outcome.result });
  const { http } = ERROR_POLICY[outcome.kind];
  refuse(res, http, errorText(outcome.kind));
}

/** `?sort=&search=&limit=&after=`: a page of the feed; `next` leads to the page after. */
async function sendFeed(
  deps: PublishedGameDeps,
  req: Request,
  res: Response,
  user: Identity | null,
): Promise<void> {
  const search = Search.safeParse(req.query['search'] ?? null);
  if (!search.success) return refuse(res, 400, 'Invalid search');
  const page = feedPage(req.query, search.data);
  if (page === null) return refuse(res, 400, 'Invalid cursor');
  const games = await deps.store.publishedGames.list(user?.id ?? null, page);
  const last = games.at(-1);
  const images = await imageAddresses(deps, games);
  res.json({
    games: games.map((game) => cardOf(game, user, deps.config, images)),
    next: last && games.length === page.limit ? cursorOf(page.sort, last) : null,
  });
}

/** Null = a cursor that nobody was told for this order. */
function feedPage(query: Request['query'], search: string | null): FeedPage | null {
  const limit = Limit.parse(query['limit']);
  const cursor = query['after'];
  const read = <T>(reader: (cursor: unknown) => T): T | null =>
    cursor === undefined ? null : reader(cursor);
  const page: FeedPage =
    Sort.parse(query['sort']) === 'popular'
      ? { sort: 'popular', search, limit, before: read(readScoreCursor) }
      : { sort: 'new', search, limit, before: read(readTimeCursor) };
  return cursor !== undefined && page.before === null ? null : page;
}

function cursorOf(sort: FeedPage['sort'], { id, score, publishedAt }: ListedGameRow): string {
  return sort === 'popular' ? scoreCursor({ score, id }) : timeCursor({ at: publishedAt, id });
}

/**
 * What a player is told. A private game has no public address: its owner plays it as his project.
 * An image is named while there is one.
 */
function cardOf(
  game: PublishedGameRow,
  user: Identity | null,
  config: Pick<Config, 'GAMES_ORIGIN'>,
  images: ReadonlyMap<string, string>,
): GameCard {
  const {
    id,
    projectId,
    userId,
    revision,
    title,
    description,
    howToPlay,
    tags,
    creator,
    visibility,
    remix,
    playCount,
    likeCount,
    liked,
    remixOf,
    publishedAt,
    updatedAt,
  } = game;
  const playUrl =
    visibility === 'private'
      ? `/game/${userId}/${projectId ?? ''}/index.html`
      : `${config.GAMES_ORIGIN ?? ''}${publishedAddress(id, revision)}index.html`;
  const thumbnailUrl = images.get(id) ?? null;
  return {
    id,
    projectId,
    title,
    description,
    howToPlay,
    tags,
    creator,
    visibility,
    remix,
    thumbnailUrl,
    playUrl,
    playCount,
    likeCount,
    liked,
    isOwner: userId === user?.id,
    remixOf,
    publishedAt,
    updatedAt,
  };
}

/**
 * Who plays: the user, or where a visitor comes from, so that nothing about him is kept that could
 * be read.
 */
function playerOf(
  req: Request,
  user: Identity | null,
  { GAME_PATH_SECRET }: Pick<Config, 'GAME_PATH_SECRET'>,
): string {
  if (user) return user.id;
  const key = createHmac('sha256', GAME_PATH_SECRET).update('player/1').digest();
  return createHmac('sha256', key)
    .update(`${req.ip ?? ''}\n${req.headers['user-agent'] ?? ''}`)
    .digest('base64url');
}
