import { z } from 'zod';
import { CODED_MESSAGES, type CodedErrorCode } from './errors.js';
import { Dimension } from './primitives.js';
import { PendingQuestion, StyleOption } from './questions.js';
import { JobResult, JobRow } from './rows.js';

/** Server → client frames and their objects (websocket.md §4, §6) with the additive fields of D3. */
export const ProjectSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  isPublic: z.boolean(),
  remixedFrom: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ProjectSummary = z.infer<typeof ProjectSummary>;

export const ProjectBrief = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ProjectBrief = z.infer<typeof ProjectBrief>;

export const HistoryItem = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  timestamp: z.string(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;

export const Version = z.object({
  id: z.string(),
  number: z.number().int(),
  message: z.string(),
  timestamp: z.string(),
  hash: z.string(),
  /** Additive: position in the project's line of revisions, and whether its files are the current ones. */
  ordinal: z.number().int(),
  current: z.boolean(),
});
export type Version = z.infer<typeof Version>;

export const Edit = z.union([
  z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }),
  z.object({ diff: z.string() }),
]);
export type Edit = z.infer<typeof Edit>;

/** Additive place of a job frame in its stream; absent on frames that are not of the stream. */
const place = {
  jobId: z.string().optional(),
  attempt: z.number().int().optional(),
  seq: z.number().int().optional(),
};
const job = JobRow.nullable();
const frame = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape });

export const ServerFrame = z.union([
  frame('pong', {}),
  frame('init', { userId: z.string(), projects: z.array(ProjectSummary) }),
  frame('projectSelected', {
    projectId: z.string(),
    history: z.array(HistoryItem),
    versions: z.array(Version),
    activeJob: job,
    pendingQuestion: PendingQuestion.nullable(),
  }),
  frame('projectCreated', { project: ProjectBrief, projects: z.array(ProjectSummary) }),
  frame('projectDeleted', { projectId: z.string(), projects: z.array(ProjectSummary) }),
  frame('projectRenamed', {
    project: ProjectBrief.nullable(),
    projects: z.array(ProjectSummary).optional(),
    ...place,
  }),
  frame('projectInfo', { project: ProjectBrief }),
  frame('styleOptions', {
    dimension: Dimension,
    styles: z.array(StyleOption),
    originalMessage: z.string(),
  }),
  frame('jobStarted', {
    job: JobRow,
    isExisting: z.boolean(),
    queued: z.boolean().optional(),
    jobId: z.string(),
  }),
  frame('started', { job, ...place }),
  frame('progress', { job, progress: z.number().int(), message: z.string().nullable(), ...place }),
  frame('stream', { content: z.string(), ...place }),
  frame('streamReset', { jobId: z.string(), attempt: z.number().int() }),
  frame('fileEdit', { filename: z.string(), status: z.enum(['editing', 'completed']), ...place }),
  frame('geminiCode', {
    mode: z.enum(['create', 'edit']),
    files: z.array(z.object({ path: z.string(), content: z.string() })).optional(),
    edits: z
      .array(z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }))
      .optional(),
    summary: z.string().optional(),
    suggestions: z.array(z.string()),
    ...place,
  }),
  frame('geminiChat', {
    mode: z.literal('chat'),
    message: z.string(),
    suggestions: z.array(z.string()),
    ...place,
  }),
  frame('geminiRestore', {
    mode: z.literal('restore'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
    ...place,
  }),
  frame('completed', { job, result: JobResult, ...place }),
  frame('failed', { job, error: z.string(), code: z.string().optional(), ...place }),
  frame('cancelled', { job: job.optional(), message: z.string().optional(), ...place }),
  frame('gameUpdated', { userId: z.string(), projectId: z.string() }),
  frame('jobStatus', { job }),
  frame('subscribed', { jobId: z.string() }),
  frame('versionsList', { projectId: z.string(), versions: z.array(Version) }),
  frame('versionEdits', {
    projectId: z.string(),
    versionHash: z.string(),
    edits: z.array(Edit),
    summary: z.string(),
  }),
  frame('versionRestored', { projectId: z.string(), versionId: z.string() }),
  frame('error', {
    message: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/** The coded error frame in both shapes at once, so that V2's client shows it too (websocket.md §5, §14 #1). */
export function codedError(
  code: CodedErrorCode,
  message: string = CODED_MESSAGES[code],
): ServerFrame {
  return { type: 'error', message, error: { code, message } };
}
