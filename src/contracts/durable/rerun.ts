import { z } from 'zod';
import type { ActionRef } from '../rows/actions.js';
import { PlannedAttachments } from '../media/assets.js';
import { GameBrief } from '../game/brief.js';
import { SelectedStyle } from '../wire/frames.js';
import { Dimension } from '../base/ids.js';
import { Language } from '../base/language.js';
import { PlayReport, PlaySummary, ScreenshotName } from '../game/play.js';
import { ProjectSpec } from '../rows/projects.js';

/** What a message asked for, as its job's run was given it. */
export const AskedGame = z.object({
  content: z.string(),
  selectedStyle: SelectedStyle.nullable(),
  autoFix: z.boolean(),
  skipStyleSelection: z.literal(true).optional().catch(undefined),
  disableSkills: z.literal(true).optional().catch(undefined),
  maxQueuedJobs: z.number(),
  jobTimeoutMs: z.number(),
  /** Whose message it was: that user's images go with it. */
  sentBy: z.string(),
});
export type AskedGame = z.infer<typeof AskedGame>;

/** Where a rerun may begin: what a job does before it is taken from the job that it repeats. */
export const RERUN_STEPS = ['plan', 'design', 'run', 'play', 'judge'] as const;
export type RerunStep = (typeof RERUN_STEPS)[number];

/** A generation as it is planned: small enough for the history. */
export const PlannedSpec = z.object({
  request: z.string(),
  dimension: Dimension.nullable(),
  styleId: z.string().nullable(),
  autoFix: z.boolean(),
  /** Head revision the work starts from; null for a project without a game. */
  parent: z.string().nullable(),
  language: Language.optional(),
  /** The request with what it points to written out; left out when it points to nothing. */
  meaning: z.string().optional(),
  /** The last chat lines before a change, oldest first, cut short. */
  lines: z.array(z.object({ role: z.string(), content: z.string() })).optional(),
  /** What is true of the game that is changed; left out where no version has written it down. */
  checks: z.array(z.string()).optional(),
  /** Names what the game that is changed looked like; left out where nothing has seen it. */
  screenshot: ScreenshotName.optional(),
  /** What a first game is to become; left out by older workers, and for a change. */
  brief: GameBrief.optional(),
  /** Fields of the project that the model is given (N3); left out by older workers. */
  ...ProjectSpec.partial().shape,
});
export type PlannedSpec = z.infer<typeof PlannedSpec>;

/** A game as a job has planned it, and designed it where `brief` is there. */
const TakenPlan = z.object({
  kind: z.literal('generate'),
  spec: PlannedSpec,
  hasDefaultName: z.boolean(),
  play: z
    .object({ parent: PlaySummary.nullable(), isSearched: z.literal(true).optional() })
    .optional(),
  design: z.enum(['model', 'rules']).optional(),
  drawsSprites: z.literal(true).optional(),
  attached: PlannedAttachments.optional(),
});

/** State of a job before a step, from its history; files go by their revision. */
export const TakenWork = z.object({
  plan: TakenPlan,
  /** `revision` null: its run failed; what that left is taken. */
  candidate: z
    .object({
      revision: z.string().nullable(),
      summary: z.string(),
      suggestions: z.array(z.string()),
    })
    .optional(),
  /** What the first play of the candidate found. */
  play: PlayReport.optional(),
});
export type TakenWork = z.infer<typeof TakenWork>;

/** The same in the copy of the project, as the new job begins with it. */
export interface TakenGame {
  plan: TakenWork['plan'];
  candidate?: NonNullable<TakenWork['candidate']> & { revision: string };
  play?: PlayReport;
}

/** An operator has a job done once more, in a project of the operator's own. */
export interface RerunJobInput extends ActionRef {
  projectId: null;
  /** The job that is done once more. */
  jobId: string;
  asked: AskedGame;
  /** Left out: it is done from its beginning. */
  taken?: TakenWork;
}

/** The copy that it is done in: its version (null = none) and its candidate, where one is taken. */
export interface RerunCopy {
  projectId: string;
  parent?: string | null;
  candidate?: string;
}

/** The job that does it, in a copy of the project; a row of `actions` keeps both (E9). */
export const JobRerun = z.object({
  rerunOf: z.string(),
  jobId: z.string(),
  projectId: z.string(),
});
export type JobRerun = z.infer<typeof JobRerun>;
