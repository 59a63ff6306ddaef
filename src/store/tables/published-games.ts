import type { Notice } from './notifications.js';
import { z } from 'zod';
import { toSnakeCase } from '../../contracts/base/case.js';
import {
  GameCard,
  PublishedGame,
  type PublishGameInput,
} from '../../contracts/media/publishing.js';
import type { ScorePlace, TimePlace } from '../../domain/publishing/place-cursors.js';
import { askColumn, askFirst, call, existing, run, type Client } from './client.js';

const Game = GameCard.omit({ playUrl: true, shareUrl: true, isOwner: true }).extend({
  userId: z.string(),
  /** Of its short address; null where it belongs to no project. */
  shortCode: z.string().nullable(),
  revision: z.string(),
  contentHash: z.string(),
  tags: z.array(z.string()).catch([]),
});
/** A published game with its pointer; `liked` is that of the given user. */
export type PublishedGameRow = z.infer<typeof Game>;

const Pointer = z.object({ revision: z.string().nullable() });

/** A game of the feed; `score` is its place among the popular ones. */
const Listed = Game.extend({ score: z.number() });
export type ListedGameRow = z.infer<typeof Listed>;

/** Which part of the feed; `before` is the game that came last, null at the beginning. */
export type FeedPage = { readonly search: string | null; readonly limit: number } & (
  | { readonly sort: 'new'; readonly before: TimePlace | null }
  | { readonly sort: 'popular'; readonly before: ScorePlace | null }
);

/**
 * Table `games`: a row that names a revision is a published game. For the service role: who may see
 * it is the caller's business.
 */
export function publishedGamesTable(client: Client) {
  return {
    /** By the game's id or its project's; null = not published, or taken down. */
    get: (id: string, userId: string | null = null): Promise<PublishedGameRow | null> =>
      call(client, 'published_game', { id, userId }, Game.nullable()),

    /** The game, published or not, that a short address belongs to; null = none. */
    async ofShortCode(code: string): Promise<string | null> {
      const query = client.from('short_links').select('game_id').eq('code', code);
      return (await askColumn('read a short address', query, 'game_id'))[0] ?? null;
    },

    /** The revision that its row names, taken down or not; null = not published. */
    async pointer(gameId: string): Promise<string | null> {
      const query = client.from('games').select('revision').eq('id', gameId);
      return (await askFirst('read the pointer', query, Pointer))?.revision ?? null;
    },

    /** Which of these games have a row, published or not. */
    existing: (gameIds: readonly string[]): Promise<Set<string>> =>
      existing('look which games exist', client, 'games', gameIds),

    /** A page of the public games, in the given order, that match `search`. */
    list(userId: string | null, { sort, search, before, limit }: FeedPage) {
      const params = {
        userId,
        sort,
        search,
        limit,
        beforeId: before?.id,
        before: before && 'at' in before ? before.at : null,
        beforeScore: before && 'score' in before ? before.score : null,
      };
      return call(client, 'list_public_games', params, z.array(Listed));
    },

    /**
     * Puts the pointer on the copied revision and ends the action as done, in one; null = the
     * action or the project has ended otherwise.
     */
    publish(input: PublishGameInput, contentHash: string): Promise<PublishedGame | null> {
      const params = { actionId: input.actionId, game: gameColumns(input, contentHash) };
      return call(client, 'publish_game', params, PublishedGame.nullable());
    },

    /** Removes the game with its likes and plays; a repeat changes nothing. */
    remove: (projectId: string): Promise<void> =>
      run(
        'unpublish the game',
        client.from('games').delete().eq('project_id', projectId).not('revision', 'is', null),
      ),

    /**
     * Counts a play unless this player's last counted one is younger than the window, and notifies
     * the maker of the first; false = not counted.
     */
    countPlay(gameId: string, player: string, windowMs: number, notice: Notice): Promise<boolean> {
      return call(client, 'count_play', { gameId, player, windowMs, notice }, z.boolean());
    },
  };
}

function gameColumns(
  { userId, projectId, gameId, revision, listing }: PublishGameInput,
  contentHash: string,
) {
  const gameUrl = `/game.html?id=${gameId}`;
  const of = { id: gameId, projectId, userId, revision, contentHash, gameUrl };
  return toSnakeCase({ ...of, ...listing });
}
