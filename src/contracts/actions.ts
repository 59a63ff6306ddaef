import type { ErrorKind } from './errors.js';
import type { CancelAnswer } from './workflows.js';

/** Work of a user beside generations: each kind is a workflow with a row in `actions` (B1). */
export const ACTION_KINDS = [
  'generateImage',
  'removeBackground',
  'generateThumbnail',
  'generatePublishInfo',
  'renderVideo',
  'publishGame',
  'unpublishGame',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** Whose action it is; part of every input of an action's workflow. */
export interface ActionRef {
  actionId: string;
  userId: string;
  projectId: string | null;
}

/** How an action ended. Large results (pictures, films) lie on disk; the result names them. */
export type ActionOutcome<T> =
  { ok: true; result: T } | { ok: false; kind: ErrorKind; detail: string };

export const CANCEL_ACTION_UPDATE = 'cancelAction';
/** As for jobs: `tooLate` when it had ended. */
export type CancelActionAnswer = Pick<CancelAnswer, 'outcome'>;
