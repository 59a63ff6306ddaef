import { z } from 'zod';
import { Dimension, storable } from '../base/ids.js';
import { Look, StyleOption } from '../game/look.js';
import { SketchWords } from '../game/sketch.js';
import { Cursor } from '../durable/stream.js';
import { CODED_MESSAGES, type CodedErrorCode } from '../base/errors.js';
import { ListedProject, ProjectBrief } from '../rows/projects.js';
import { Visibility } from '../media/publishing.js';
import { Edit, Version, VersionMark } from '../rows/versions.js';
import { JobEnding, JobResult, JobRow } from '../rows/rows.js';
import { STEPS } from '../messages/steps.js';

/** Where a socket wants a job's stream to go on (D3). */
export const Since = Cursor.extend({ jobId: z.string() });
export type Since = z.infer<typeof Since>;

/** Its other fields are not carried on. */
export const SelectedStyle = z.object({
  dimension: Dimension.catch('2d'),
  styleId: z.string().transform(storable),
});
export type SelectedStyle = z.infer<typeof SelectedStyle>;

export const ProjectFilter = z.enum(['all', 'public', 'draft']);
export type ProjectFilter = z.infer<typeof ProjectFilter>;

/**
 * The last unanswered question of a project, kept in `projects.pending_question` (A2); `look` is
 * open to the end: what was chosen unasked may be changed.
 */
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
  z.object({
    type: z.literal('look'),
    ...Look.shape,
    /** What the game was asked for with. */
    request: z.string(),
  }),
]);
export type PendingQuestion = z.infer<typeof PendingQuestion>;

/**
 * Server → client frames and their objects (websocket.md §4, §6) with the additive fields of D3.
 */
export const ProjectSummary = ListedProject.extend({
  description: z.string(),
  isPublic: z.boolean(),
  /** Additive, in pages only: who may play it, and whether that is the newest version. */
  publication: z
    .object({
      visibility: Visibility,
      isNewest: z.boolean(),
      /** An operator took it down: it is not served. */
      isTakenDown: z.boolean().optional(),
    })
    .nullable()
    .optional(),
  /** Additive, in pages only: its thumbnail, else its newest version's screenshot; null = none. */
  imageUrl: z.string().nullable().optional(),
});
export type ProjectSummary = z.infer<typeof ProjectSummary>;

/** Additive beside a text: its code (N1); absent for text of a person or a model. */
const code = {
  code: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
};

