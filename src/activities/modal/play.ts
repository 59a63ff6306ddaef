import type { WorkerConfig } from '../../config.js';
import { MODAL_FUNCTION, volumeRepoOf } from '../../contracts/modal.js';
import type { Store } from '../../store/index.js';
import type { Mirror } from '../../store/mirror/mirror.js';
import { longActivity } from '../frame/long-activity.js';
import type { PlayActivities } from '../ports/play-port.js';
import {
  announcePlay,
  keepPlay,
  playCallId,
  playInput,
  type PlayStore,
} from '../runner-input/play-input.js';
import { assetsForVolume } from './asset-copies.js';
import type { ModalCalls } from './call.js';
import { durableCall } from './durable-call.js';
import { missingCommits } from './missing-commits.js';
import type { Volume } from './replication/volume.js';

export interface ModalPlayDeps extends PlayStore {
  config: WorkerConfig;
  store: Pick<Store, 'assets' | 'jobs' | 'modalCalls' | 'volumeHeads'>;
  mirror: Mirror;
  calls: ModalCalls;
  volume: Volume;
}

/** Longer than any play, which gives up by itself: the container hangs. */
const PLAY_LIMIT_MS = 4 * 60_000;

/** Games played in a container; the candidate comes along, whatever the Volume has (E8). */
export function modalPlayActivities(deps: ModalPlayDeps): PlayActivities {
  const { calls, store } = deps;
  return {
    playGame: (input) =>
      longActivity({ onShutdown: 'goesOn' }, async (activity) => {
        const { userId, projectId, revision } = input;
        await announcePlay(deps, input);
        const { result } = await durableCall(
          { calls, marks: store.modalCalls },
          {
            name: { callId: playCallId(input), userId, fn: MODAL_FUNCTION.play },
            prepare: async (sendsEverything) => ({
              bundle: await missingCommits(deps, input, revision, sendsEverything),
              input: playInput(input, {
                repoDir: volumeRepoOf(projectId),
                assets: await assetsForVolume(deps, input),
              }),
            }),
            limitMs: PLAY_LIMIT_MS,
          },
          activity,
        );
        return keepPlay(deps, input, result);
      }),
  };
}
