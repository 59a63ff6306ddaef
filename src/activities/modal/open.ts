import { AppError } from '../../contracts/base/errors.js';
import type { FetchOld } from '../../move/fetched.js';
import type { Store } from '../../store/index.js';
import type { FileActivities } from '../ports/project-files-port.js';
import type { BackendSet, ReplicationActivities } from '../ports/backend-ports.js';
import { runnerVersion } from '../runner-input/bundle.js';
import type { PlayStore } from '../runner-input/play-input.js';
import { createBreaker } from './breaker.js';
import { createModalCalls, type ModalCalls } from './call.js';
import { connectModal } from './client.js';
import { modalHost, type ModalHostDeps } from './host.js';
import { modalFileActivities } from './project-files.js';
import { replicationActivities } from './replication/activities.js';
import type { ReplicationDeps } from './replication/sync.js';
import { createVolume } from './replication/volume.js';
import { agentActivities, type AgentDeps } from '../hosted/agents.js';
import { imageActivities, type ImageDeps } from '../hosted/images.js';
import { playActivities, searchActivities } from '../hosted/plays.js';
import { videoActivities, type VideoDeps } from '../hosted/videos.js';

/**
 * What a worker with Modal credentials can do; also while the switch is at local, so that calls
 * from before come to their end.
 */
export interface ModalSet extends BackendSet {
  readonly calls: ModalCalls;
  readonly files: FileActivities & ReplicationActivities;
  /** Brings what an older release kept on a Volume only. */
  readonly fetchOld: FetchOld;
  /** After the last activity has ended. */
  close(): Promise<void>;
}

/** What its sets of activities name, and what its calls are written down with. */
export type ModalDeps = Omit<
  AgentDeps & VideoDeps & ImageDeps & PlayStore & ReplicationDeps & ModalHostDeps,
  'calls' | 'volume'
> & { readonly store: Pick<Store, 'backendState' | 'modalCalls' | 'usage'> };

/** Null without credentials. Asks nothing of Modal yet. */
export async function openModal(deps: ModalDeps): Promise<ModalSet | null> {
  const { config, store, log } = deps;
  if (!config.MODAL_TOKEN_ID || !config.MODAL_TOKEN_SECRET) return null;
  const version = await runnerVersion();
  const connection = await connectModal(config, version);
  const breaker = createBreaker({
    report: (found) => store.backendState.reportBreaker(found),
    log,
  });
  const ledger = {
    started: store.modalCalls.started,
    ended: (functionCallId: string) => store.modalCalls.ended(functionCallId),
    recordCall: store.usage.recordCall,
  };
  const calls = createModalCalls({
    callbackSecret: config.CALLBACK_SECRET,
    connection,
    breaker,
    version,
    ledger,
    log,
  });
  const volume = createVolume(calls);
  const host = modalHost({ ...deps, calls, volume });
  return {
    calls,
    long: {
      agent: agentActivities(deps, host),
      image: imageActivities(deps, host),
      video: videoActivities(deps, host),
      play: playActivities(deps, host),
      search: searchActivities(deps, host),
    },
    files: { ...modalFileActivities(volume), ...replicationActivities({ ...deps, volume }) },
    fetchOld: async ({ userId, projectId }, revision) =>
      (await volume.exists(userId)) ? volume.oldBundle(userId, projectId, revision) : null,
    async close() {
      await breaker.settled();
      connection.close();
    },
  };
}

/** Temporal calls `default` for every activity that a set does not name. */
const refusing = {
  default: async (): Promise<never> => {
    throw new AppError('ModalUnavailable', 'this worker has no Modal credentials');
  },
};

/** The Modal set of a worker without credentials: work fails at once and goes on locally. */
export const modalDisabled = {
  files: refusing,
  long: { agent: refusing, image: refusing, video: refusing, play: refusing, search: refusing },
};