export const HistoryItem = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.string(),
  timestamp: z.string(),
  ...code,
  /** Additive, in `projectSelected`: its job failed, and lines have followed. */
  failure: z.object({ error: z.string(), ...code }).optional(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;

/** A message that waits for its job; the first 500 characters of it. */
export const QueuedLine = z.object({ jobId: z.string(), content: z.string() });
export type QueuedLine = z.infer<typeof QueuedLine>;

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
/** `words`: its sentence in docs/api; "Answer to `x`" names the frame that it answers. */
const frame = <T extends string, S extends z.ZodRawShape>(type: T, words: string, shape: S) =>
  z.object({ type: z.literal(type), ...shape }).describe(words);

export const ServerFrame = z.union([
  frame('pong', 'Answer to `ping`.', {}),
  frame('init', 'The socket is signed in.', {
    userId: z.string(),
    projects: z.array(ProjectSummary),
    /** Additive, with `init{limit}`. */
    next: ProjectPage.shape.next.optional(),
    counts: ProjectPage.shape.counts.optional(),
  }),
  frame('projectList', 'Answer to `listProjects`.', {
    ...ProjectPage.shape,
    filter: ProjectFilter,
    query: z.string(),
    after: z.string().nullable(),
  }),
  frame(
    'projectSelected',
    'Answer to `selectProject`; frames of the job that runs follow. `history`: at most 50 lines, ' +
      '200,000 characters together; `earlier`, where older ones begin.',
    {
      projectId: z.string(),
      history: z.array(HistoryItem),
      /** Additive: there are older lines; `before` of `getHistory`. */
      earlier: z.string().optional(),
      versions: z.array(Version),
      activeJob: job,
      pendingQuestion: PendingQuestion.nullable(),
      /**
       * Additive, with `follow`: the project, which may be missing in the loaded pages of the list.
       */
      project: ProjectBrief.optional(),
      /** Additive, with `follow`: messages that wait (Q3), the next one first. */
      queue: z.array(QueuedLine).optional(),
      /** Additive, with `follow`: of the newest job, where it made a version. */
      lastEnding: JobEnding.optional(),
      /** Additive: the newest message failed, and no message followed. */
      lastFailure: z
        .object({
          jobId: z.string(),
          error: z.string(),
          content: z.string(),
          ...code,
        })
        .optional(),
    },
  ),
  frame(
    'historyPage',
    'Answer to `getHistory`, oldest line first; `earlier` null: there are no more.',
    {
      projectId: z.string(),
      history: z.array(HistoryItem),
      earlier: z.string().nullable(),
    },
  ),
  frame('projectCreated', 'Answer to `createProject`.', {
    project: ProjectBrief,
    projects: z.array(ProjectSummary),
  }),
  frame('projectDeleted', 'Answer to `deleteProject`; to a follower also after another client’s.', {
    projectId: z.string(),
    projects: z.array(ProjectSummary),
  }),
  frame('projectRenamed', 'Answer to `renameProject`; also a job that found a name for its game.', {
    project: ProjectBrief.nullable(),
    projects: z.array(ProjectSummary).optional(),
    ...place,
  }),
  frame('projectInfo', 'Answer to `getProjectInfo`.', { project: ProjectBrief }),
  frame('styleOptions', 'Asks which style a new game shall have; nothing was started.', {
    dimension: Dimension,
    styles: z.array(StyleOption),
    originalMessage: z.string(),
  }),
  frame(
    'jobStarted',
    'The message is accepted: from here on it ends in a version or in a reported failure. ' +
      '`followed`: it was sent elsewhere. `queued: true`, to `message{queue}`: it waits behind ' +
      '`job`, at `place`, and becomes the job `jobId`.',
    {
      job: JobRow,
      isExisting: z.boolean(),
      queued: z.boolean().optional(),
      /** Additive (Q3), with `queued: true`: 1 = it is the next one of its project. */
      place: z.number().int().optional(),
      jobId: z.string(),
      /** Additive (K3): begun elsewhere; not the answer to a message of this socket. */
      followed: z.boolean().optional(),
    },
  ),
  frame('started', 'The job has its slot.', { job, ...place }),
  frame('progress', 'How far the job is; also its place in the queue.', {
    job,
    progress: z.number().int(),
    message: z.string().nullable(),
    /** Additive: the step that it is about; absent when it names none. */
    step: z.enum(STEPS).optional(),
    /** Additive, with `skipStyleSelection`: what the plan has chosen. */
    look: Look.optional(),
    /** Additive: what the game that is played just now looks like, for its owner. */
    trialUrl: z.string().optional(),
    ...code,
    ...place,
  }),
  frame('stream', 'Text as it is written; of attempt 0: what a first game is to become.', {
    content: z.string(),
    /** Additive, of attempt 0: what a sketch takes over from the design; text of a model. */
    sketch: SketchWords.optional(),
    ...place,
  }),
  frame('streamReset', 'A new attempt begins: forget the text so far.', {
    jobId: z.string(),
    attempt: z.number().int(),
  }),
  frame('fileEdit', 'A file is being written, or was.', {
    filename: z.string(),
    status: z.enum(['editing', 'completed']),
    ...place,
  }),
  frame('geminiCode', 'What the job made or changed.', {
    mode: z.enum(['create', 'edit']),
    files: z.array(z.object({ path: z.string(), content: z.string() })).optional(),
    edits: z
      .array(z.object({ path: z.string(), old_string: z.string(), new_string: z.string() }))
      .optional(),
    summary: z.string().optional(),
    suggestions: z.array(z.string()),
    ...place,
  }),
  frame('geminiChat', 'An answer in words.', {
    mode: z.literal('chat'),
    message: z.string(),
    suggestions: z.array(z.string()),
    ...place,
  }),
  frame('geminiRestore', 'Proposes to go back to an older version.', {
    mode: z.literal('restore'),
    message: z.string(),
    confirmLabel: z.string(),
    cancelLabel: z.string(),
    ...place,
  }),
  frame('completed', 'The job ended well.', {
    job,
    result: JobResult,
    ...JobEnding.shape,
    ...code,
    ...place,
  }),
  frame('failed', 'The job ended with a failure.', {
    job,
    error: z.string(),
    ...code,
    ...place,
  }),
  frame('cancelled', 'The job was stopped; without `job` the answer to `cancel`.', {
    job: job.optional(),
    message: z.string().optional(),
    ...place,
  }),
  frame('gameUpdated', 'There is a new version: load the game again.', {
    userId: z.string(),
    projectId: z.string(),
  }),
  frame('jobStatus', 'Answer to `getJobStatus`.', { job }),
  frame('subscribed', 'Answer to `subscribeJob`.', { jobId: z.string() }),
  frame('versionsList', 'Answer to `getVersions`.', {
    projectId: z.string(),
    versions: z.array(Version),
  }),
  frame('versionEdits', 'Answer to `getVersionEdits`.', {
    projectId: z.string(),
    versionHash: z.string(),
    /** Additive: as it was asked for. */
    since: z.string().optional(),
    edits: z.array(Edit),
    summary: z.string(),
  }),
  frame(
    'versionRestored',
    'Answer to `restoreVersion`; with `jobId` another client went back (`follow`).',
    {
      projectId: z.string(),
      versionId: z.string(),
      /** Additive (K3): the restore was asked for elsewhere. */
      jobId: z.string().optional(),
    },
  ),
  /** Additive: `versionId` as it was requested; followers (K1) get the whole one. */
  frame(
    'versionMarked',
    'Answer to `markVersion`; to a follower after another client’s (`follow`).',
    {
      projectId: z.string(),
      versionId: z.string(),
      ...VersionMark.shape,
    },
  ),
  /** Additive (K1): settings of the game were saved as a version; `jobId` is the action's. */
  frame(
    'versionTuned',
    'Settings were saved as a version, by the caller that names the action `jobId` (`follow`).',
    { projectId: z.string(), versionId: z.string(), jobId: z.string() },
  ),
  frame('queueChanged', 'The messages that wait are these now, the next one first (`follow`).', {
    projectId: z.string(),
    queue: z.array(QueuedLine),
  }),
  frame('chatLine', 'A line of the chat that was written elsewhere (`follow`).', {
    projectId: z.string(),
    ...HistoryItem.shape,
  }),
  frame(
    'publicationChanged',
    'What is out of the project is another version, or nothing (`follow`).',
    { projectId: z.string() },
  ),
  frame(
    'error',
    'The frame before was refused; the socket stays open. `error` is there when a code says more.',
    {
      message: z.string(),
      error: z
        .object({
          code: z.string(),
          message: z.string(),
          /** Additive: which limit was reached (contracts/base/limits), and when to come back. */
          limit: z.string().optional(),
          retryAfterS: z.number().int().optional(),
        })
        .optional(),
    },
  ),
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
