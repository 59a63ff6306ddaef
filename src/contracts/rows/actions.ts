import { z } from 'zod';
import type { ErrorKind } from '../base/errors.js';
import { storable, Uuid } from '../base/ids.js';

/** Work of a user beside generations: each kind is a workflow with a row in `actions` (B1). */
export const ACTION_KINDS = [
  'generateImage',
  'removeBackground',
  'generateThumbnail',
  'generatePublishInfo',
  'renderVideo',
  'publishGame',
  'unpublishGame',
  'remixGame',
  'rerunJob',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** Whose action it is; part of every input of an action's workflow. */
export interface ActionRef {
  actionId: string;
  userId: string;
  projectId: string | null;
}

/** An action on a project, by its owner. */
export interface ProjectAction extends ActionRef {
  projectId: string;
}

/** One that writes to the project: its workflow is the project's writer while it runs. */
export interface WriterAction extends ProjectAction {
  /** The same call meets its own work (A4). */
  messageId: string;
}

/** The end of an action's row: what a later call with the same id is answered (H1). */
export type ActionEnd<T = unknown> =
  | { ended: 'completed'; result: T }
  | { ended: 'failed'; kind: ErrorKind; detail: string }
  | { ended: 'cancelled' };

/**
 * How an action ended, for its caller. Large results (images, videos) lie on disk; the result
 * names them.
 */
export type ActionOutcome<T> =
  { ok: true; result: T } | { ok: false; kind: ErrorKind; detail: string };

export const CANCEL_ACTION_UPDATE = 'cancelAction';
/**
 * `tooLate`: the job had passed its commit point or ended; `otherJob`: the project's writer is
 * another one (F1).
 */
export interface CancelAnswer {
  outcome: 'cancelled' | 'tooLate' | 'otherJob';
}
/** As for jobs: `tooLate` when it had ended. */
export type CancelActionAnswer = Pick<CancelAnswer, 'outcome'>;

/**
 * Bodies of calls with work behind them (rest.md §7.9, §7.10, §9.3, §9.4, §9.7). What is wrong
 * about an optional field counts as not given.
 */

/** `actionId` (additive): the client's own name for this call, with which it can be stopped. */
const ActionId = Uuid.optional()
  .catch(undefined)
  .meta({ description: 'name for this call, a UUID, with which it can be stopped' });

/** `style` and `size` are taken and change nothing, as in V2. */
export const GenerateImageBody = z.looseObject({
  prompt: z.string().overwrite(storable).trim().min(1),
  style: z.unknown().optional(),
  size: z.unknown().optional(),
  actionId: ActionId,
});
export const RemoveBackgroundBody = z.looseObject({ image: z.string().min(1), actionId: ActionId });
export const GenerateThumbnailBody = z.looseObject({
  title: z.string().trim().min(1).max(200).optional().catch(undefined),
  actionId: ActionId,
});
export const RemixBody = z.looseObject({ actionId: ActionId });
export const GenerateMovieBody = z.looseObject({ actionId: ActionId });
/** V2's pages name a field and take what they want from the answer, which always has all. */
export const PublishInfoBody = z.looseObject({ field: z.unknown().optional() });
