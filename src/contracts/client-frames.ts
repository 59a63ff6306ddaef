import { z } from 'zod';
import { Dimension, storable } from './primitives.js';
import { Cursor } from './stream.js';

/**
 * Client → server frames (websocket.md §3). Fields are as lenient as V2 was: the order of checks and their
 * literals belong to the handlers, so ids and names stay `unknown`-tolerant here and unknown fields pass.
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

/** Longest accepted chat message, characters; frames over 1 MiB never reach a schema. */
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

export const CLIENT_FRAMES = {
  init: z.looseObject({ type: z.literal('init'), access_token: loose, sessionId: loose }),
  ping: z.looseObject({ type: z.literal('ping') }),
  selectProject: z.looseObject({
    type: z.literal('selectProject'),
    projectId: loose,
    since: Since.optional().catch(undefined),
  }),
  createProject: z.looseObject({ type: z.literal('createProject'), name: loose }),
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
  }),
  getVersionEdits: z.looseObject({
    type: z.literal('getVersionEdits'),
    projectId: loose,
    versionHash: loose,
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
