import { z } from 'zod';
import {
  Visibility,
  type PublishedGame,
  type PublishGameInput,
} from '../../contracts/publishing.js';
import type { ScorePlace, TimePlace } from '../../domain/place-cursors.js';
import { ask, askFirst, existingIds, run, type Client } from './client.js';

const Game = z.object({
  id: z.string(),
  projectId: z.string().nullable(),
  userId: z.string(),
  revision: z.string(),
  contentHash: z.string(),
  title: z.string(),
  description: z.string(),
  howToPlay: z.string(),
  tags: z.array(z.string()).catch([]),
  creator: z.string().nullable(),
  visibility: Visibility,
  remix: z.string(),
  thumbnailUrl: z.string().nullable(),
  playCount: z.number(),
  likeCount: z.number(),
  liked: z.boolean(),
  remixOf: z
    .object({ id: z.string(), title: z.string(), creator: z.string().nullable() })
    .nullable(),
  publishedAt: z.string(),
  updatedAt: z.string(),
});
/** A published game with its pointer; `liked` is about whoever was asked for. */
export type PublishedGameRow = z.infer<typeof Game>;

const Pointer = z.object({ revision: z.string().nullable() });

const Published: z.ZodType<PublishedGame> = z.object({
  gameId: z.string(),
  revision: z.string(),
  contentHash: z.string(),
});

/** A game of the feed; `score` is its place among the popular ones. */
const Listed = Game.extend({ score: z.number() });
export type ListedGameRow = z.infer<typeof Listed>;

/** Which part of the feed; `before` is the game that came last, null at the beginning. */
export type FeedPage = { readonly search: string | null; readonly limit: number } & (
  | { readonly sort: 'new'; readonly before: TimePlace | null }
  | { readonly sort: 'popular'; readonly before: ScorePlace | null }
);

export type PublishedGames = ReturnType<typeof publishedGamesTable>;

/**
 * Table `games`: a row that names a revision is a published game. For the service role: who may see
 * it is the caller's business.
 */
export function publishedGamesTable(client: Client) {
  return {
    /** By the game's id or its project's; null = not published, or taken down. */
    get: (id: string, userId: string | null = null): Promise<PublishedGameRow | null> =>
      ask(
        'read the game',
        client.rpc('published_game', { p_id: id, p_user_id: userId }),
        Game.nullable(),
      ),

    /** The revision that its row names, taken down or not; null = not published. */
    async pointer(gameId: string): Promise<string | null> {
      const query = client.from('games').select('revision').eq('id', gameId);
      return (await askFirst('read the pointer', query, Pointer))?.revision ?? null;
    },

    /** Which of these games have a row, published or not. */
    existing: (gameIds: readonly string[]): Promise<Set<string>> =>
      existingIds('look which games exist', gameIds, (ids) =>
        client.from('games').select('id').in('id', ids),
      ),

    /** What everybody may find, in the order and with the words asked for. */
    list: (userId: string | null, { sort, search, before, limit }: FeedPage) =>
      ask(
        'list the games',
        client.rpc('list_public_games', {
          p_user_id: userId,
          p_sort: sort,
          p_search: search,
          p_before: before && 'at' in before ? before.at : null,
          p_before_score: before && 'score' in before ? before.score : null,
          p_before_id: before?.id ?? null,
          p_limit: limit,
        }),
        z.array(Listed),
      ),

    /**
     * Puts the pointer on the copied revision and ends the action as done, in one; null = the
     * action or the project has ended otherwise.
     */
    publish: (input: PublishGameInput, contentHash: string): Promise<PublishedGame | null> =>
      ask(
        'publish the game',
        client.rpc('publish_game', {
          p_action_id: input.actionId,
          p_game: gameColumns(input, contentHash),
        }),
        Published.nullable(),
      ),

    /** Takes the game away with its likes and plays; nothing there is fine. */
    remove: (projectId: string): Promise<void> =>
      run(
        'unpublish the game',
        client.from('games').delete().eq('project_id', projectId).not('revision', 'is', null),
      ),

    /**
     * Counts a play unless this player's last counted one is younger than the window; false = not
     * counted.
     */
    countPlay: (gameId: string, player: string, windowMs: number): Promise<boolean> =>
      ask(
        'count a play',
        client.rpc('count_play', { p_game_id: gameId, p_player: player, p_window_ms: windowMs }),
        z.boolean(),
      ),
  };
}

function gameColumns(
  { userId, projectId, gameId, revision, listing }: PublishGameInput,
  contentHash: string,
) {
  return {
    id: gameId,
    project_id: projectId,
    user_id: userId,
    title: listing.title,
    description: listing.description,
    how_to_play: listing.howToPlay,
    tags: listing.tags,
    remix: listing.remix,
    thumbnail_url: listing.thumbnailUrl,
    visibility: listing.visibility,
    game_url: `/game.html?id=${gameId}`,
    revision,
    content_hash: contentHash,
  };
}
