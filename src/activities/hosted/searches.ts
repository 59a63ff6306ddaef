import { AppError } from '../../contracts/base/errors.js';
import { SearchResult } from '../../contracts/game/play.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { LongActivity } from '../frame/long-activity.js';
import type { SearchGameStep } from '../ports/play-port.js';
import type { PlayStore } from '../runner-input/play-input.js';
import { GRACE_MS, resultOf, type RunnerHost } from './host.js';

/**
 * Searches the current version from its tapes and its owner's plays on, and replaces the tapes
 * (P3). A version that is not the newest any more is skipped.
 */
export async function searchVersion(
  deps: PlayStore,
  host: RunnerHost,
  input: SearchGameStep,
  activity: LongActivity,
): Promise<'searched' | 'skipped'> {
  const { store, versions, tapes, config } = deps;
  const { userId, projectId, revision, searchId } = input;
  if ((await store.revisions.head(projectId))?.revision !== revision) return 'skipped';
  const gameTree = gameTreeOf((await versions.describe(input)).manifest.files);
  const [kept, owner] = await Promise.all([
    tapes.read(input, gameTree),
    tapes.readOwnerPlays(input, gameTree),
  ]);
  const { PLAY_SEARCH_LIVES: lives, PLAY_WALL_MS: wallMs } = config;
  if (lives === 0 && owner.length === 0) return 'skipped';
  const callId = `${searchId}.search`;
  const raw = await host.run(
    {
      ...{ callId, userId, does: 'search', game: input, limitMs: wallMs + GRACE_MS },
      input: (place) => {
        const given = { callId, ...place, tapes: kept, owner };
        return { command: 'search', ...given, lives, wallMs };
      },
    },
    activity,
  );
  const { tapes: found } = resultOf(SearchResult, raw, 'search');
  if (found.gameTree !== gameTree)
    throw new AppError('RunCrashed', 'the search was of other files than the version has');
  await tapes.replace(input, found);
  // What comes late brings no deleted project back (L4).
  if ((await store.projects.get(projectId)) === null) await tapes.removeProject(input);
  return 'searched';
}
