import { IMAGE_PROGRESS } from '../../contracts/media/images.js';
import { MODAL_FUNCTION, type SentFiles } from '../../contracts/execution/modal.js';
import type { Store } from '../../store/index.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import { NO_GAME, type RunnerHost } from '../hosted/host.js';
import { assetsForVolume, type ModalAssetDeps } from './asset-copies.js';
import type { ModalCalls } from './call.js';
import { durableCall } from './durable-call.js';
import { sentFiles, type FileWriter } from './sent-files.js';
import type { Volume } from './replication/volume.js';
import type { Versions } from '../../versions/kept/versions.js';

export interface ModalHostDeps extends ModalAssetDeps {
  store: Pick<Store, 'assets' | 'modalCalls'>;
  versions: Pick<Versions, 'parcel' | 'readAll'>;
  volume: Pick<Volume, 'listAssets' | 'writeAsset'> & FileWriter;
  calls: ModalCalls;
}

/** Runs the runner in a container; the game's files come along (E6). */
export function modalHost(deps: ModalHostDeps): RunnerHost {
  const { calls, store } = deps;
  return {
    backend: 'modal',
    async run({ callId, userId, actionId, does, game, input, limitMs, progress }, activity) {
      const { result } = await durableCall(
        { calls, marks: store.modalCalls },
        {
          name: { callId, userId, ...(actionId && { actionId }), fn: MODAL_FUNCTION[does] },
          prepare: async () => {
            if (!game) return { input: await input(NO_GAME) };
            const place = { parcelFile: '', assets: await assetsForVolume(deps, game) };
            return { input: await input(place), files: await gameFiles(deps, game, callId) };
          },
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

/** The version as the request of a call has it. */
export async function gameFiles(
  { versions, volume }: Pick<ModalHostDeps, 'versions' | 'volume'>,
  game: GameVersion,
  callId: string,
): Promise<SentFiles> {
  const { userId, projectId } = game;
  const parcelFile = await versions.parcel(game);
  return sentFiles(volume, { userId, projectId, callId }, { parcelFile });
}
