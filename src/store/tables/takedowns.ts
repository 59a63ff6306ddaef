import { z } from 'zod';
import { storableJson } from '../../contracts/ids.js';
import type { notice } from '../../contracts/messages/message.js';
import { PublicationRow } from '../../contracts/operators.js';
import { ask, askFirst, type Client } from './client.js';

const Down = z
  .object({ reason: z.string(), created_at: z.string() })
  .transform((row) => ({ reason: row.reason, at: row.created_at }));

/** A published revision, and what of it is served. */
export interface GameContent extends z.infer<typeof Publication> {
  /** Equal for equal files, in any project. */
  readonly contentHash: string;
  /** SHA-256 of each asset in the published copy. */
  readonly assetHashes: readonly string[];
}

const Publication = z.object({
  gameId: z.string(),
  projectId: z.string(),
  userId: z.string(),
  revision: z.string(),
});

/** An operator takes a game down, or puts it back. */
export interface PublicationMove {
  readonly gameId: string;
  readonly isDown: boolean;
  readonly operator: { readonly id: string; readonly email: string };
  readonly reason: string;
  /** The notification of its maker. */
  readonly notice: ReturnType<typeof notice>;
}

export type Takedowns = ReturnType<typeof takedownsTable>;

/** Table `takedowns`: games that count as unpublished whatever their rows in `games` say. */
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
     * Notes what a revision serves, before it is published. False = it may not be: the game, or
     * this content of this owner, was taken down.
     */
    noteContent: (content: GameContent): Promise<boolean> =>
      ask(
        'note the content of a game',
        client.rpc('note_game_content', {
          p_project_id: content.projectId,
          p_user_id: content.userId,
          p_game_id: content.gameId,
          p_revision: content.revision,
          p_content_hash: content.contentHash,
          p_asset_hashes: content.assetHashes,
        }),
        z.boolean(),
      ),

    /** Some published games whose content was not noted: an earlier release published them. */
    withoutContent: (limit: number): Promise<z.infer<typeof Publication>[]> =>
      ask(
        'list games without content',
        client.rpc('games_without_content', { p_limit: limit }),
        z.array(Publication),
      ),

    /** Published games, and those that are down, the newest first. */
    publications: (
      { search, isDown }: { search: string | null; isDown: boolean },
      { skip, limit }: { skip: number; limit: number },
    ): Promise<PublicationRow[]> =>
      ask(
        'list the publications',
        client.rpc('list_publications', {
          p_search: search,
          p_is_down: isDown,
          p_skip: skip,
          p_limit: limit,
        }),
        z.array(PublicationRow),
      ),

    /**
     * Moves it, writes that to the audit log and tells its maker, in one. Null = there is no such
     * game; false = it stood so already, and nothing was written.
     */
    move: (move: PublicationMove): Promise<boolean | null> =>
      ask(
        'move the publication',
        client.rpc('move_publication', {
          p_game_id: move.gameId,
          p_is_down: move.isDown,
          p_operator_id: move.operator.id,
          p_operator_email: move.operator.email,
          p_reason: move.reason,
          p_notice: storableJson(move.notice),
        }),
        z.boolean().nullable(),
      ),
  };
}
