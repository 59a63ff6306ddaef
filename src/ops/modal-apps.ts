import { z } from 'zod';

/** A line of `modal app list --json`. */
const Listed = z.object({
  app_id: z.string(),
  description: z.string(),
  state: z.string(),
  tasks: z.coerce.number(),
  created_at: z.string(),
});

/** How many versions of the runner stay deployed: the one of the new build and the one before. */
const KEPT = 2;

/**
 * Which apps of ours are needed no more: deployed, older than the one before `current`, and
 * without a container that works. `listed` is what `modal app list --json` prints; apps that are
 * not called `<name>-<version>` are not ours.
 */
export function appsToStop(
  listed: string,
  name: string,
  current: string,
): { id: string; description: string }[] {
  const isOurs = (description: string): boolean =>
    description.startsWith(`${name}-`) && /^[0-9a-f]{16}$/.test(description.slice(name.length + 1));
  return z
    .array(Listed)
    .parse(JSON.parse(listed))
    .filter(({ description, state }) => state === 'deployed' && isOurs(description))
    .filter(({ description }) => description !== current)
    .sort((a, b) => b.created_at.localeCompare(a.created_at))
    .slice(KEPT - 1)
    .filter(({ tasks }) => tasks === 0)
    .map(({ app_id, description }) => ({ id: app_id, description }));
}
