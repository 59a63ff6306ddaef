import type { AgentActivities } from './agent-port.js';
import type { ImageActivities } from './image-ports.js';
import type { PlayActivities, SearchActivities } from './play-port.js';
import type { FileActivities } from './project-files-port.js';
import type { VideoActivities } from './video-ports.js';
import type {
  ReplicateProjectInput,
  ReplicationReport,
  TargetPage,
} from '../../contracts/execution/modal.js';
import type { Backend } from '../../contracts/execution/backends.js';
import type { JobRef } from './refs.js';

/**
 * Where the next step is done. `reason` is for the operator; `hasVolumes`: Modal can be asked, and
 * may hold files of this user.
 */
export interface BackendChoice {
  backend: Backend;
  reason: string;
  hasVolumes: boolean;
}

export interface BackendActivities {
  /**
   * The backend for the next step, from the configuration and the row `backend_state`: its switch,
   * share and breaker (G1).
   */
  chooseBackend(input: Partial<JobRef> & Pick<JobRef, 'userId'>): Promise<BackendChoice>;
}

/** Letting the Volumes show what is published, beside all jobs (E6). */
export interface ReplicationActivities {
  /**
   * Sends a user's Volume what it lacks of a project's versions and of the user's assets; takes
   * nothing from there (E6).
   */
  replicateProject(input: ReplicateProjectInput): Promise<ReplicationReport>;
  /** A page of the projects of a round, by id. */
  listReplicationTargets(page: TargetPage): Promise<{ userId: string; projectId: string }[]>;
  /** Users on whose Volumes folders of removed projects may be left. */
  listUsersWithOrphans(): Promise<string[]>;
  /** Removes folders on a user's Volume whose project is gone, and for more than a day. */
  removeOrphans(input: { userId: string; dryRun: boolean }): Promise<{ removed: number }>;
}

/** The activities of one backend: short work with files, and each kind of long work (N4). */
export interface BackendSet {
  readonly files: FileActivities;
  readonly long: {
    readonly agent: AgentActivities;
    readonly image: ImageActivities;
    readonly video: VideoActivities;
    readonly play: PlayActivities;
    readonly search: SearchActivities;
  };
}
