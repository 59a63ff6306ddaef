import type { AccountActivities } from './account-port.js';
import type { ActionActivities } from './action-port.js';
import type { ActionRef } from '../../contracts/actions.js';
import type { ErrorKind } from '../../contracts/errors.js';
import type { PendingQuestion } from '../../contracts/frames.js';
import type { Language } from '../../contracts/language.js';
import type { MessageReading } from '../../domain/generation-plan.js';
import type {
  GeneratePublishInfoInput,
  PublishedGame,
  PublishGameInput,
  PublishInfo,
  UnpublishGameInput,
} from '../../contracts/publishing.js';
import type { ImageMade } from '../../contracts/images.js';
import type { PushedEnd } from '../../contracts/push.js';
import type { JobRow } from '../../contracts/rows.js';
import type {
  ReplicateProjectInput,
  ReplicationReport,
  TargetPage,
} from '../../contracts/modal.js';
import type { RunMeans, RunUsage } from '../../contracts/runner.js';
import type { PlayReport, PlaySummary } from '../../contracts/play.js';
import type { Cursor, JobEvent } from '../../contracts/stream.js';
import type { RenderVideoInput, VideoMade, VideoStory } from '../../contracts/video.js';
import type { TuneGameInput, TuneOutcome } from '../../contracts/settings.js';
import type { Backend, CancelAnswer, RestoreOutcome, RunBy } from '../../contracts/workflows.js';
import type { AgentRepair, AttemptActivities } from './attempt-port.js';
import type { RemixActivities, RerunActivities, ThumbnailActivities } from './game-ports.js';
import type {
  DesignActivities,
  GenerationPlan,
  GenerationSpec,
  PlanGenerationInput,
} from './plan-port.js';
import type { JudgeActivities } from './play-port.js';
import type { PushActivities } from './push-port.js';
import type { SpriteActivities, SpriteDrawingActivities } from './sprite-port.js';
import type { WatcherActivities } from './watcher-port.js';

/**
 * What the outside must do for the workflows. One set per backend under the same names, and the
 * shared ones.
 */

/** Who and what a step is about; part of every input, so that an operator can read a history. */
export interface JobRef {
  jobId: string;
  userId: string;
  projectId: string;
}

export interface OpenJobInput extends JobRef {
  content: string;
  maxQueuedJobs: number;
  /** Left out = it is none. */
  isRerun?: true;
}
export type OpenedJob =
  | { outcome: 'opened' | 'existing'; job: JobRow }
  | { outcome: 'refused'; code: 'USER_LIMIT_EXCEEDED' | 'SYSTEM_LIMIT_EXCEEDED' | 'ACCESS_DENIED' };

export interface Answer {
  message: string;
  suggestions: string[];
}

export interface PublishInput extends JobRef {
  revision: string;
  parent: string | null;
  subject: string;
  /** What its play has found; null or absent = it was not played. */
  play?: PlayReport | null;
  /** Where the stream is told that it is being kept; left out by older workflows. */
  place?: Cursor;
}

/** A job at its end. `backend`: of its last run; left out where it had none (or is older). */
export interface EndingJob extends JobRef {
  attempt: number;
  backend?: Backend;
}

/** How a job ends well. `event` precedes `completed` in the stream. */
export interface CompleteJobInput extends EndingJob {
  message: string;
  suggestions: string[];
  mode: 'chat' | 'restore' | null;
  generator: 'claude' | 'haiku';
  /** The published version, for a job that made one. */
  revision: string | null;
  event: Extract<JobEvent, { type: 'chat' | 'restoreProposal' | 'published' }>;
  pendingQuestion: PendingQuestion | null;
  usage: RunUsage | null;
  /** What the play of the version has found. */
  play?: PlaySummary;
  /** The player's: suggestions beside the model's own are in it; left out = it has no others. */
  language?: Language;
}

export interface FailJobInput extends EndingJob {
  kind: ErrorKind;
  detail: string;
}

/**
 * False: the row had ended before. `costUsd`: what the job was counted with; a worker that cannot
 * tell, or is of an older build, says `true`. `push`: browsers of the user want to hear of it.
 */
export type ClosedJob = boolean | { costUsd: number; push?: PushedEnd };

