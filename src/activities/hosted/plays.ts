import { specOf } from '../../contracts/execution/backends.js';
import { longActivity } from '../frame/long-activity.js';
import type { PlayActivities } from '../ports/play-port.js';
import {
  announcePlay,
  keepPlay,
  playCallId,
  playInput,
  type PlayStore,
} from '../runner-input/play-input.js';
import type { RunnerHost, RunnerWork } from './host.js';

/** Longer than any play, which gives up by itself: the container hangs. */
const PLAY_LIMIT_MS = 4 * 60_000;

/** Games that the runner plays with a browser of its own. */
export function playActivities(deps: PlayStore, host: RunnerHost): PlayActivities {
  return {
    playGame: (input) =>
      longActivity(specOf(host.backend), async (activity) => {
        await announcePlay(deps, input);
        const work: RunnerWork = {
          callId: playCallId(input),
          userId: input.userId,
          does: 'play',
          game: { ...input, workId: input.jobId },
          limitMs: PLAY_LIMIT_MS,
          input: (place) => playInput(input, place),
        };
        return keepPlay(deps, input, await host.run(work, activity));
      }),
  };
}
