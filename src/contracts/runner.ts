import { z } from 'zod';
import { ERROR_POLICY, type ErrorKind } from './errors.js';
import { Uuid } from './primitives.js';

const Revision = z.string().regex(/^[0-9a-f]{40}$/);

/** Environment names by which secrets and addresses reach the runner; never through its JSON input. */
export const RUNNER_ENV = {
  modelKey: 'ANTHROPIC_API_KEY',
  modelBaseUrl: 'ANTHROPIC_BASE_URL',
  imageKey: 'GEMINI_API_KEY',
  imageBaseUrl: 'GEMINI_BASE_URL',
  /** File of the network for cut-outs. */
  cutoutModel: 'CUTOUT_MODEL_FILE',
  cutoutServiceToken: 'REPLICATE_API_TOKEN',
  cutoutServiceBaseUrl: 'REPLICATE_BASE_URL',
  /** hex of HMAC(master, callId): this call's own callback key. */
  callbackKey: 'CALLBACK_KEY',
} as const;

export const RunLimits = z.object({
  maxTurns: z.number().int().positive(),
  maxBudgetUsd: z.number().positive(),
  /** Until the first event. */
  startTimeoutMs: z.number().int().positive(),
  /** Between two events. */
  noProgressTimeoutMs: z.number().int().positive(),
  /** Patience with an unreachable callback at the end of the run. */
  callbackDrainMs: z.number().int().nonnegative(),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** Commits in a bundle file that the repository may lack; taken in before anything else and kept alive there (E6). */
export const IncomingBundle = z.object({ file: z.string(), want: Revision });
export type IncomingBundle = z.infer<typeof IncomingBundle>;

/** One attempt to turn a request into a candidate commit. */
export const GenerateInput = z.object({
  command: z.literal('generate'),
  jobId: Uuid,
  attempt: z.number().int().min(1),
  callId: z.string(),
  /** The project's bare repository and this attempt's own scratch folder (C4); relative paths start at the current folder. */
  repoDir: z.string(),
  scratchDir: z.string(),
  parent: Revision.nullable(),
  prompt: z.string().min(1),
  systemPrompt: z.string(),
  /** Commit subject source and `.ai-context` text: what the user wrote. */
  userText: z.string(),
  /** Written into the work folder before the model starts (for example STYLE.md). */
  extraFiles: z.array(z.object({ path: z.string(), content: z.string() })),
  model: z.string(),
  limits: RunLimits,
  callbackUrl: z.string().nullable(),
  /** Have the result carry a git bundle `parent..revision` (path), for a store elsewhere. */
  wantBundle: z.boolean(),
  incoming: IncomingBundle.optional(),
});
export type GenerateInput = z.infer<typeof GenerateInput>;

export const RunUsage = z.object({
  costUsd: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  turns: z.number(),
  durationMs: z.number(),
});
export type RunUsage = z.infer<typeof RunUsage>;

export const GenerateResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('candidate'),
    revision: Revision,
    parent: Revision.nullable(),
    usage: RunUsage.nullable(),
    summary: z.string(),
    suggestions: z.array(z.string()),
    skippedEntries: z.array(z.string()),
    permissionDenials: z.number().int(),
    bundlePath: z.string().nullable(),
  }),
  /** The model answered in words and changed nothing. */
  z.object({
    kind: z.literal('answer'),
    message: z.string(),
    suggestions: z.array(z.string()),
    usage: RunUsage.nullable(),
  }),
]);
export type GenerateResult = z.infer<typeof GenerateResult>;

export const RunnerFailure = z.object({
  kind: z.enum(Object.keys(ERROR_POLICY) as [ErrorKind, ...ErrorKind[]]),
  message: z.string(),
  retryAfterMs: z.number().int().nonnegative().optional(),
  /** What the model had cost by then, when it could still say so. */
  costUsd: z.number().nonnegative().optional(),
});
export type RunnerFailure = z.infer<typeof RunnerFailure>;
