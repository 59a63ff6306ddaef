import { specOf } from '../../contracts/execution/backends.js';
import { longActivity } from '../frame/long-activity.js';
import type { PlayActivities } from '../ports/play-port.js';
import {
  announcePlay,
  keepPlay,
  parentOfPlay,
  playCallId,
  playInput,
  playOfRun,
  trialOf,
  type PlayStore,
  wallOf,
} from '../runner-input/play-input.js';
import { GRACE_MS, type RunnerHost, type RunnerWork } from './host.js';
import { searchVersion } from './searches.js';

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
        const row = await deps.store.jobs.get(input.jobId);
        const wallMs = wallOf(deps.config, row?.slot_at ?? null, Date.now());
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
        return keepPlay(deps, input, await host.run(work, activity));
      }),
    searchGame: (input) =>
      longActivity(specOf(host.backend), (activity) => searchVersion(deps, host, input, activity)),
  };
}
