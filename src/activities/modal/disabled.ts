import { AppError } from '../../contracts/errors.js';
import type { AgentActivities } from '../ports/agent-port.js';
import type { FileActivities } from '../ports/project-files-port.js';
import type { ImageActivities } from '../ports/image-ports.js';
import type { ReplicationActivities } from '../ports/backend-ports.js';
import type { VideoActivities } from '../ports/video-ports.js';
import type { PlayActivities } from '../ports/play-port.js';

/**
 * The Modal set of a worker without credentials: whoever still asks for it hears at once that the
 * run has to go on elsewhere (G1).
 */
export const modalDisabled: AgentActivities & ImageActivities & VideoActivities & PlayActivities = {
  runAgent: refuse,
  drawImage: refuse,
  drawSprite: refuse,
  placeImage: refuse,
  removeBackground: refuse,
  renderVideo: refuse,
  playGame: refuse,
};

/** The same for short calls: whoever makes them tries again for a while, then goes on without. */
export const modalFilesDisabled: FileActivities & ReplicationActivities = {
  removeProjectFiles: refuse,
  removeUserFiles: refuse,
  replicateProject: refuse,
  hydrateProject: refuse,
  listReplicationTargets: refuse,
  listUsersWithOrphans: refuse,
  pruneVolume: refuse,
  removeOrphans: refuse,
};

async function refuse(): Promise<never> {
  throw new AppError('ModalUnavailable', 'this worker has no Modal credentials');
}
