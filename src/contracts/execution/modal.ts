import { z } from 'zod';
import type { RunnerInput } from './runner.js';

/** The deployed functions by what their runner command does. */
export const MODAL_FUNCTION = {
  generate: 'generate-game',
  git: 'git-operation',
  files: 'file-operation',
  image: 'generate-image',
  video: 'render-video',
  play: 'play-game',
} as const;
export type ModalFunctionName = (typeof MODAL_FUNCTION)[keyof typeof MODAL_FUNCTION];

/**
 * The app that holds the functions of one version of the runner: workers of two builds that run
 * side by side each have their own (I1).
 */
export function modalAppOf(app: string, runnerVersion: string): string {
  return `${app}-${runnerVersion}`;
}

/** Where the user's own Volume is mounted; every path in a call's input is relative to it. */
export const VOLUME_MOUNT = '/user';

/** The one Volume of a user: the mount is the boundary between users. */
export function volumeNameOf(userId: string): string {
  return `user-${userId.toLowerCase()}`;
}

/** A project's repository on its user's Volume. */
export function volumeRepoOf(projectId: string): string {
  return `projects/${projectId.toLowerCase()}/repo.git`;
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
   * Commits that the Volume may lack (`have..want`), taken in before the work starts; null when it
   * should have all (E6).
   */
  bundle: { want: string; bytes: Uint8Array } | null;
  /**
   * The key of this call's posts, hex; null when it makes none. It opens nothing else: containers
   * meet what a model wrote, so no other secret of ours goes there (C2).
   */
  callbackKey: string | null;
}

/** The functions that post their events by callback. */
export const FUNCTIONS_HEARD: readonly ModalFunctionName[] = ['generate-game', 'render-video'];

/**
 * What every function returns. Failures are raised as an error whose text is `AppError` + JSON of
 * {@link RunnerFailure}.
 */
export const ModalReply = z.object({
  version: z.string(),
  /** The runner's result, parsed by the caller. */
  result: z.unknown(),
  /** Commits that the caller asked for (`wantBundle`, op `bundle`). */
  bundle: z.instanceof(Uint8Array).nullable(),
  /** Time that the container worked, for the price of the call. */
  seconds: z.number().nonnegative(),
});
export type ModalReply = z.infer<typeof ModalReply>;

/**
 * What replication found and did for one project; both stores hold all published versions
 * afterwards unless `problem` is set.
 */
export interface ReplicationReport {
  userId: string;
  projectId: string;
  /** Commits and assets that went each way (with `dryRun`: that would go). */
  toVolume: { revisions: number; assets: number };
  toMirror: { revisions: number; assets: number };
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
  /** Leave out what is known to be level. */
  isDueOnly: boolean;
  /** The last project of the page before. */
  after: string | null;
  limit: number;
}

/**
 * Makes a running `replicateProject` sync once more, with what was published meanwhile.
 */
export const REPLICATE_SIGNAL = 'replicate';

/**
 * One round over many projects. Without user and project: all; `isDueOnly` leaves out what is known
 * to be level, and users who never had a Volume.
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