export interface JobActivities extends AttemptActivities, DesignActivities {
  /** Inserts the row and the user's line once; answers with what is there (A7). */
  openJob(input: OpenJobInput): Promise<OpenedJob>;
  /** Keeps the text of a message that met a running job (A4). */
  noteMessage(input: { projectId: string; messageId: string; content: string }): Promise<void>;
  /** Turns the row into `processing`, opens the stream with `started` (B2). */
  startProcessing(input: JobRef): Promise<void>;
  /** What the small model makes of the message, within 5 s; null = it is away or talks nonsense. */
  readMessage(input: JobRef & { content: string }): Promise<MessageReading | null>;
  /** Decides what the message becomes; asks no model. */
  planGeneration(input: PlanGenerationInput): Promise<GenerationPlan>;
  /** Answers in words. */
  answerQuestion(input: JobRef & { content: string; language?: Language }): Promise<Answer>;
  /** The commit point (E4). */
  publishRevision(input: PublishInput): Promise<{ revision: string }>;
  /** History line, row, events, in this order, once (D4). */
  completeJob(input: CompleteJobInput): Promise<ClosedJob>;
  failJob(input: FailJobInput): Promise<ClosedJob>;
  /**
   * Ends the row unless the commit point has passed (F1); then its workflow counts as cancelled
   * (I4).
   */
  cancelJob(input: EndingJob): Promise<CancelAnswer['outcome']>;
  /** US dollars that a job is counted with, once its runs have ended; null = nobody can tell. */
  costOfJob(input: JobRef): Promise<number | null>;
  /**
   * Gives a project that still has the default name the game's own; tells the listeners. Null when
   * it keeps its name.
   */
  nameProject(
    input: JobRef & { revision: string; attempt: number },
  ): Promise<{ name: string } | null>;
}

export interface RestoreActivities {
  openRestore(input: {
    actionId: string;
    userId: string;
    projectId: string;
  }): Promise<'opened' | 'denied'>;
  /** Commits the old tree as a new revision and publishes it; idempotent by `actionId` (E5). */
  restoreRevision(input: {
    actionId: string;
    userId: string;
    projectId: string;
    versionId: string;
  }): Promise<RestoreOutcome>;
}

export interface TuneActivities {
  /**
   * Publishes the newest version with these values in its block of settings, and ends the action's
   * row; idempotent by `actionId`. Values that all stand there already make no version.
   */
  tuneRevision(input: Omit<TuneGameInput, 'messageId'>): Promise<TuneOutcome>;
}

/** One run of a workflow. */
export interface RunRef {
  workflowId: string;
  runId: string;
}

export interface DeleteActivities {
  /**
   * Opens the delete, ends the rows of every open action of the project, and asks their workflows
   * to stop; answers these. Null = the project is not the user's.
   */
  cancelProjectWork(input: {
    actionId: string;
    userId: string;
    projectId: string;
  }): Promise<RunRef[] | null>;
  /** Waits for the end of these workflows, at most `waitMs`; answers those that still run. */
  awaitRunsEnded(input: { runs: RunRef[]; waitMs: number }): Promise<RunRef[]>;
  /** Removes a project's rows; false when it is not the user's. Idempotent by `actionId` (F2). */
  removeProjectRows(input: {
    actionId: string;
    userId: string;
    projectId: string;
  }): Promise<boolean>;
}

export interface MaintenanceActivities {
  /**
   * Removes scratch folders that no run uses any more, and candidates that were not published and
   * images that were not fetched for a day (C4, E4); folders without a row, and files of assets
   * deleted 30 days ago (F2). Packs repositories.
   */
  collectGarbage(): Promise<{ candidates: number; images: number }>;
}

export interface RunAgentInput extends JobRef {
  attempt: number;
  spec: GenerationSpec;
  /** What it may cost; left out = as any run (J5). */
  budgetUsd?: number;
  /** The candidate that is to be mended, and of what (J2); left out by the first round. */
  repair?: AgentRepair;
}
export type RunAgentOutcome = (
  | {
      kind: 'candidate';
      revision: string;
      summary: string;
      suggestions: string[];
      usage: RunUsage | null;
      /** What the runner's check found doubtful, in words; left out when there is nothing (E2). */
      findings?: string[];
    }
  | { kind: 'answer'; message: string; suggestions: string[]; usage: RunUsage | null }
) & {
  /** Left out by older workers. */
  by?: RunBy;
  means?: RunMeans;
};

/**
 * What each backend can do with a user's files. Long work first; short work has a queue of its own
 * (G2).
 */
