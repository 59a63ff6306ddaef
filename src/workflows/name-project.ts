import type { JobRef } from '../activities/ports.js';
import { shared } from './activity-proxies.js';

/**
 * Gives a project that is still called by the default name the game's own title, once it has a
 * game.
 */
export async function nameProject(
  input: JobRef & { revision: string; attempt: number },
): Promise<{ name: string } | null> {
  return shared.nameProject(input);
}
