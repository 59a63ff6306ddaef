import { z } from 'zod';
import { GameAsset } from '../media/assets.js';
import { ImageInput } from '../media/images.js';
import { TapeSet } from '../game/tape.js';
import { PlayInput, PlayResult, SearchInput } from '../game/play.js';
import { RunnerEvent } from '../durable/stream.js';
import { Traceparent } from '../durable/traces.js';
import { VideoInput } from '../media/video.js';
import { AppError, ERROR_POLICY, type ErrorKind } from '../base/errors.js';
import { Uuid } from '../base/ids.js';

const Revision = z.string().regex(/^[0-9a-f]{40}$/);

/**
 * Environment names by which secrets and addresses reach the runner; never through its JSON input.
 */
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
  /** `play`: what that command needs is loaded and opened before the input comes. */
  loads: 'RUNNER_LOADS',
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

/** Largest image that a model is shown, as base64. */
export const SHEET_LIMIT = 2 * 1024 * 1024;

/** How much the model thinks. */
const Effort = z.enum(['low', 'medium', 'high']);
const SkillName = z.string().regex(/^[a-z0-9-]{1,40}$/);
const MAX_SKILLS = 12;

/** Means of a run, for the analysis of its result. */
export const RunMeans = z.object({
  /** Skills that it was offered, and those that the model has opened. */
  skills: z.array(z.string()),
  opened: z.array(z.string()),
  effort: Effort,
});
export type RunMeans = z.infer<typeof RunMeans>;

/** A text of the past of a game. */
const PastFile = z.object({ name: z.string().regex(/^[a-z-]+\.(html|md)$/), content: z.string() });
export type PastFile = z.infer<typeof PastFile>;

/** What the model is answered when it asks for a play. */
export const ToolContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
]);
export type ToolContent = z.infer<typeof ToolContent>;

/** One such answer; `gameTree` names the files as they were, `wasPlayed`: it counts as a play. */
export const ToolAnswer = z.object({
  gameTree: z.string(),
  wasPlayed: z.boolean(),
  content: z.array(ToolContent),
});
export type ToolAnswer = z.infer<typeof ToolAnswer>;

export const RunPlays = z.object({
  count: z.number().int().min(1).max(10),
  /** How long the run may take, milliseconds. */
  timeMs: z.number().int().positive(),
  /** Each play waits for the parent of the runner: others play there, too. */
  asksSlot: z.boolean(),
  /** Of the search in each play; 0 = none. */
  lives: z.number().int().min(0).max(20).default(0),
  /** What the game may load besides its own files and our libraries. */
  assets: z.array(GameAsset),
  /** Of the parent, which a change is held against (P4); null = none are kept. */
  tapes: TapeSet.nullable(),
  /** Answers of the run that is done once more, in their order (E9). */
  recorded: z.array(ToolAnswer).optional(),
});
export type RunPlays = z.infer<typeof RunPlays>;

/** One attempt to turn a request into a candidate. Relative paths start at the current folder. */
export const GenerateInput = z.object({
  command: z.literal('generate'),
  jobId: Uuid,
  attempt: z.number().int().min(1),
  callId: z.string(),
  /** This attempt's own folder, which it makes and removes (C4). */
  scratchDir: z.string(),
  parent: Revision.nullable(),
  /** The parent's parcel; null = there is no parent. */
  parcelFile: z.string().nullable(),
  /** 0 makes the game; later rounds mend what the play of `from` has found (J2). */
  round: z.number().int().min(0).default(0),
  /** The candidate that a repair starts from; its commit's parent is `parent` all the same (C4). */
  from: Revision.nullable().default(null),
  /** The parcel of `from`; null = the work starts from the parent. */
  fromParcelFile: z.string().nullable(),
  /** What an earlier attempt left, from where the model works on; what it changes is as ever. */
  left: Revision.nullable().default(null),
  leftParcelFile: z.string().nullable().default(null),
  /**
   * Where the version object goes that the run makes, and the one of what a run that failed had
   * made; both outside of `scratchDir`. The caller removes them.
   */
  objectFile: z.string(),
  failedFile: z.string(),
  prompt: z.string().min(1),
  /**
   * What the play of `from` has seen (J2), or the game that is changed looked like, shown to the
   * model beside the prompt: PNG or WebP, base64.
   */
  sheet: z.string().max(SHEET_LIMIT).optional(),
  systemPrompt: z.string(),
  /** Commit subject source and `.ai-context` text: what the user wrote. */
  userText: z.string(),
  /** Written into the work folder before the model starts (for example STYLE.md). */
  extraFiles: z.array(
    z.object({
      path: z.string(),
      content: z.string(),
      encoding: z.enum(['utf8', 'base64']).exactOptional(),
    }),
  ),
  /** Of earlier versions, beside the work folder: to be read, never part of a version. */
  past: z.array(PastFile).max(5).default([]),
  model: z.string(),
  /** What the model may play of its game while it writes (P6); left out = nothing. */
  plays: RunPlays.optional(),
  /** Of our plugin, those that the run is offered. */
  skills: z.array(SkillName).max(MAX_SKILLS).default([]),
  effort: Effort.default('medium'),
  limits: RunLimits,
  callbackUrl: z.string().nullable(),
  /** The same at one instance of the API, tried first, until it refuses or is gone (Q2). */
  listenerUrl: z.string().optional(),
  /** The span that the run is, for its posts to name. */
  traceparent: Traceparent.optional(),
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
  /** Its object lies in `objectFile`. */
  z.object({
    kind: z.literal('candidate'),
    revision: Revision,
    parent: Revision.nullable(),
    usage: RunUsage.nullable(),
    summary: z.string(),
    suggestions: z.array(z.string()),
    /** What the check found doubtful, in words; no reason to refuse (E2). */
    findings: z.array(z.string()).default([]),
    skippedEntries: z.array(z.string()),
    permissionDenials: z.number().int(),
    means: RunMeans.optional(),
    /** What a play of exactly these files in the run has seen (P6). */
    played: PlayResult.optional().catch(undefined),
  }),
  /** The model answered in words and changed nothing. */
  z.object({
    kind: z.literal('answer'),
    message: z.string(),
    suggestions: z.array(z.string()),
    usage: RunUsage.nullable(),
    means: RunMeans.optional(),
  }),
]);
export type GenerateResult = z.infer<typeof GenerateResult>;

