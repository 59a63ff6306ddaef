import { z } from 'zod';
import { RunnerFailure, type GenerateInput, type RunnerInput } from './runner.js';

/** The deployed functions by what their runner command does. */
export const MODAL_FUNCTION = {
  generate: 'generate-game',
  git: 'git-operation',
  files: 'file-operation',
  image: 'generate-image',
  video: 'render-video',
  play: 'play-game',
  search: 'search-game',
} as const;
export type ModalFunctionName = (typeof MODAL_FUNCTION)[keyof typeof MODAL_FUNCTION];

/**
 * The app that holds the functions of one version of the runner: workers of two builds that run
 * side by side each have their own (I1).
 */
export const modalAppOf = (app: string, runnerVersion: string): string => `${app}-${runnerVersion}`;

/** Where the user's own Volume is mounted; every path in a call's input is relative to it. */
export const VOLUME_MOUNT = '/user';

/** The one Volume of a user: the mount is the boundary between users. */
export const volumeNameOf = (userId: string): string => `user-${userId.toLowerCase()}`;

/** A project's folder on its user's Volume. */
export const volumeProjectOf = (projectId: string): string => `projects/${projectId.toLowerCase()}`;

/** The view of a project's versions as a git repository. */
export const volumeRepoOf = (projectId: string): string => `${volumeProjectOf(projectId)}/repo.git`;

/** Largest sum of the files that go with one request; more of them lie on the Volume before. */
export const MAX_SENT_BYTES = 16 * 1024 * 1024;

/** A part of a file that is too large for a request: it goes when the call has ended. */
export function volumePartOf(
  { projectId, callId }: { projectId: string; callId: string },
  name: string,
  part: number,
): string {
  return `${volumeProjectOf(projectId)}/parcels/${callId}/${name}.${part}`;
}

/**
 * Where the answer of a run is kept for a day: the next call for the same work answers it (C4), so
 * that a run whose answer was lost is not paid twice.
 */
export function volumeAnswerOf(
  projectId: string,
  { jobId, round, parent, from }: Pick<GenerateInput, 'jobId' | 'round' | 'parent' | 'from'>,
): string {
  const work = [jobId.toLowerCase(), round, parent ?? 'new', from ?? 'made'].join('-');
  return `${volumeProjectOf(projectId)}/candidates/${work}`;
}

/** The one positional argument of every function: plain data (CBOR). */
export interface ModalRequest {
  /**
   * Of the runner that the caller was built with; a container with another one refuses
   * (`ModalOutdated`).
   */
  version: string;
  /** Names this call in logs and callbacks. */
  callId: string;
  input: RunnerInput;
  /**
   * Files by the field of the input that names them: their bytes, or the places of their parts on
   * the Volume (E6).
   */
  files: SentFiles;
  /** Where the answer is kept, and looked for first ({@link volumeAnswerOf}); null = nowhere. */
  keep: string | null;
  /**
   * The key of this call's posts, hex; null when it makes none. It opens nothing else: containers
   * meet what a model wrote, so no other secret of ours goes there (C2).
   */
  callbackKey: string | null;
}

/** The fields of an input whose files come along. */
export type SentFiles = Partial<
  Record<
    'parcelFile' | 'fromParcelFile' | 'leftParcelFile' | 'objectsFile' | 'parentParcelFile',
    Uint8Array | string[]
  >
>;

/** The functions that post their events by callback. */
export const FUNCTIONS_HEARD: readonly ModalFunctionName[] = ['generate-game', 'render-video'];

/**
 * What every function returns. Failures are raised as an error whose text is `AppError` + JSON of
 * {@link RunnerFailure}, but for those of a run that has made something.
 */
export const ModalReply = z.object({
  version: z.string(),
  /** The runner's result, parsed by the caller. */
  result: z.unknown(),
  /** Why the run failed that has made `object`; null = it did not fail. */
  failure: RunnerFailure.nullable(),
  /** The version object that the run has made. */
  object: z.instanceof(Uint8Array).nullable(),
  /** Time that the container worked, for the price of the call. */
  seconds: z.number().nonnegative(),
});
export type ModalReply = z.infer<typeof ModalReply>;

/**
 * What replication found and did for one project; the Volume shows all published versions
 * afterwards, and has all assets of the user, unless `problem` is set.
 */
export interface ReplicationReport {
  userId: string;
  projectId: string;
  /** What was sent (with `dryRun`: what differs). */
  toVolume: { revisions: number; assets: number };
  problem: string | null;
}

/** `dryRun` looks and changes nothing (default false). */
export interface ReplicateProjectInput {
  userId: string;
  projectId: string;
  dryRun?: boolean;
}

/** A page of the projects of a round. */
export interface TargetPage {
  /** Null = of all users, all projects. */
  userId: string | null;
  projectId: string | null;
  /** Leave out what is known to be shown. */
  isDueOnly: boolean;
  /** The last project of the page before. */
  after: string | null;
  limit: number;
}

/** Makes a running `replicateProject` sync once more, with what was published meanwhile. */
export const REPLICATE_SIGNAL = 'replicate';

/**
 * One round over many projects. Without user and project: all; `isDueOnly` leaves out what is known
 * to be shown, and users who never had a Volume.
 */
export interface ReplicateAllInput {
  userId: string | null;
  projectId: string | null;
  isDueOnly: boolean;
  dryRun: boolean;
  /** Carried over a continue-as-new: the last project looked at, and the sum so far. */
  carried?: { after: string; outcome: ReplicateAllOutcome };
}

export interface ReplicateAllOutcome {
  /** Projects looked at. */
  looked: number;
  /** Those with something to do or a problem, the first {@link MAX_REPORTS}. */
  reports: ReplicationReport[];
  /** Projects with a problem, those beyond the reports included. */
  problems: number;
  /** Folders on Volumes whose project is gone. */
  orphansRemoved: number;
}

export const MAX_REPORTS = 500;
