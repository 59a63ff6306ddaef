import { z } from 'zod';

/** Names of the trailers by which the candidate of a job is known (C4). */
export const CANDIDATE_TRAILERS = {
  job: 'Job-Id',
  round: 'Round',
  /** The candidate that a repair started from. */
  from: 'From',
  usage: 'Run-Usage',
} as const;

/** Trailers of what a failed attempt left (E4). */
export const FAILED_TRAILERS = { attempt: 'Attempt', kind: 'Failure', check: 'Check' } as const;
/** Value of `check` where the page passes the check of candidates all the same. */
export const PASSES = 'passes';

/** What is read again of V2's notes about a version. */
export const CandidateContext = z.object({
  aiSummary: z.string().default(''),
  suggestions: z.array(z.string()).default([]),
  findings: z.array(z.string()).default([]),
});
