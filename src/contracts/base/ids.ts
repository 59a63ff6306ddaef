import { z } from 'zod';
import { v5 as uuidv5 } from 'uuid';

/** UUID as V2 accepts it everywhere: 8-4-4-4-12 hex, any case, any version (websocket.md §3). */
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Version ids: 7–40 hex digits (rest.md §1.6). */
export const VERSION_ID_PATTERN = /^[0-9a-f]{7,40}$/i;

export const Uuid = z.string().regex(UUID_PATTERN);

/** A UUID in an address; any other text is refused with these words (400). */
export const uuidOf = (noun: string) => z.string().regex(UUID_PATTERN, `Invalid ${noun} ID`);

export const Dimension = z.enum(['2d', '3d']);
export type Dimension = z.infer<typeof Dimension>;

/** True when `value` is a UUID string in the accepted form. */
export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID_PATTERN.test(value);

/**
 * Text as the database can keep it: PostgreSQL knows no NUL character, and JSON columns no half of
 * a surrogate pair.
 */
export const storable = (text: string): string =>
  text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\ufffd');

/** The same for every text and name in JSON text. */
export function storableJson(json: string): string {
  // Both are always written as escapes; what only looks like one costs time.
  if (!/\\u(?:0000|d[89a-f])/i.test(json)) return json;
  const clean = (_: string, each: unknown): unknown => {
    if (typeof each === 'string') return storable(each);
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([name, field]) => [storable(name), field]));
  };
  return JSON.stringify(JSON.parse(json, clean));
}

/** Seed of every derived id; changing it would turn resent messages into new jobs. */
const NAMESPACE = '4b0d4f5e-5d2b-4c0e-9a53-6f1f3a3f9e11';

/** One job per project and message, however often it is sent (A3). */
export const jobIdFor = (projectId: string, messageId: string): string =>
  uuidv5(`${projectId.toLowerCase()}${messageId.toLowerCase()}`, NAMESPACE);

/**
 * Id of a chat line that belongs to a job or action, so that a retry cannot write it twice (A7).
 * The words of a message have that of its job, also where another job takes them in (A4).
 */
export const chatLineIdFor = (ownerId: string, role: 'user' | 'assistant'): string =>
  uuidv5(`${ownerId}${role}`, NAMESPACE);

/** The one writer of a project: generate, restore, tune and delete share this workflow id (A1). */
export const projectWorkflowId = (projectId: string): string =>
  `project/${projectId.toLowerCase()}/job`;

/** Removes an account; one at a time (F2). */
export const accountWorkflowId = (userId: string): string =>
  `account/${userId.toLowerCase()}/deletion`;

/** The durable stream of a job's events (D1). */
export const streamWorkflowId = (jobId: string): string => `stream/${jobId}`;

/** Notifies the user's browsers of the end of a job, once. */
export const pushWorkflowId = (jobId: string): string => `push/${jobId}`;

/** Brings the view of a project on a Volume up to date; one at a time (E6). */
export const replicationWorkflowId = (projectId: string): string =>
  `replicate/${projectId.toLowerCase()}`;

/** Searches the newest version of a project for the changes to come; one at a time (P3). */
export const searchWorkflowId = (projectId: string): string => `search/${projectId.toLowerCase()}`;

/** Gives what a guest has made to an account; one at a time (D8). */
export const adoptionWorkflowId = (guestId: string): string =>
  `account/${guestId.toLowerCase()}/adoption`;

/** Admits the next message of a user that waits; one at a time (Q3). */
export const queueWorkflowId = (userId: string): string => `queue/${userId.toLowerCase()}`;

/**
 * A project's published game keeps its id, and with it its address, however often it is published.
 */
export const gameIdFor = (projectId: string): string =>
  uuidv5(`${projectId.toLowerCase()}game`, NAMESPACE);

/** Under this id a sprite of a job waits among the images, however often it is drawn. */
export const spriteIdFor = (jobId: string, name: string): string =>
  uuidv5(`${jobId.toLowerCase()}sprite ${name}`, NAMESPACE);

/** The project that a remix makes, however often it is tried. */
export const remixProjectIdFor = (actionId: string): string =>
  uuidv5(`${actionId.toLowerCase()}remix`, NAMESPACE);

/** The copy of a project in which an operator has a job done once more. */
export const rerunProjectIdFor = (actionId: string): string =>
  uuidv5(`${actionId.toLowerCase()}rerun`, NAMESPACE);

/** A line of a chat in the copy of its project. */
export const copiedLineIdFor = (projectId: string, lineId: string): string =>
  uuidv5(`${projectId.toLowerCase()}${lineId.toLowerCase()}`, NAMESPACE);

/** The one notification of an action. */
export const notificationIdFor = (actionId: string): string =>
  uuidv5(`${actionId.toLowerCase()}notification`, NAMESPACE);

/** Publishing and unpublishing of one project: one at a time. */
export const publicationWorkflowId = (projectId: string): string =>
  `project/${projectId.toLowerCase()}/publication`;

/** An action that shares its work with no other call. */
export const actionWorkflowId = (actionId: string): string => `action/${actionId}`;

/** The video of one version (F4). */
export const renderWorkflowId = (projectId: string, revision: string): string =>
  `project/${projectId.toLowerCase()}/render/${revision}`;

/** Names one runner start (C1). */
export const callIdFor = (jobId: string, attempt: number): string => `${jobId}.${attempt}`;

/** Inverse of {@link callIdFor}; null when `callId` is not of that form. */
export function parseCallId(callId: string): { jobId: string; attempt: number } | null {
  const match = /^([0-9a-f-]{36})\.([1-9]\d{0,6})$/.exec(callId);
  return match?.[1] && match[2] ? { jobId: match[1], attempt: Number(match[2]) } : null;
}
