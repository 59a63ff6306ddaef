import { z } from 'zod';
import { AUTH_AWAY, CODED_MESSAGES } from '../base/errors.js';
import { ProjectFilter, SelectedStyle, Since } from './frames.js';
import { storable, VERSION_ID_PATTERN } from '../base/ids.js';
import type { LimitClass } from '../base/limits.js';
import { ProjectEdits } from '../rows/projects.js';
import { VersionName } from '../rows/versions.js';
import { MAX_MESSAGE_CHARS } from './sizes.js';

/** V2's literal for a frame that cannot be read and for any failure without one of its own (§3). */
export const ANY_FAILURE = 'Invalid message format';

/**
 * Who may send a frame, and what it is about: any socket, one that is signed in, one with a
 * selected project, the owner of the frame's project or job. `refused`: the literal for a socket
 * that is not signed in or has selected nothing. `invalid`: the literal for wrong fields.
 */
type Guard = { readonly invalid: string } & (
  | { readonly name: 'open'; readonly refused?: never }
  | { readonly name: 'user' | 'selected' | 'project' | 'job'; readonly refused: string }
);
const guard = <N extends Exclude<Guard['name'], 'open'>>(
  name: N,
  refused: string,
  invalid = ANY_FAILURE,
) => ({ name, refused, invalid });

/**
 * Every frame counts for RATE_LIMIT_FRAMES_PER_MIN, and for this class: `sessions` once the token
 * is verified, `ai` once all checks have passed, the others before any check.
 */
type Limit = LimitClass | 'frames';

interface RowOptions {
  /** The literal while the database or Temporal is unavailable; without it ANY_FAILURE. */
  readonly failure?: string;
  /** It begins or ends work: a trace starts with it. */
  readonly isTraced?: true;
}

/**
 * One frame of a client (N2). It is answered in this order: the limit counts it, the guard admits
 * it, the schema parses it, the guard finds its project or job, the handler runs; the first refusal
 * is the answer.
 */
export interface FrameRow extends RowOptions {
  readonly guard: Guard;
  readonly limit: Limit;
  /** Its sentence in docs/api. */
  readonly words: string;
  /** A field with a literal of its own is answered with that. */
  readonly schema: z.ZodObject;
}
const row = <G extends Guard, S extends z.ZodObject, const O extends RowOptions>(
  ...[of, limit, words, schema, options]: [G, Limit, string, S, O?]
) => ({ guard: of, limit, words, schema, ...(options as O) });

const OPEN = { name: 'open', invalid: ANY_FAILURE } as const;
const USER = guard('user', 'Not initialized');
const JOB = ['Not authenticated', 'Job ID required'] as const;
const PROJECT = guard('project', 'Invalid request', 'Invalid request');

const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
/** An id as V2 takes it: falsy is wrong, anything else that is no string is an unknown id. */
const sent = z.unknown().meta({ type: 'string' });
const Id = sent.refine(Boolean).transform((id) => (typeof id === 'string' ? id : ''));
const VERSION_FORMAT = 'Invalid version ID format';
const VersionId = z.string(VERSION_FORMAT).regex(VERSION_ID_PATTERN, VERSION_FORMAT);
/** Projects of one page, 1–100. */
const PageSize = optional(z.number().int().min(1).max(100));
const flag = optional(z.boolean());
const ofProject = z.object({ projectId: Id });
const ofJob = z.object({ jobId: Id });

const Message = z.object({
  /** At most 20,000 characters; frames over 64 KiB never reach a schema. */
  content: z.string().transform(storable).pipe(z.string().trim().min(1).max(MAX_MESSAGE_CHARS)),
  debugOptions: optional(z.object({ disableSkills: flag, useClaude: flag })),
  autoFix: flag,
  skipStyleSelection: flag,
  selectedStyle: optional(SelectedStyle),
  /** Additive (A3): the client's own id of this message; anything but a UUID counts as absent. */
  messageId: optional(z.uuid()),
  /** Additive (Q3): the client shows queues; what cannot begin yet waits, with its place. */
  queue: flag,
});

