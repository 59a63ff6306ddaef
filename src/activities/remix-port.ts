import type { RemixedGame, RemixGameInput } from '../contracts/publishing.js';

/** Part of the shared set (ports.ts). */
export interface RemixActivities {
  /**
   * Makes a project of the user's from what is published, its parent named in its row; once,
   * however often it is tried. `ACCESS_DENIED` where the maker does not allow it.
   */
  makeRemix(input: RemixGameInput): Promise<RemixedGame>;
}
