import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Player } from './checker.js';
import type { Stack } from './stack.js';

/** Variables of a stack whose calls of the database are counted. */
export const LOG_REQUESTS = {
  NODE_OPTIONS: `--import=${new URL('./request-log.mjs', import.meta.url).href}`,
};

/** Calls that a longer run repeats: each counts once. */
const BY_TIME =
  /^(api \S+ \S+\/rpc\/(note_progress|note_attempt_cost|queue_position)|worker GET \S+\/jobs\?)/;

type Place = Pick<Stack, 'dataDir'>;

async function linesOf({ dataDir }: Place): Promise<string[]> {
  return (await readFile(path.join(dataDir, 'requests.log'), 'utf8')).split('\n').filter(Boolean);
}

/**
 * Logs the calls of API and worker to Supabase that name the player or his project, from now on.
 * The answered function lists them in order, `<process> <method> <path>`.
 */
export async function logDatabaseCalls(
  stack: Place,
  { user, projectId }: Pick<Player, 'user' | 'projectId'>,
): Promise<(jobId: string) => Promise<string[]>> {
  const { length } = await linesOf(stack);
  return async (jobId) => {
    const ids = [user.id, projectId, jobId];
    const seen = new Set<string>();
    return (await linesOf(stack)).slice(length).flatMap((line) => {
      const [repeated] = BY_TIME.exec(line) ?? [];
      if (!ids.some((id) => line.includes(id)) || (repeated && seen.has(repeated))) return [];
      if (repeated) seen.add(repeated);
      return [line.split(' ').slice(0, 3).join(' ')];
    });
  };
}
