import { z } from 'zod';
import { ActionAccepted, Failure } from '../wire/http.js';
import type { LimitClass } from '../base/limits.js';

/** What an answer holds: JSON by its schema, anything else by its media type. */
export type HttpAnswer =
  | z.ZodType
  | 'text/html'
  | 'application/zip'
  | 'application/javascript'
  | 'text/plain'
  | 'image/*'
  | 'video/mp4'
  | '*/*'
  | 'nothing';

/**
 * Who is served. `visitor` and `assetReader` serve anonymous clients, and users by their own
 * rights; `signature` is a signed post of a runner; `operator` a user whom the service role made
 * one; `member` a user with an account, who is no guest; all others need a user who owns what the
 * address names, `projectMember` with an account.
 */
export type RouteGuard =
  | 'none'
  | 'visitor'
  | 'assetReader'
  | 'user'
  | 'member'
  | 'projectOwner'
  | 'projectMember'
  | 'jobOwner'
  | 'assetOwner'
  | 'actionOwner'
  | 'operator'
  | 'signature';

/**
 * What a request counts as. `signed` is a post of a runner: its signature is looked at before
 * anything else, a wrong one counts as a bad token.
 */
export type RateClass = LimitClass | 'signed';

/**
 * Which other origins may read the answer. `games`: every one, the origin `null` of sandboxed games
 * included, without credentials. `listed`: those of CORS_ALLOWED_ORIGINS, with credentials.
 */
export type CrossOrigin = 'games' | 'listed';

/**
 * One HTTP route as a row: what it promises, and every fact that the server follows for it. The
 * server mounts origin, limit, guard, body and handler from the row, in this order (N2). What holds
 * for all routes (401, 429, broken addresses and bodies) is not repeated in `answers`.
 */
export interface RouteRow {
  /** `get` when absent from a row. */
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** In the router's own notation. */
  readonly path: string;
  readonly summary: string;
  readonly guard: RouteGuard;
  /** The limit that a request counts against. */
  readonly rate: RateClass;
  /** Absent: only our own origin reads it. */
  readonly crossOrigin?: CrossOrigin;
  /** `game`: a model's code or words run in it, so it gets the policy of games, not of pages. */
  readonly content?: 'game';
  /** Parts of the address, checked behind the guard: 400 with the message of the schema. */
  readonly params?: z.ZodType;
  /** Query parameters with their descriptions: 400 `Invalid <name>`. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Error of a body that the schema refuses (400); `Invalid <field>` when absent. */
  readonly invalid?: string;
  /** Largest body, bytes; {@link DEFAULT_BODY_BYTES} when absent. Without `body` none is read. */
  readonly maxBodyBytes?: number;
  /** `multipart/form-data`: the field that holds the one file, and the size that is still taken. */
  readonly upload?: { readonly field: string; readonly maxFileBytes: number };
  /**
   * The page or file that is served. `isOurs`: V2 had no page at this address, so a file of
   * PUBLIC_DIR is served only when it has the name of the address.
   */
  readonly page?: { readonly file: string; readonly isOurs: boolean };
  readonly answers: Readonly<Record<number, HttpAnswer | readonly HttpAnswer[]>>;
}

/** Rows by the name of their handler. */
export type RouteRows = Readonly<Record<string, RouteRow>>;
export type HttpRoute = RouteRow & { readonly tag: string };
type WrittenRow = Omit<RouteRow, 'method'> & Partial<Pick<RouteRow, 'method'>>;

/** The rows of one chapter of the documents. A row without guard or limit does not compile. */
export function routes<const T extends Readonly<Record<string, WrittenRow>>>(
  tag: string,
  rows: T,
): { readonly [K in keyof T]: T[K] & HttpRoute } {
  return Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [key, { tag, method: 'get', ...row }]),
  ) as unknown as { readonly [K in keyof T]: T[K] & HttpRoute };
}

const KIB = 1024;
const MIB = 1024 * KIB;
export const DEFAULT_BODY_BYTES = 100 * KIB;
/** An image as a data URI, to be worked on (rest.md §1.2). */
export const MAX_IMAGE_BODY_BYTES = 8 * MIB;
/** The largest file that is taken: below 1 MiB (rest.md §7.1). */
export const MAX_UPLOAD_BYTES = MIB - 1;

/** Around the file of an upload: its fields and the heads of all parts. */
const UPLOAD_REST_BYTES = 768 * KIB;

/** Bytes of the largest body that is read; 0 = none is. */
export function bodyLimitOf({ upload, body, maxBodyBytes }: RouteRow): number {
  if (upload) return upload.maxFileBytes + UPLOAD_REST_BYTES;
  return maxBodyBytes ?? (body === undefined ? 0 : DEFAULT_BODY_BYTES);
}

/** Rows of `answers` for these statuses, each with the plain error. */
export const failures = <const S extends number>(...statuses: S[]) =>
  Object.fromEntries(statuses.map((status) => [status, Failure])) as Readonly<
    Record<S, typeof Failure>
  >;
/** `Prefer: respond-async`: work is accepted, `Location` leads to its state. */
export const LATER = { 202: ActionAccepted } as const;
export const OF_PROJECT = failures(400, 404);
/** Files of a project may have to be fetched first: 503 with `Retry-After`. */
export const FILES_OF_PROJECT = failures(400, 404, 503);
/** Of the address of an image of a game. */
export const AS_CARD = z.looseObject({
  card: z.unknown().optional().describe('with any value: a square around what has moved'),
});
export const AS_CARD_OR_LOOP = AS_CARD.extend({
  loop: z.unknown().optional().describe('with any value: three seconds of play, where there are'),
});
/** The address of something that belongs to a project. */
export const project = <const P extends string>(rest: P) =>
  `/api/projects/:projectId${rest}` as const;
