import { sha256Of } from '../../contracts/base/hashes.js';
import { AppError } from '../../contracts/base/errors.js';
import { specOf } from '../../contracts/execution/backends.js';
import { SearchResult } from '../../contracts/game/play.js';
import type { RevisionRow } from '../../contracts/rows/rows.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import { longActivity, type LongActivity } from '../frame/long-activity.js';
import type {
  PlayActivities,
  PlayGameInput,
  SearchActivities,
  SearchGameStep,
} from '../ports/play-port.js';
import {
  announcePlay,
  keepPlay,
  leftSince,
  parentOfPlay,
  playCallId,
  playInput,
  playOfRun,
  trialOf,
  type PlayStore,
  wallOf,
} from '../runner-input/play-input.js';
import { paySearch } from './search-purse.js';
import { GRACE_MS, resultOf, type RunnerHost, type RunnerWork } from './host.js';

/** Games that the runner plays with a browser of its own. */
export function playActivities(deps: PlayStore, host: RunnerHost): PlayActivities {
  return {
    playGame: (input) =>
      longActivity(specOf(host.backend), async (activity) => {
        await announcePlay(deps, input);
        const [parent, known] = await Promise.all([
          parentOfPlay(deps, input),
          playOfRun(deps, input),
        ]);
        const wallMs = wallOf(deps.config, await leftOf(deps, input));
        const limits = { wallMs, lives: deps.config.PLAY_LIVES };
        const work: RunnerWork = {
          callId: playCallId(input),
          userId: input.userId,
          does: 'play',
          game: { ...input, workId: input.jobId },
          parent: parent?.version,
          limitMs: wallMs + GRACE_MS,
          onShown: trialOf(deps, input),
          input: (place) =>
            playInput(input, place, { ...limits, known, tapes: parent?.tapes ?? null }),
        };
        return keepPlay(deps, input, (await host.run(work, activity)).result);
      }),
  };
}

/** By the workflow, which knows what was lost; else by two clocks. */
async function leftOf({ store, config }: PlayStore, { jobId, leftMs }: PlayGameInput) {
  if (leftMs !== undefined) return leftMs;
  const row = await store.jobs.get(jobId);
  return leftSince(config, row?.slot_at ?? null, Date.now());
}

/** Searches by the same runner, after everything that a player waits for. */
export function searchActivities(deps: PlayStore, host: RunnerHost): SearchActivities {
  return {
    searchGame: (input) =>
      longActivity(specOf(host.backend), (activity) => searchVersion(deps, host, input, activity)),
  };
}

/**
 * Searches the current version from its tapes and its owner's plays on, and replaces the tapes and
 * the images (P3). A version that is not the newest any more is skipped.
 */
async function searchVersion(
  deps: PlayStore,
  host: RunnerHost,
  input: SearchGameStep,
  activity: LongActivity,
): Promise<'searched' | 'skipped'> {
  const { store, versions, tapes, screenshots, config } = deps;
  const { userId, projectId, revision, searchId } = input;
  const head = await store.revisions.head(projectId);
  if (head?.revision !== revision) return 'skipped';
  const gameTree = gameTreeOf((await versions.describe(input)).manifest.files);
  const [kept, owner] = await Promise.all([
    tapes.read(input, gameTree),
    tapes.readOwnerPlays(input, gameTree),
  ]);
  const lives = config.PLAY_SEARCH_LIVES;
  if (lives === 0 && owner.length === 0) return 'skipped';
  const callId = `${searchId}.search`;
  // Another worker goes on with what has begun.
  const isPaid = specOf(host.backend).price !== null && activity.delivery === 1;
  if (isPaid && !(await paySearch(deps, { userId, callId }))) return 'skipped';
  const limitMs = activity.limitMs - GRACE_MS;
  const { result } = await host.run(
    {
      ...{ callId, userId, does: 'search', game: input, limitMs },
      input: (place) => {
        const given = { callId, ...place, tapes: kept, owner };
        return { command: 'search', ...given, lives, wallMs: limitMs - GRACE_MS };
      },
    },
    activity,
  );
  const { tapes: found, ...images } = resultOf(SearchResult, result, 'search');
  if (found.gameTree !== gameTree)
    throw new AppError('RunCrashed', 'the search was of other files than the version has');
  await tapes.replace(input, found);
  await keepImages(deps, input, head, images);
  // What comes late brings no deleted project back (L4).
  if ((await store.projects.get(projectId)) === null)
    await Promise.all([tapes.removeProject(input), screenshots.removeProject(input)]);
  return 'searched';
}

/** The loop lies beside the screenshot, which a tuned version has of its parent until then. */
async function keepImages(
  { store, screenshots }: PlayStore,
  input: SearchGameStep,
  head: RevisionRow,
  { loop, screen, card }: Pick<SearchResult, 'loop' | 'screen' | 'card'>,
): Promise<void> {
  const { projectId, revision } = input;
  const bytesOf = (image: string) => Buffer.from(image, 'base64');
  let name = head.screenshot ?? null;
  if (screen !== null && (await hasImageOfParent(store, head))) {
    const bytes = bytesOf(screen);
    name = sha256Of(bytes);
    await screenshots.keep(input, name, bytes, card === null ? null : bytesOf(card));
    await store.revisions.showAs(projectId, revision, name);
  }
  if (loop !== null && name !== null) await screenshots.keepLoop(input, name, bytesOf(loop));
}

async function hasImageOfParent({ revisions }: PlayStore['store'], head: RevisionRow) {
  if (head.kind !== 'tune' || head.parent === null) return false;
  const parent = await revisions.resolve(head.project_id, head.parent);
  return (parent?.screenshot ?? null) === (head.screenshot ?? null);
}