/** Every frame of a client, with V2's literals (websocket.md §3). Unknown fields are ignored. */
export const CLIENT_FRAMES = {
  init: row(
    OPEN,
    'sessions',
    'Signs in; the first frame of every socket. A second one binds the socket anew.',
    /** Additive `limit`: page size of the lists in replies, 1–100; omit for all projects. */
    z.object({ access_token: sent.optional(), sessionId: optional(z.string()), limit: PageSize }),
    { failure: AUTH_AWAY },
  ),
  ping: row(
    OPEN,
    'frames',
    'Is answered at once with `pong`, whatever else goes on.',
    z.object({}),
  ),
  selectProject: row(
    guard('project', 'Not initialized'),
    'reads',
    "Opens a project: history, versions, what runs there; `since` says where its job's frames go " +
      'on; `follow` asks for what others do there, of a job from its start.',
    z.object({ projectId: z.string().catch(''), since: optional(Since), follow: flag }),
  ),
  getHistory: row(
    PROJECT,
    'reads',
    'Asks for the chat lines before `before`, the `earlier` of a frame.',
    ofProject.extend({ before: z.string() }),
  ),
  listProjects: row(
    USER,
    'reads',
    'Asks for a page of the projects, the one touched last first; `after` is `next` of the page ' +
      'before.',
    z.object({
      limit: PageSize,
      after: optional(z.string()),
      filter: ProjectFilter.catch('all'),
      query: z.string().max(200).catch(''),
    }),
  ),
  createProject: row(
    USER,
    'projects',
    'Makes a project and selects it; with `reuseEmpty` an untouched one of this name.',
    z.object({ name: z.string().default('New Game').transform(storable), reuseEmpty: flag }),
  ),
  deleteProject: row(
    PROJECT,
    'projects',
    'Deletes a project with everything of it; a job that runs there is stopped first.',
    ofProject,
    { failure: 'Failed to delete project', isTraced: true },
  ),
  renameProject: row(
    PROJECT,
    'writes',
    'Names a project, and sets its other fields that are given.',
    ofProject.extend({
      ...ProjectEdits.partial().shape,
      name: z.string().min(1).transform(storable),
    }),
  ),
  getProjectInfo: row(PROJECT, 'reads', "Asks for a project's name and times.", ofProject),
  message: row(
    guard('selected', 'No project selected'),
    'ai',
    'A chat message to the selected project. `messageId` makes a second sending of it the same ' +
      'message; `queue` lets it wait for its turn.',
    Message,
    { failure: CODED_MESSAGES.OPERATION_FAILED, isTraced: true },
  ),
  getJobStatus: row(guard('user', ...JOB), 'reads', 'Asks for the row of a job.', ofJob),
  subscribeJob: row(
    guard('job', ...JOB),
    'reads',
    'Listens to a job.',
    ofJob.extend({ since: optional(Since) }),
  ),
  getVersions: row(
    PROJECT,
    'reads',
    'Asks for versions, newest first; `before` is the ordinal of the last one that is known. ' +
      '`bookmarkedOnly` leaves the others out.',
    ofProject.extend({ before: optional(z.number().int().positive()), bookmarkedOnly: flag }),
  ),
  getVersionEdits: row(
    PROJECT,
    'reads',
    'Asks what a version changed; with `since` what differs from that version.',
    ofProject.extend({ versionHash: Id, since: optional(z.string()) }),
  ),
  markVersion: row(
    PROJECT,
    'writes',
    'Names a version (60 characters at most, an empty name is none), bookmarks it or both.',
    ofProject
      .extend({ versionId: Id, name: VersionName.optional(), isBookmarked: z.boolean().optional() })
      .refine(({ name, isBookmarked }) => name !== undefined || isBookmarked !== undefined),
  ),
  restoreVersion: row(
    PROJECT,
    'writes',
    'Makes an old version the current one.',
    ofProject.extend({
      versionId: sent.refine(Boolean).pipe(VersionId),
      messageId: Message.shape.messageId,
    }),
    { failure: 'Failed to restore version', isTraced: true },
  ),
  cancel: row(
    OPEN,
    'writes',
    'Stops a job, or a message that waits; without an id the job of the selected project.',
    z.object({ jobId: sent.optional() }),
    { isTraced: true },
  ),
} as const satisfies Record<string, FrameRow>;

export type ClientFrameType = keyof typeof CLIENT_FRAMES;
export type ClientFrame<T extends ClientFrameType> = z.output<(typeof CLIENT_FRAMES)[T]['schema']>;

/** True when `type` names a frame a client may send. */
export const isClientFrameType = (type: unknown): type is ClientFrameType =>
  typeof type === 'string' && Object.hasOwn(CLIENT_FRAMES, type);