/** Events that a run could not post by its end, in its result; unreadable ones are left out. */
export const WithUnsent = z.object({
  unsent: z
    .object({ fromSeq: z.number().int().min(1), events: z.array(RunnerEvent).max(100) })
    .optional()
    .catch(undefined),
});
export type WithUnsent = z.infer<typeof WithUnsent>;

export const RunnerFailure = z.object({
  kind: z.enum(Object.keys(ERROR_POLICY) as [ErrorKind, ...ErrorKind[]]),
  message: z.string(),
  retryAfterMs: z.number().int().nonnegative().optional(),
  /** Cost of the model by then, when it is known. */
  costUsd: z.number().nonnegative().optional(),
});
export type RunnerFailure = z.infer<typeof RunnerFailure>;

/** A failure of the runner as the error that it was there. */
export const failureOf = ({ kind, message, ...details }: RunnerFailure): AppError =>
  new AppError(kind, message, details);

const git = { command: z.literal('git'), repoDir: z.string() };

/** Work on the view of a project's versions as a git repository. */
export const GitInput = z.discriminatedUnion('op', [
  /**
   * Adds versions that lie one behind the other in `objectsFile`, oldest first. Then
   * `refs/heads/main` goes to the first of `line` where it stands at another one of it, or nowhere:
   * never back and never aside.
   */
  z.object({
    ...git,
    op: z.literal('apply'),
    /** Versions of the project, newest first; none = `main` stays. */
    line: z.array(Revision).max(100_000),
    versions: z.array(z.object({ revision: Revision, sizeBytes: z.number().int().positive() })),
    /** Null = there is nothing to add. */
    objectsFile: z.string().nullable().default(null),
  }),
  /**
   * Where `refs/heads/main` stands (null = nowhere, or no repository), and which of `revisions` are
   * there.
   */
  z.object({
    ...git,
    op: z.literal('state'),
    revisions: z.array(Revision).max(100_000).default([]),
  }),
  /** A version of an older release that is here only, with all that it follows, as a bundle. */
  z.object({ ...git, op: z.literal('bundle'), revision: Revision }),
]);
export type GitInput = z.infer<typeof GitInput>;

const files = { command: z.literal('files'), root: z.string() };

/**
 * Work on files inside one user's root; `path` is relative to it, the root to the current folder.
 */
export const FilesInput = z.discriminatedUnion('op', [
  z.object({ ...files, op: z.literal('list'), path: z.string().default('') }),
  z.object({
    ...files,
    op: z.literal('write'),
    path: z.string(),
    content: z.string(),
    encoding: z.enum(['utf8', 'base64']).default('utf8'),
  }),
  z.object({ ...files, op: z.literal('delete'), path: z.string() }),
]);
export type FilesInput = z.infer<typeof FilesInput>;

export const RunnerInput = z.union([
  GenerateInput,
  GitInput,
  FilesInput,
  ImageInput,
  VideoInput,
  PlayInput,
  SearchInput,
]);
export type RunnerInput = z.infer<typeof RunnerInput>;
