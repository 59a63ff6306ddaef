import { maintenance } from './activity-proxies.js';

/**
 * One round through all users' files, batch by batch, started nightly by the Schedule of the same
 * name.
 */
export async function watchVolumes(): Promise<{ measured: number; warned: number }> {
  const total = { measured: 0, warned: 0 };
  let after: string | null = null;
  do {
    const { next, measured, warned }: Awaited<ReturnType<typeof maintenance.watchVolumes>> =
      await maintenance.watchVolumes({ after });
    total.measured += measured;
    total.warned += warned;
    after = next;
  } while (after !== null);
  return total;
}
