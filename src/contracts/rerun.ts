import { z } from 'zod';
import type { ActionRef } from './actions.js';
import { SelectedStyle } from './frames.js';

/** What a message asked for, as its job's run was given it. */
export const AskedGame = z.object({
  content: z.string(),
  selectedStyle: SelectedStyle.nullable(),
  autoFix: z.boolean(),
  maxQueuedJobs: z.number(),
  jobTimeoutMs: z.number(),
});
export type AskedGame = z.infer<typeof AskedGame>;

/** An operator has a job done once more, in a project of the operator's own. */
export interface RerunJobInput extends ActionRef {
  projectId: null;
  /** The job that is done once more. */
  jobId: string;
  asked: AskedGame;
}

/** The job that does it, in a copy of the project; a row of `actions` keeps both (E9). */
export const JobRerun = z.object({
  rerunOf: z.string(),
  jobId: z.string(),
  projectId: z.string(),
});
export type JobRerun = z.infer<typeof JobRerun>;
