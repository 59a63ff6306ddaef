import { IMAGE_PROGRESS } from '../../contracts/media/images.js';
import { MODAL_FUNCTION, type SentFiles } from '../../contracts/execution/modal.js';
import type { Store } from '../../store/index.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import type { RunnerInput } from '../../contracts/execution/runner.js';
import { eachOnce, NO_GAME, type RunnerHost, type RunnerWork } from '../hosted/host.js';
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
    async run(work, activity) {
      const { callId, userId, actionId, does, limitMs, progress } = work;
      const { result } = await durableCall(
        { calls, marks: store.modalCalls },
        {
          name: { callId, userId, ...(actionId && { actionId }), fn: MODAL_FUNCTION[does] },
          prepare: () => prepare(deps, work),
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

async function prepare(
  deps: ModalHostDeps,
  { callId, game, parent, input }: RunnerWork,
): Promise<{ input: RunnerInput; files?: SentFiles }> {
  if (!game) return { input: await input(NO_GAME) };
  const parents = parent ? await assetsForVolume(deps, parent) : [];
  const assets = eachOnce([...parents, ...(await assetsForVolume(deps, game))]);
  const place = { parcelFile: '', assets, ...(parent && { parentParcelFile: '' }) };
  return { input: await input(place), files: await gameFiles(deps, { game, parent }, callId) };
}

/** The versions as the request of a call has them. */
export async function gameFiles(
  { versions, volume }: Pick<ModalHostDeps, 'versions' | 'volume'>,
  { game, parent }: { game: GameVersion; parent?: GameVersion | undefined },
  callId: string,
): Promise<SentFiles> {
  const { userId, projectId } = game;
  const [parcelFile, parentParcelFile = null] = await Promise.all(
    [game, ...(parent ? [parent] : [])].map((version) => versions.parcel(version)),
  );
  return sentFiles(volume, { userId, projectId, callId }, { parcelFile, parentParcelFile });
}