export interface AgentActivities {
  /** One attempt: scratch folder, model, checks, candidate commit. Heartbeats; cancellable. */
  runAgent(input: RunAgentInput): Promise<RunAgentOutcome>;
}
/** One numbered attempt at an action's work: with the action's id its number names a call (C1). */
export interface ActionAttempt extends ActionRef {
  attempt: number;
}
/** An image by the image model: a sprite without its background, or one for a phone's screen. */
export interface DrawImageInput extends ActionAttempt {
  op: 'sprite' | 'thumbnail';
  prompt: string;
}
export interface ImageActivities extends SpriteDrawingActivities {
  /**
   * Has it drawn once and keeps its bytes beside the user's files, under the action's id.
   * Heartbeats; cancellable.
   */
  drawImage(input: DrawImageInput): Promise<ImageMade>;
  /**
   * Cuts the subject out of the image that was sent for the action, by our own network; keeps it as
   * `drawImage` does.
   */
  removeBackground(input: ActionAttempt): Promise<ImageMade>;
}
/** What only waits, and needs the key of somebody else's service. */
export interface CutoutServiceActivities {
  /** As `removeBackground`, by that service. Heartbeats; cancellable. */
  removeBackgroundByService(input: ActionAttempt): Promise<ImageMade>;
}
/** What only this machine can do: it has a browser and the files. */
export interface ScreenshotActivities {
  /**
   * Shows the game of a revision for a moment and keeps what it looks like, as `drawImage` does.
   * Heartbeats; cancellable.
   */
  takeScreenshot(input: ActionRef & { projectId: string; revision: string }): Promise<ImageMade>;
}
/** A video: what the plan says, of one fixed version. */
export type RenderVideoStoryInput = RenderVideoInput & VideoPlan & { attempt: number };
export interface VideoActivities {
  /**
   * Records the game of the revision, renders its video and keeps it beside the repository; once,
   * whatever is killed (F4). Heartbeats; cancellable.
   */
  renderVideo(input: RenderVideoStoryInput): Promise<VideoMade>;
}
export interface FileActivities {
  /** Removes a project's files where this backend keeps them; nothing there is fine. */
  removeProjectFiles(input: { userId: string; projectId: string }): Promise<void>;
  /** Removes all files of a user where this backend keeps them; nothing there is fine. */
  removeUserFiles(input: { userId: string }): Promise<void>;
}

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

/** Keeping mirror and Volumes level, beside all jobs (E6). */
export interface ReplicationActivities {
  /**
   * Brings mirror and Volume of a project level, both ways, by bundles and by sha256; never
   * overwrites (E6).
   */
  replicateProject(input: ReplicateProjectInput): Promise<ReplicationReport>;
  /** Fetches the versions that the mirror lacks from the Volume (E7). */
  hydrateProject(input: { userId: string; projectId: string }): Promise<void>;
  /** A page of the projects of a round, by id. */
  listReplicationTargets(page: TargetPage): Promise<{ userId: string; projectId: string }[]>;
  /** Users on whose Volumes folders of removed projects may be left. */
  listUsersWithOrphans(): Promise<string[]>;
  /** Deletes candidates on the Volume that were not published within a day (E4). */
  pruneVolume(input: { userId: string; projectId: string }): Promise<{ removed: number }>;
  /** Removes folders on a user's Volume whose project is gone, and for more than a day. */
  removeOrphans(input: { userId: string; dryRun: boolean }): Promise<{ removed: number }>;
}

/** A game becomes public in steps that may each be repeated; the flip is the commit point. */
export interface PublishingActivities {
  /** Words for the publish page, by the model. */
  generatePublishInfo(input: GeneratePublishInfoInput): Promise<PublishInfo>;
  /**
   * Writes the files of the revision, with the libraries and the public assets that they use, as
   * the game's folder of that revision.
   */
  copyGame(input: PublishGameInput): Promise<{ contentHash: string; files: number }>;
  /** Fetches the copy at its public address and compares; `PublishCheckFailed`. */
  checkCopy(
    input: Pick<PublishGameInput, 'gameId' | 'revision'> & { contentHash: string },
  ): Promise<void>;
  /**
   * Puts the game's pointer on the copy and ends the action, in one; `RunCancelled` when that or
   * the project has ended.
   */
  activateRelease(input: PublishGameInput & { contentHash: string }): Promise<PublishedGame>;
  /** Takes the pointer away; nothing there is fine. */
  unpublishGame(input: UnpublishGameInput): Promise<void>;
  /** Removes every copy that the pointer does not name. */
  deleteStaleReleases(input: { gameId: string }): Promise<void>;
}

export interface CutoutActivities {
  /** Who cuts images out: the service whose key is configured, else our own network. */
  planCutout(): Promise<{ by: 'service' | 'network' }>;
}

export interface VideoPlan {
  title: string;
  story: VideoStory;
}
export interface VideoPlanActivities {
  /** What the video of a version says. */
  planVideo(input: RenderVideoInput): Promise<VideoPlan>;
}

export type SharedActivities = JobActivities &
  JudgeActivities &
  SpriteActivities &
  RestoreActivities &
  TuneActivities &
  DeleteActivities &
  AccountActivities &
  MaintenanceActivities &
  BackendActivities &
  ActionActivities &
  WatcherActivities &
  PublishingActivities &
  PushActivities &
  RemixActivities &
  RerunActivities &
  ThumbnailActivities &
  CutoutActivities &
  VideoPlanActivities;
