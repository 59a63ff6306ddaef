import { anyText, matching } from '../matchers.js';

/** One question to the API and what it answers. */
export interface Row {
  /** `METHOD path`, exactly as it is sent. */
  readonly ask: string;
  readonly as: 'anybody' | 'stranger with a bad token' | 'alice' | 'bob';
  /** Sent as JSON, as it is when it is a text, or as `multipart/form-data`. */
  readonly body?: unknown;
  readonly status: number;
  /** JSON that is equal, a whole text, or a pattern of a text; undefined = not looked at. */
  readonly answer?: object | string | RegExp | null;
  /** Header → value; a content type that is not named is that of the answer's kind. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Sent beside the token. */
  readonly sent?: Readonly<Record<string, string>>;
}

/** A file of an upload and the fields beside it. */
export class Form {
  constructor(
    readonly file: {
      readonly field?: string;
      readonly name?: string;
      readonly type?: string;
      readonly bytes?: Uint8Array;
    } | null,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {}
}

/** Rows by the section of rest.md that they come from. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

type More = Pick<Row, 'headers' | 'sent' | 'body'>;
export const row = (
  ask: string,
  as: Row['as'],
  status: number,
  answer?: Row['answer'],
  more: More = {},
): Row => ({ ask, as, status, ...(answer === undefined ? {} : { answer }), ...more });

export const NO_TOKEN = { error: 'No access token provided' };
export const BAD_TOKEN = { error: 'Invalid or expired token' };
export const DENIED = { error: 'Access denied' };
export const NO_PROJECT = { error: 'Project not found' };
export const NO_ASSET = { error: 'Asset not found' };
export const NO_JOB = { error: 'Job not found' };
export const stranger = 'stranger with a bad token';

/** Required auth, then the project guard (§1.5, §1.7). */
export const projectGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/projects/:game${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/projects/:game${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/projects/not-a-uuid${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/projects/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid project ID' }),
  row(`${method} /api/projects/:unknown${rest}`, 'alice', 404, NO_PROJECT),
  row(`${method} /api/projects/:game${rest}`, 'bob', 404, NO_PROJECT),
];

export const FILE = {
  'cache-control': 'public, max-age=0',
  etag: matching(/^W\/"/),
  'last-modified': anyText,
  'accept-ranges': 'bytes',
};
export const HTML = { ...FILE, 'content-type': 'text/html; charset=UTF-8' };
export const SCRIPT = { ...FILE, 'content-type': 'application/javascript; charset=UTF-8' };
export const PNG = { ...FILE, 'content-type': 'image/png' };
export const THIRTEEN = '0123456789abc';
export const png = (file: Form['file'] = {}, fields: Form['fields'] = {}): More => ({
  body: new Form(file, fields),
});
