import { z } from 'zod';
import type { notice } from '../../contracts/messages/message.js';
import { PublicationRow } from '../../contracts/rows/operators.js';
import { askFirst, call, type Client } from './client.js';

const Down = z
  .object({ reason: z.string(), created_at: z.string() })
  .transform((row) => ({ reason: row.reason, at: row.created_at }));

const Publication = z.object({
  gameId: z.string(),
  projectId: z.string(),
  userId: z.string(),
  revision: z.string(),
});

/** A published revision, and what of it is served. */
export interface GameContent extends z.infer<typeof Publication> {
  /** Equal for equal files, in any project. */
  readonly contentHash: string;
  /** SHA-256 of each asset in the published copy. */
  readonly assetHashes: readonly string[];
}

/** An operator takes a game down, or puts it back. */
export interface PublicationMove {
  readonly gameId: string;
  readonly isDown: boolean;
  readonly operator: { readonly id: string; readonly email: string };
  readonly reason: string;
  /** The notification of its maker. */
  readonly notice: ReturnType<typeof notice>;
}

/** Table `takedowns`: games that count as unpublished whatever their rows in `games` hold. */
export function takedownsTable(client: Client) {
  return {
    /** Why its game was taken down, and when; null = it was not. */
    ofProject: (projectId: string): Promise<{ reason: string; at: string } | null> =>
      askFirst(
        'read the takedown',
        client.from('takedowns').select('reason,created_at').eq('project_id', projectId),
        Down,
      ),

    /**
     * Stores what a revision serves, before it is published. False = it may not be: the game, or
     * this content of this owner, was taken down.
     */
    noteContent: ({ projectId, userId, gameId, revision, ...hashes }: GameContent) => {
      const { contentHash, assetHashes } = hashes;
      const params = { projectId, userId, gameId, revision, contentHash, assetHashes };
      return call(client, 'note_game_content', params, z.boolean());
    },

    /** Some published games without stored content: an earlier release published them. */
    withoutContent: (limit: number): Promise<z.infer<typeof Publication>[]> =>
      call(client, 'games_without_content', { limit }, z.array(Publication)),

    /** Published games, or those that are down, the newest first. */
    publications: (
      { search, isDown }: { search: string | null; isDown: boolean },
      { skip, limit }: { skip: number; limit: number },
    ): Promise<PublicationRow[]> => {
      const params = { search, isDown, skip, limit };
      return call(client, 'list_publications', params, z.array(PublicationRow));
    },

    /**
     * Moves it, writes the audit log and notifies its maker, in one transaction. Null = no such
     * game; false = it was there already, and nothing was written.
     */
    move: ({ operator, gameId, isDown, reason, notice }: PublicationMove) => {
      const by = { operatorId: operator.id, operatorEmail: operator.email };
      return call(
        client,
        'move_publication',
        { gameId, isDown, ...by, reason, notice },
        z.boolean().nullable(),
      );
    },
  };
}
