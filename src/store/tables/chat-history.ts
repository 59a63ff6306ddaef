import { z } from 'zod';
import { HistoryItem } from '../../contracts/wire/frames.js';
import { codeOf, render, type Message } from '../../contracts/messages/message.js';
import { timeCursor, type TimePlace } from '../../domain/publishing/place-cursors.js';
import { allPages, askAll, call, run, type Client } from './client.js';

export interface ChatLine {
  /** Given by the caller, so that the same line is never written twice. */
  readonly id: string;
  readonly projectId: string;
  readonly role: HistoryItem['role'];
  readonly message: Message;
}

/** A stored line, and the same as a client gets it. */
export interface StoredLine {
  readonly id: string;
  readonly item: HistoryItem;
}

/** Lines of a project next to each other, oldest first. */
export interface HistoryPage {
  readonly lines: readonly StoredLine[];
  /** Cursor of the oldest of them; null = the project has none before it. */
  readonly earlier: string | null;
}

/** Lines of history that a model is given. */
export const LAST_LINES = 50;

export const Row = z.object({
  id: z.string(),
  role: HistoryItem.shape.role,
  message: z.string(),
  created_at: z.string().nullable(),
  code: z.string().nullable(),
  params: z.record(z.string(), z.unknown()).nullable(),
});
const PageRows = z.array(Row.extend({ has_earlier: z.boolean() }));

const COLUMNS = 'id,role,message,created_at,code,params';

export function toStoredLine(row: z.infer<typeof Row>): StoredLine {
  const { id, role, message, created_at, code, params } = row;
  const coded = code === null || params === null ? {} : { code, params };
  return { id, item: { role, content: message, timestamp: created_at ?? '', ...coded } };
}

function linesOf(client: Client, projectId: string, ascending: boolean) {
  const rows = client.from('chat_history').select(COLUMNS).eq('project_id', projectId);
  return rows.order('created_at', { ascending });
}

async function allLines(client: Client, projectId: string): Promise<HistoryItem[]> {
  const rows = await allPages((first, last) => {
    const query = linesOf(client, projectId, true).order('id', { ascending: true });
    return askAll('read the history', query.range(first, last), Row);
  });
  return rows.map((row) => toStoredLine(row).item);
}

/**
 * The newest lines, or those before a place: at most 50, of 200,000 characters together and 20,000
 * each, so that a frame with them is bounded.
 */
async function pageOf(
  client: Client,
  projectId: string,
  before: TimePlace | undefined,
): Promise<HistoryPage> {
  const params = { projectId, before: before?.at, beforeId: before?.id };
  const rows = await call(client, 'chat_page', params, PageRows);
  const { id = '', created_at: at = null, has_earlier = false } = rows.at(-1) ?? {};
  return {
    lines: rows.reverse().map(toStoredLine),
    earlier: has_earlier && at !== null ? timeCursor({ at, id }) : null,
  };
}

/** Table `chat_history`. */
export function chatHistoryTable(client: Client) {
  return {
    /** The last 50 lines, oldest first. */
    async last(projectId: string): Promise<HistoryItem[]> {
      const query = linesOf(client, projectId, false).limit(LAST_LINES);
      const rows = await askAll('read the history', query, Row);
      return rows.reverse().map((row) => toStoredLine(row).item);
    },

    page: (projectId: string, before?: TimePlace): Promise<HistoryPage> =>
      pageOf(client, projectId, before),

    /** The last lines that were there before that time, oldest first. */
    async before(projectId: string, at: string, limit: number): Promise<StoredLine[]> {
      const query = linesOf(client, projectId, false).lt('created_at', at).limit(limit);
      return (await askAll('read the lines of that time', query, Row)).reverse().map(toStoredLine);
    },

    /** Every line of the project, oldest first. */
    all: (projectId: string): Promise<HistoryItem[]> => allLines(client, projectId),

    /** Those of these lines that the project has, oldest first. */
    async lines(projectId: string, ids: readonly string[]): Promise<StoredLine[]> {
      const query = linesOf(client, projectId, true).in('id', ids);
      return (await askAll('read the lines', query, Row)).map(toStoredLine);
    },

    /** Writes the line unless it is there, and moves its project to the front. */
    async append({ id, projectId, role, message }: ChatLine): Promise<void> {
      const text = { message: render(message), ...codeOf(message) };
      const row = { id, project_id: projectId, role, ...text };
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
