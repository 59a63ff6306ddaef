import { z } from 'zod';
import type { Notice } from './notifications.js';
import { allPages, askColumn, call, type Client } from './client.js';

/** Table `game_likes`: who likes which game, once each. */
export function likesTable(client: Client) {
  return {
    /**
     * Sets or removes the like, and notifies the maker of a new one; a repeat changes nothing. The
     * game's likes, null = it is gone.
     */
    set(gameId: string, userId: string, liked: boolean, notice: Notice | null = null) {
      return call(client, 'like_game', { gameId, userId, liked, notice }, z.number().nullable());
    },

    /** The games that a user likes. */
    ofUser: (userId: string): Promise<string[]> =>
      allPages((first, last) => {
        const query = client.from('game_likes').select('game_id').eq('user_id', userId);
        return askColumn('list the likes', query.order('game_id').range(first, last), 'game_id');
      }),
  };
}
