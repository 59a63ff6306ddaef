import { z } from 'zod';
import { Dimension, storable } from './ids.js';
import { Cursor } from './stream.js';
import { CODED_MESSAGES, type CodedErrorCode } from './errors.js';
import { Visibility } from './publishing.js';
import { Edit, Version, VersionMark } from './versions.js';
import { JobEnding, JobResult, JobRow } from './rows.js';
import { STEPS } from './steps.js';

/**
 * Client → server frames (websocket.md §3). Fields are as lenient as V2 was: the order of checks
 * and their literals belong to the handlers, so ids and names stay `unknown`-tolerant here and
 * unknown fields pass.
 */
const loose = z.unknown().optional();

const DebugOptions = z.looseObject({
  disableSkills: z.boolean().optional(),
  useClaude: z.boolean().optional(),
});

/** Where a socket wants a job's stream to go on (D3). */
export const Since = Cursor.extend({ jobId: z.string() });
export type Since = z.infer<typeof Since>;

export const SelectedStyle = z.looseObject({
  dimension: Dimension.catch('2d'),
  styleId: z.string().transform(storable),
});
export type SelectedStyle = z.infer<typeof SelectedStyle>;

/** Longest accepted chat message, characters; frames over 64 KiB never reach a schema. */
const MAX_CONTENT_CHARS = 20_000;

export const MessageFrame = z.looseObject({
  type: z.literal('message'),
  content: z.string().transform(storable).pipe(z.string().trim().min(1).max(MAX_CONTENT_CHARS)),
  debugOptions: DebugOptions.optional().catch(undefined),
  autoFix: z.boolean().optional().catch(undefined),
  skipStyleSelection: z.boolean().optional().catch(undefined),
  selectedStyle: SelectedStyle.optional().catch(undefined),
  /** Additive (A3): the client's own id of this message, a UUID; anything else counts as absent. */
  messageId: z.uuid().optional().catch(undefined),
});
export type MessageFrame = z.infer<typeof MessageFrame>;

/** Most projects of one page. */
const PageSize = z.number().int().min(1).max(100);

export const ProjectFilter = z.enum(['all', 'public', 'draft']);
export type ProjectFilter = z.infer<typeof ProjectFilter>;

export const CLIENT_FRAMES = {
  init: z.looseObject({
    type: z.literal('init'),
    access_token: loose,
    sessionId: loose,
    /** Additive: lists in replies are the first so many projects; without it, all of them. */
    limit: PageSize.optional().catch(undefined),
  }),
  ping: z.looseObject({ type: z.literal('ping') }),
  selectProject: z.looseObject({
    type: z.literal('selectProject'),
    projectId: loose,
    since: Since.optional().catch(undefined),
    /** Additive (K1): this socket wants to hear what others do in the project. */
    follow: z.boolean().optional().catch(undefined),
  }),
  /** Additive: chat lines before those of `projectSelected`, or of the page before. */
  getHistory: z.looseObject({ type: z.literal('getHistory'), projectId: loose, before: loose }),
  listProjects: z.looseObject({
    type: z.literal('listProjects'),
    limit: PageSize.optional().catch(undefined),
    after: z.string().optional().catch(undefined),
    filter: ProjectFilter.catch('all'),
    query: z.string().max(200).catch(''),
  }),
  createProject: z.looseObject({
    type: z.literal('createProject'),
    name: loose,
    /** Additive: a project of this name in which nothing has happened yet is as good. */
    reuseEmpty: z.boolean().optional().catch(undefined),
  }),
  deleteProject: z.looseObject({ type: z.literal('deleteProject'), projectId: loose }),
  renameProject: z.looseObject({ type: z.literal('renameProject'), projectId: loose, name: loose }),
  getProjectInfo: z.looseObject({ type: z.literal('getProjectInfo'), projectId: loose }),
  message: z.looseObject({ type: z.literal('message') }),
  getJobStatus: z.looseObject({ type: z.literal('getJobStatus'), jobId: loose }),
  subscribeJob: z.looseObject({
    type: z.literal('subscribeJob'),
    jobId: loose,
    since: Since.optional().catch(undefined),
  }),
  getVersions: z.looseObject({
    type: z.literal('getVersions'),
    projectId: loose,
    before: z.number().int().positive().optional().catch(undefined),
    /** Additive: of the bookmarked ones alone. */
    bookmarkedOnly: z.boolean().optional().catch(undefined),
  }),
  /** Additive: what is absent stays as it is; an empty name is none. */
  markVersion: z.looseObject({
    type: z.literal('markVersion'),
    projectId: loose,
    versionId: loose,
    name: z.string().optional(),
    isBookmarked: z.boolean().optional(),
  }),
  getVersionEdits: z.looseObject({
    type: z.literal('getVersionEdits'),
    projectId: loose,
    versionHash: loose,
    /** Additive: another version; the answer is what differs from it. */
    since: z.string().optional().catch(undefined),
  }),
  restoreVersion: z.looseObject({
    type: z.literal('restoreVersion'),
    projectId: loose,
    versionId: loose,
    messageId: z.uuid().optional().catch(undefined),
  }),
  cancel: z.looseObject({ type: z.literal('cancel'), jobId: loose }),
} as const;

