import type { IncomingBundle } from '../contracts/execution/bundles.js';
import { bundleFetch } from '../git/bundle.js';
import { initBare } from '../git/refs.js';

/**
 * Takes the commits in that came along with an input; the repository is made by the first ones.
 * Repeatable (E6).
 */
export async function importBundle({
  repoDir,
  incoming,
}: {
  repoDir: string;
  incoming?: IncomingBundle | undefined;
}): Promise<void> {
  if (incoming !== undefined)
    await bundleFetch(await initBare(repoDir), { file: incoming.file, want: incoming.want });
}
