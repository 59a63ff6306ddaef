import { IMAGE_PROGRESS } from '../../contracts/media/images.js';
import { MODAL_FUNCTION, volumeRepoOf } from '../../contracts/execution/modal.js';
import type { Store } from '../../store/index.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import { NO_GAME, type GamePlace, type RunnerHost } from '../hosted/host.js';
import { assetsForVolume, type ModalAssetDeps } from './asset-copies.js';
import type { ModalCalls } from './call.js';
import { durableCall } from './durable-call.js';
import { missingCommits } from './missing-commits.js';

export interface ModalHostDeps extends ModalAssetDeps {
  store: Pick<Store, 'assets' | 'modalCalls' | 'volumeHeads'>;
  calls: ModalCalls;
}

/** Runs the runner in a container; the commits that it needs come along (E8). */
export function modalHost(deps: ModalHostDeps): RunnerHost {
  const { calls, store } = deps;
  return {
    backend: 'modal',
    async run({ callId, userId, actionId, does, game, input, limitMs, progress }, activity) {
      const { result } = await durableCall(
        { calls, marks: store.modalCalls },
        {
          name: { callId, userId, ...(actionId && { actionId }), fn: MODAL_FUNCTION[does] },
          prepare: async (sendsEverything) => ({
            ...(game && {
              bundle: await missingCommits(deps, game, game.revision, sendsEverything),
            }),
            input: await input(game ? await placeOf(deps, game) : NO_GAME),
          }),
          onRunning: () => void progress?.note(IMAGE_PROGRESS.asked),
          limitMs,
        },
        activity,
      );
      void progress?.note(IMAGE_PROGRESS.worked);
      return result;
    },
  };
}

async function placeOf(deps: ModalHostDeps, game: GameVersion): Promise<GamePlace> {
  return { repoDir: volumeRepoOf(game.projectId), assets: await assetsForVolume(deps, game) };
}
