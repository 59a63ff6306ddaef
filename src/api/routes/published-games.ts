import { createHmac, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { Config } from '../../config.js';
import { notice } from '../../contracts/messages/message.js';
import { sha256Of } from '../../contracts/base/hashes.js';
import type { PUBLISHED_GAME_ROUTES } from '../../contracts/http-routes/published-games.js';
import type { ActionOutcome } from '../../contracts/rows/actions.js';
import { actionWorkflowId, remixProjectIdFor } from '../../contracts/base/ids.js';
import {
  mayRemix,
  GameCard,
  type RemixedGame,
  type RemixGameInput,
} from '../../contracts/media/publishing.js';
import { fixedAddress } from '../../domain/publishing/published-files.js';
import {
  readScoreCursor,
  readTimeCursor,
  scoreCursor,
  timeCursor,
} from '../../domain/publishing/place-cursors.js';
import type { ShareImages } from '../../objects/share-images.js';
import type { Store } from '../../store/index.js';
import type {
  FeedPage,
  ListedGameRow,
  PublishedGameRow,
} from '../../store/tables/published-games.js';
import { resultOf, type ActionWorkflows } from '../action-workflows.js';
import { networkOf } from '../guards/rate-limits.js';
import { languageOf } from '../../domain/text/language.js';
import { sendFileBytes } from '../games/file-response.js';
import { imageAddresses } from '../games/game-images.js';
import { drawShareImage, SHARE_IMAGE, shareImageSource } from '../games/share-image.js';
import type { Identity } from '../guards/auth.js';
import type { Call, Handlers } from '../http/mount.js';
import { limitRefusal, refusal } from '../http/refusal.js';
import { shownImage, type ShownImageDeps } from './project-thumbnail.js';

/** As the schema makes them. */
const SHORT_CODE = /^[2-9cdfghjkmnpqrtvwxy]{6}$/;
/** One session of play counts once, however often the page is loaded meanwhile. */
const PLAY_WINDOW_MS = 30 * 60_000;

export interface PublishedGameDeps extends ShownImageDeps {
  config: Pick<Config, 'GAMES_ORIGIN' | 'GAME_PATH_SECRET' | 'MAX_PROJECTS_PER_USER'>;
  store: Pick<Store, 'publishedGames' | 'gameFaces' | 'likes' | 'projects'>;
  actions: Pick<ActionWorkflows, 'perform'>;
  shareImages: Pick<ShareImages, 'of'>;
}

type GameRoutes = typeof PUBLISHED_GAME_ROUTES;

/**
 * Published games: the feed of what everybody may find, and what the play page reads and does: the
 * game's card, one more play, a like, a remix. `:id` is the game's or its project's.
 */
export function publishedGameHandlers(deps: PublishedGameDeps): Handlers<GameRoutes> {
  const { config, store } = deps;
  const visible = async (call: {
    params: { id: string };
    user: Identity | null;
  }): Promise<PublishedGameRow> => {
    const userId = call.user?.id ?? null;
    const game = await store.publishedGames.get(call.params.id, userId);
    if (game && (game.visibility !== 'private' || game.userId === userId)) return game;
    throw refusal(404, 'Game not found');
  };
  const like = async (call: Call<GameRoutes['like']>, liked: boolean) => {
    const { id, title } = await visible(call);
    const likeCount = await store.likes.set(
      id,
      call.user.id,
      liked,
      notice('GAME_LIKED', { title }),
    );
    if (likeCount === null) throw refusal(404, 'Game not found');
    return { success: true as const, liked, likeCount };
  };
  return {
    shortLink: (call) => shortLink(deps, call),
    feed: (call) => feed(deps, call),
    async game(call) {
      const game = await visible(call);
      return { game: cardOf(game, call.user, config, await imageAddresses(deps, [game])) };
    },
    shareImage: async (call) => shareImage(deps, call, await visible(call)),
    async countPlay(call) {
      const { id, title, playCount } = await visible(call);
      const player = playerOf(call.req, call.user, config);
      const counted = await store.publishedGames.countPlay(
        id,
        player,
        PLAY_WINDOW_MS,
        notice('GAME_PLAYED', { title }),
      );
      return { success: true, counted, playCount: playCount + (counted ? 1 : 0) };
    },
    like: (call) => like(call, true),
    unlike: (call) => like(call, false),
    remix: async (call) => remix(deps, call, await visible(call)),
  };
}

async function shortLink(
  { store }: PublishedGameDeps,
  { res, next, params }: Call<GameRoutes['shortLink']>,
): Promise<void> {
  const code = params.code.toLowerCase();
  const id = SHORT_CODE.test(code) ? await store.publishedGames.ofShortCode(code) : null;
  if (id === null) return next();
  res.set('Cache-Control', 'no-store').redirect(302, `/play/${id}`);
}

async function shareImage(
  deps: PublishedGameDeps,
  { req, res, user }: Call<GameRoutes['shareImage']>,
  { id, projectId, title, description, updatedAt }: PublishedGameRow,
): Promise<void> {
  const image = projectId && (await shownImage(deps, projectId, { user }));
  const drawn = {
    title,
    language: languageOf(`${title} ${description}`) ?? 'ja',
    image: image ? image.bytes : null,
  };
  const draw = () => drawShareImage(drawn);
  const bytes = await deps.shareImages.of(projectId ?? id, shareImageSource(drawn), draw);
  sendFileBytes(req, res, bytes, { type: SHARE_IMAGE.type, changedAt: new Date(updatedAt) });
}

/** A project of the user's from what is published now. */
async function remix(
  { config, store, actions }: PublishedGameDeps,
  { req, user, body: { actionId = randomUUID() } }: Call<GameRoutes['remix']>,
  game: PublishedGameRow,
) {
  if (!mayRemix(user.id, game)) throw refusal(403, 'Remix is not allowed for this game');
  const isNew = !(await store.projects.get(remixProjectIdFor(actionId)));
  if (isNew && (await store.projects.hasAtLeast(user.id, config.MAX_PROJECTS_PER_USER)))
    throw limitRefusal('PROJECT_LIMIT_EXCEEDED');
  const start = {
    kind: 'remixGame',
    workflowId: actionWorkflowId(actionId),
    summary: 'remix a published game',
    input: { actionId, userId: user.id, projectId: null, gameId: game.id },
  } as const;
  const outcome = await actions.perform<RemixedGame, RemixGameInput>(start, req);
  return remixAnswer(outcome);
}

export const remixAnswer = (outcome: ActionOutcome<RemixedGame>) => ({
  success: true as const,
  ...resultOf(outcome),
});

/** A page of the feed; `next` leads to the page after. */
async function feed(deps: PublishedGameDeps, { user, query }: Call<GameRoutes['feed']>) {
  const page = feedPage(query);
  const games = await deps.store.publishedGames.list(user?.id ?? null, page);
  const last = games.at(-1);
  const images = await imageAddresses(deps, games);
  return {
    games: games.map((game) => cardOf(game, user, deps.config, images)),
    next: last && games.length === page.limit ? cursorOf(page.sort, last) : null,
  };
}

function feedPage({
  sort,
  search = null,
  limit,
  after,
}: Call<GameRoutes['feed']>['query']): FeedPage {
  const read = <T>(reader: (cursor: unknown) => T | null): T | null => {
    const place = after === undefined ? null : reader(after);
    if (place === null && after !== undefined) throw refusal(400, 'Invalid cursor');
    return place;
  };
  return sort === 'popular'
    ? { sort, search, limit, before: read(readScoreCursor) }
    : { sort, search, limit, before: read(readTimeCursor) };
}

function cursorOf(sort: FeedPage['sort'], { id, score, publishedAt }: ListedGameRow): string {
  return sort === 'popular' ? scoreCursor({ score, id }) : timeCursor({ at: publishedAt, id });
}

/**
 * The card of a game. A private game has no public address: its owner plays it as his project. An
 * image is named while there is one.
 */
function cardOf(
  game: PublishedGameRow,
  user: Identity | null,
  config: Pick<Config, 'GAMES_ORIGIN'>,
  images: ReadonlyMap<string, string>,
): GameCard {
  const { id, userId, projectId, revision, contentHash, visibility, shortCode } = game;
  const playUrl =
    visibility === 'private'
      ? `/game/${userId}/${projectId ?? ''}/index.html`
      : `${config.GAMES_ORIGIN ?? ''}${fixedAddress(id, revision, contentHash)}index.html`;
  const thumbnailUrl = images.get(id) ?? null;
  const shareUrl = shortCode === null ? `/play/${id}` : `/p/${shortCode}`;
  // What the schema does not name is not for players.
  return GameCard.parse({
    ...game,
    thumbnailUrl,
    playUrl,
    shareUrl,
    isOwner: userId === user?.id,
  });
}

/** Browsers of one network that count as visitors: a User-Agent is whatever its sender makes it. */
const BROWSERS = 16;

/** Who plays: the user, or a keyed hash of a visitor's network and browser. */
function playerOf(
  req: Request,
  user: Identity | null,
  { GAME_PATH_SECRET }: Pick<Config, 'GAME_PATH_SECRET'>,
): string {
  if (user) return user.id;
  const key = createHmac('sha256', GAME_PATH_SECRET).update('player/1').digest();
  const agent = sha256Of(req.headers['user-agent'] ?? '');
  const browser = Number.parseInt(agent.slice(0, 2), 16) % BROWSERS;
  return createHmac('sha256', key)
    .update(`${networkOf(req.ip ?? '')}\n${browser}`)
    .digest('base64url');
}