export type ClientFrameType = keyof typeof CLIENT_FRAMES;
export type ClientFrame<T extends ClientFrameType = ClientFrameType> = z.infer<
  (typeof CLIENT_FRAMES)[T]
>;

/** True when `type` names a frame a client may send. */
export function isClientFrameType(type: unknown): type is ClientFrameType {
  return typeof type === 'string' && Object.hasOwn(CLIENT_FRAMES, type);
}

export const StyleOption = z.object({
  id: z.string(),
  name: z.string(),
  imageUrl: z.string().nullable(),
});
export type StyleOption = z.infer<typeof StyleOption>;

/** The last unanswered question of a project, kept in `projects.pending_question` (A2). */
export const PendingQuestion = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('dimension'),
    message: z.string(),
    suggestions: z.array(z.string()),
    request: z.string(),
  }),
  z.object({
    type: z.literal('style'),
    dimension: Dimension,
    styles: z.array(StyleOption),
    originalMessage: z.string(),
    /** The request that the dimension answer belongs to, when there was one. */
    request: z.string().optional(),
  }),
  z.object({
    type: z.literal('restore'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
  }),
]);
export type PendingQuestion = z.infer<typeof PendingQuestion>;

/**
 * Server → client frames and their objects (websocket.md §4, §6) with the additive fields of D3.
 */
export const ProjectSummary = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  isPublic: z.boolean(),
  remixedFrom: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Additive, in pages only: who may play it, and whether that is the newest version. */
  publication: z
    .object({
      visibility: Visibility,
      isNewest: z.boolean(),
      /** An operator took it down: nobody plays it. */
      isTakenDown: z.boolean().optional(),
    })
    .nullable()
    .optional(),
  /** Additive, in pages only: what the newest version looks like; null = nobody has seen it. */
  screenshotUrl: z.string().nullable().optional(),
});
export type ProjectSummary = z.infer<typeof ProjectSummary>;

export const ProjectBrief = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ProjectBrief = z.infer<typeof ProjectBrief>;

const Params = z.record(z.string(), z.string());
/**
 * Additive beside a text: which sentence of the server it is (contracts/sentences), or which of its
 * paragraphs are.
 */
const code = {
  code: z.string().optional(),
  params: Params.optional(),
  notes: z.array(z.object({ text: z.string(), code: z.string(), params: Params })).optional(),
};

export const HistoryItem = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  timestamp: z.string(),
  ...code,
});
export type HistoryItem = z.infer<typeof HistoryItem>;

