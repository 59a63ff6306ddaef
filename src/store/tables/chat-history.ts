import { z } from 'zod';
import { HistoryItem } from '../../contracts/frames.js';
import { ask, run, type Client } from './client.js';

export interface ChatLine {
  /** Given by the caller, so that the same line is never written twice. */
  readonly id: string;
  readonly projectId: string;
  readonly role: HistoryItem['role'];
  readonly message: string;
}

/** Lines of history that a client is shown. */
const LAST_LINES = 50;

const Rows = z.array(
  z.object({
    role: HistoryItem.shape.role,
    message: z.string(),
    created_at: z.string().nullable(),
  }),
);

export type ChatHistory = ReturnType<typeof chatHistoryTable>;

/** Table `chat_history`. */
export function chatHistoryTable(client: Client) {
  return {
    /** The last 50 lines, oldest first. */
    async last(projectId: string): Promise<HistoryItem[]> {
      const query = client
        .from('chat_history')
        .select('role,message,created_at')
        .eq('project_id', projectId)
        .order('created_at', { ascending: false })
        .limit(LAST_LINES);
      const rows = await ask('read the history', query, Rows);
      return rows
        .reverse()
        .map((row) => ({ role: row.role, content: row.message, timestamp: row.created_at ?? '' }));
    },

    /** When a line of the project was written; null = there is no such line. */
    async writtenAt(projectId: string, id: string): Promise<string | null> {
      const query = client
        .from('chat_history')
        .select('role,message,created_at')
        .eq('project_id', projectId)
        .eq('id', id);
      return (await ask('find the line', query, Rows))[0]?.created_at ?? null;
    },

    /** Writes the line unless it is there, and moves its project to the front. */
    async append({ id, projectId, role, message }: ChatLine): Promise<void> {
      const row = { id, project_id: projectId, role, message };
      await run(
        'write the history',
        client.from('chat_history').upsert(row, { onConflict: 'id', ignoreDuplicates: true }),
      );
      await run(
        'touch the project',
        client
          .from('projects')
          .update({ updated_at: new Date().toISOString() })
          .eq('id', projectId),
      );
    },
  };
}
