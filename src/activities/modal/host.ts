import {
  FUNCTIONS_HEARD,
  MODAL_FUNCTION,
  volumeAnswerOf,
  type SentFiles,
} from '../../contracts/execution/modal.js';
import type { WorkerConfig } from '../../config.js';
import { IMAGE_PROGRESS } from '../../contracts/media/images.js';
import type { Store } from '../../store/index.js';
import type { Versions } from '../../versions/kept/versions.js';
import { rowOfAction, rowOfJob, stallDetector } from '../frame/stall-detector.js';
import {
  eachOnce,
  NO_GAME,
  type GamePlace,
  type RunnerHost,
  type RunnerWork,
} from '../hosted/host.js';
import type { GameVersion } from '../runner-input/game-assets.js';
import { assetsForVolume, type ModalAssetDeps } from './asset-copies.js';
import type { ModalCall, ModalCalls } from './call.js';
import { durableCall, type DurableWork } from './durable-call.js';
import type { Volume } from './replication/volume.js';
import { sentFiles, type FileWriter } from './sent-files.js';

export interface ModalHostDeps extends ModalAssetDeps {
  config: WorkerConfig;
  store: Pick<Store, 'actions' | 'assets' | 'jobs' | 'modalCalls'>;
  versions: Pick<Versions, 'parcel' | 'readAll'>;
  volume: Pick<Volume, 'listAssets' | 'writeAsset'> & FileWriter;
  calls: ModalCalls;
}

/** Runs the runner in a container; the game's files come along (E6). */
export function modalHost(deps: ModalHostDeps): RunnerHost {
  const { calls, config, store } = deps;
  return {
    backend: 'modal',
    reachable: (url) => callbackBaseUrl(config, url),
    async videoPlace(actionId) {
      const base = callbackBaseUrl(config);
      const callbackUrl = base === null ? null : `${base}/callback/actions/${actionId}`;
      return { siteDir: '', isNice: false, callbackUrl };
    },
    async run(work, activity) {
      const { callId, userId, actionId, attempt, does, limitMs } = work;
      // What posts its events notes its progress itself.
      const progress = isHeard(work) ? undefined : work.progress;
      const answer = await durableCall(
        { calls, marks: store.modalCalls },
        {
          name: {
            ...{ callId, userId, fn: MODAL_FUNCTION[does] },
            ...(actionId && { actionId }),
            ...(attempt && { attempt }),
          },
          prepare: () => prepare(deps, work),
          onRunning: () => void progress?.note(IMAGE_PROGRESS.asked),
          ...(limitMs !== undefined && { limitMs }),
          ...watchOf(deps, work),
        },
        activity,
      );
      void progress?.note(IMAGE_PROGRESS.worked);
      return answer;
    },
  };
}

const isHeard = ({ does }: RunnerWork): boolean => FUNCTIONS_HEARD.includes(MODAL_FUNCTION[does]);

/** Events come only where the API can be reached. */
function watchOf(
  { config, store, log }: ModalHostDeps,
  work: RunnerWork,
): Pick<DurableWork, 'watch'> {
  const { actionId, attempt } = work;
  if (!isHeard(work) || callbackBaseUrl(config) === null) return {};
  const row = attempt
    ? rowOfJob(store, { jobId: attempt.jobId, attempt: attempt.number })
    : rowOfAction(store, actionId ?? '');
  return { watch: stallDetector(row, config, log) };
}

/** Their parcels come along: the container knows where it has put them. */
const SENT = { parcelFile: null, fromParcelFile: null, leftParcelFile: null };

async function prepare(
  deps: ModalHostDeps,
  { callId, userId, attempt, game, parent, input }: RunnerWork,
): Promise<Pick<ModalCall, 'input' | 'files' | 'keep'>> {
  let files: SentFiles = {};
  const made = await input(game ? await gamePlaceOf(deps, game, parent) : NO_GAME, {
    ...{ scratchDir: '', objectFile: '', failedFile: '' },
    async put(parcels) {
      const place = { userId, projectId: attempt?.projectId ?? '', callId };
      files = await sentFiles(deps.volume, place, parcels);
      return SENT;
    },
    assetsOf: (version) => assetsForVolume(deps, version),
  });
  if (game) files = await gameFiles(deps, game, parent, callId);
  const keep = made.command === 'generate' && attempt && volumeAnswerOf(attempt.projectId, made);
  return { input: made, files, ...(keep && { keep }) };
}

async function gamePlaceOf(
  deps: ModalHostDeps,
  game: GameVersion,
  parent: GameVersion | undefined,
): Promise<GamePlace> {
  const parents = parent ? await assetsForVolume(deps, parent) : [];
  const assets = eachOnce([...parents, ...(await assetsForVolume(deps, game))]);
  return { parcelFile: '', assets, ...(parent && { parentParcelFile: '' }) };
}

/** The versions as the request of a call has them. */
async function gameFiles(
  { versions, volume }: ModalHostDeps,
  game: GameVersion,
  parent: GameVersion | undefined,
  callId: string,
): Promise<SentFiles> {
  const { userId, projectId } = game;
  const [parcelFile, parentParcelFile = null] = await Promise.all(
    [game, ...(parent ? [parent] : [])].map((version) => versions.parcel(version)),
  );
  return sentFiles(volume, { userId, projectId, callId }, { parcelFile, parentParcelFile });
}

/**
 * Where a container can reach the API; null = nowhere, so that a run posts no events.
 * The address of this machine means something only to containers that are on this machine too.
 */
export function callbackBaseUrl(
  {
    CALLBACK_BASE_URL,
    MODAL_SERVER_URL,
  }: Pick<WorkerConfig, 'CALLBACK_BASE_URL' | 'MODAL_SERVER_URL'>,
  url: string = CALLBACK_BASE_URL,
): string | null {
  if (!isLoopback(url)) return url;
  return MODAL_SERVER_URL !== undefined && isLoopback(MODAL_SERVER_URL) ? url : null;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