/** A page of the list; `after: next` asks for the one behind it. */
export const ProjectPage = z.object({
  projects: z.array(ProjectSummary),
  next: z.string().nullable(),
  /** Of all projects, whatever the page shows. */
  counts: z.object({ all: z.number().int(), public: z.number().int() }),
});
export type ProjectPage = z.infer<typeof ProjectPage>;

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
  frame('init', {
    userId: z.string(),
    projects: z.array(ProjectSummary),
    /** Additive, with `init{limit}`. */
    next: ProjectPage.shape.next.optional(),
    counts: ProjectPage.shape.counts.optional(),
  }),
  frame('projectList', {
    ...ProjectPage.shape,
    filter: ProjectFilter,
    query: z.string(),
    after: z.string().nullable(),
  }),
  frame('projectSelected', {
    projectId: z.string(),
    history: z.array(HistoryItem),
    /** Additive: there are older lines; `before` of `getHistory`. */
    earlier: z.string().optional(),
    versions: z.array(Version),
    activeJob: job,
    pendingQuestion: PendingQuestion.nullable(),
    /** Additive, with `follow`: what a page of the list may not have told. */
    project: ProjectBrief.optional(),
    /** Additive: the newest message came to nothing, and nothing was said since. */
    lastFailure: z
      .object({
        jobId: z.string(),
        error: z.string(),
        content: z.string(),
        code: z.string().optional(),
      })
      .optional(),
  }),
  frame('historyPage', {
    projectId: z.string(),
    history: z.array(HistoryItem),
    earlier: z.string().nullable(),
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
    /** Additive (K3): begun elsewhere; not the answer to a message of this socket. */
    followed: z.boolean().optional(),
  }),
  frame('started', { job, ...place }),
  frame('progress', {
    job,
    progress: z.number().int(),
    message: z.string().nullable(),
    /** Additive: the step that it is about; absent when it tells of none. */
    step: z.enum(STEPS).optional(),
    ...code,
    ...place,
  }),
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
  frame('completed', { job, result: JobResult, ...JobEnding.shape, ...code, ...place }),
  frame('failed', { job, error: z.string(), code: z.string().optional(), ...place }),
  frame('cancelled', { job: job.optional(), message: z.string().optional(), ...place }),
  frame('gameUpdated', { userId: z.string(), projectId: z.string() }),
  frame('jobStatus', { job }),
  frame('subscribed', { jobId: z.string() }),
  frame('versionsList', { projectId: z.string(), versions: z.array(Version) }),
  frame('versionEdits', {
    projectId: z.string(),
    versionHash: z.string(),
    /** Additive: as it was asked for. */
    since: z.string().optional(),
    edits: z.array(Edit),
    summary: z.string(),
  }),
  frame('versionRestored', {
    projectId: z.string(),
    versionId: z.string(),
    /** Additive (K3): the restore was asked for elsewhere. */
    jobId: z.string().optional(),
  }),
  /** Additive: `versionId` as it was asked for; whoever follows (K1) is told the whole one. */
  frame('versionMarked', {
    projectId: z.string(),
    versionId: z.string(),
    ...VersionMark.shape,
  }),
  /** Additive (K1): settings of the game were saved as a version; `jobId` is the action's. */
  frame('versionTuned', { projectId: z.string(), versionId: z.string(), jobId: z.string() }),
  frame('chatLine', { projectId: z.string(), ...HistoryItem.shape }),
  frame('publicationChanged', { projectId: z.string() }),
  frame('error', {
    message: z.string(),
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        /** Additive: which limit was reached (contracts/limits), and when to come back. */
        limit: z.string().optional(),
        retryAfterS: z.number().int().optional(),
      })
      .optional(),
  }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/**
 * The coded error frame in both shapes at once, so that V2's client shows it too (websocket.md §5,
 * §14 #1).
 */
export function codedError(
  code: CodedErrorCode,
  message: string = CODED_MESSAGES[code],
  limit: { readonly limit: string; readonly retryAfterS: number } | Record<string, never> = {},
): ServerFrame {
  return { type: 'error', message, error: { code, message, ...limit } };
}
