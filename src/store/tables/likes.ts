import { z } from 'zod';
import { ask, type Client } from './client.js';

const LikedGames = z.array(z.object({ game_id: z.string() }));

export type Likes = ReturnType<typeof likesTable>;

/** Table `game_likes`: who likes which game, once each. */
export function likesTable(client: Client) {
  return {
    /**
     * Likes, or takes the like back; a repeat changes nothing. Answers the game's number of likes,
     * null when it is gone.
     */
    set: (gameId: string, userId: string, isLiked: boolean): Promise<number | null> =>
      ask(
        'like a game',
        client.rpc('like_game', { p_game_id: gameId, p_user_id: userId, p_liked: isLiked }),
        z.number().nullable(),
      ),

    /** The games that a user likes. */
    async ofUser(userId: string): Promise<string[]> {
      const query = client.from('game_likes').select('game_id').eq('user_id', userId);
      return (await ask('list the likes', query, LikedGames)).map(({ game_id: id }) => id);
    },
  };
}
