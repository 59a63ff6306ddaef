/** What replication found and did for one project; both stores hold all published versions afterwards unless `problem` says why not. */
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

/** Asks a running `replicateProject` for another look: what was published meanwhile goes over too. */
export const REPLICATE_SIGNAL = 'replicate';

/**
 * One round over many projects. Without user and project: all; `isDueOnly` leaves out what is known to be level, and users who never
 * had a Volume.
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
  leftoversRemoved: number;
}

export const MAX_REPORTS = 500;
