import { hydration } from './activity-proxies.js';

/**
 * Fetches the versions of a project that the mirror lacks, for a reader who waits for them (E7).
 */
export async function hydrateProject(input: { userId: string; projectId: string }): Promise<void> {
  await hydration.hydrateProject(input);
}
