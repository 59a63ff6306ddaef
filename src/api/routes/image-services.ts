import { createHash, randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { ActionOutcome, ActionRef } from '../../contracts/rows/actions.js';
import { AppError, type ErrorKind } from '../../contracts/base/errors.js';
import { errorText, message, render } from '../../contracts/messages/message.js';
import type { IMAGE_ROUTES } from '../../contracts/http-routes/images-and-actions.js';
import { actionWorkflowId } from '../../contracts/base/ids.js';
import {
  ImageMade,
  type GenerateImageInput,
  type RemoveBackgroundInput,
} from '../../contracts/media/images.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import { isLimitOfMoney, type ActionWorkflows, type FailedAction } from '../action-workflows.js';
import { dropBody } from '../http/json-bodies.js';
import type { Answer, Handlers } from '../http/mount.js';
import { Refusal, refusal, refusalOf } from '../http/refusal.js';
import { dataUriTrouble, type SentImageConfig } from '../assets/sent-image.js';
import { isAway } from '../away.js';
import { logOf } from '../http/request-log.js';

/** A workflow's input is limited, and no image model reads more. */
const MAX_PROMPT_CHARS = 10_000;

export interface ImageDeps {
  config: SentImageConfig;
  store: Pick<Store, 'actions' | 'imageClaims'>;
  actions: ActionWorkflows;
  images: ActionImages;
}

/** Answers when there is nothing that could fulfil the wish. */
const MISSING = {
  generateImage: 'Image generation service not available',
  removeBackground: 'Background removal service not configured',
} as const;

/** Images by the image model (rest.md §7.10), and images cut out (§7.9). */
export function imageHandlers(
  deps: ImageDeps,
): Pick<Handlers<typeof IMAGE_ROUTES>, keyof typeof MISSING> {
  return {
    async generateImage({ req, res, user, body: { prompt, actionId } }) {
      if (prompt.length > MAX_PROMPT_CHARS) throw refusal(400, 'prompt is too long');
      return answerImage<GenerateImageInput>(deps, res, {
        req,
        kind: 'generateImage',
        userId: user.id,
        actionId,
        wish: wishOf('generateImage', prompt),
        input: (ref) => ({ ...ref, prompt }),
      });
    },
    async removeBackground({ req, res, user, body }) {
      const source = new Source(req, body);
      const trouble = await source.trouble(deps.config);
      if (trouble !== null)
        throw refusalFor({ ok: false, kind: trouble, detail: '' }, 'removeBackground');
      return answerImage<RemoveBackgroundInput>(deps, res, {
        req,
        source,
        actionId: body.actionId,
        wish: wishOf('removeBackground', body.image),
        kind: 'removeBackground',
        userId: user.id,
        input: (ref) => ref,
      });
    },
  };
}

type ImageAnswer = Answer<(typeof IMAGE_ROUTES)['generateImage']>;

interface Wish<I extends ActionRef> {
  req: Request;
  kind: keyof typeof MISSING;
  userId: string;
  /** The client's own, if it sent one. */
  actionId: string | undefined;
  /** Equal wishes at the same time are one action. */
  wish: string;
  input: (ref: ActionRef) => I;
  /** What is to be worked on, too large for a workflow's input. */
  source?: Source;
}

/** An image that was sent, in memory until {@link Source.drop}: an action may take minutes. */
class Source {
  constructor(
    private readonly req: Request,
    private readonly body: { image: string },
  ) {}

  trouble(config: SentImageConfig): ReturnType<typeof dataUriTrouble> {
    return dataUriTrouble(config, this.body.image);
  }

  async write(images: ActionImages, userId: string, actionId: string): Promise<void> {
    await images.writeSource(userId, actionId, this.body.image);
  }

  drop(): void {
    this.body.image = '';
    dropBody(this.req);
  }
}

const wishOf = (kind: keyof typeof MISSING, content: string): string =>
  createHash('sha256').update(`${kind}\0${content}`).digest('hex');

/** Waits for the image and answers it; a client that went away meanwhile finds it by its wish. */
async function answerImage<I extends ActionRef>(
  deps: ImageDeps,
  res: Response,
  wish: Wish<I>,
): Promise<ImageAnswer> {
  const { kind, userId } = wish;
  const { actionId, outcome } = await fulfil(deps, wish).catch((error: unknown) => {
    if (isAway(error) || error instanceof Refusal) throw error;
    logOf(res).error({ err: error }, 'the wait for an image failed');
    const failure = error instanceof AppError ? error.kind : 'OPERATION_FAILED';
    throw refusalFor({ ok: false, kind: failure, detail: '' }, kind);
  });
  return imageAnswer(deps, res, { id: actionId, userId, kind }, outcome);
}

/**
 * The image of an action that has ended. Its wish is given up as soon as the image or its failure
 * was sent: wished again, it is drawn again.
 */
export async function imageAnswer(
  { store, images }: Pick<ImageDeps, 'store' | 'images'>,
  res: Response,
  { id, userId, kind }: { id: string; userId: string; kind: keyof typeof MISSING },
  outcome: ActionOutcome<ImageMade>,
) {
  const release = (): void =>
    void Promise.all([
      store.imageClaims.release(userId, id),
      images.removeSource(userId, id),
    ]).catch(() => undefined);
  const bytes = outcome.ok ? await images.read(userId, id) : null;
  if (!outcome.ok || !bytes) {
    release();
    const gone = { ok: false, kind: 'ImageNotMade', detail: 'the image is gone' } as const;
    throw refusalFor(outcome.ok ? gone : outcome, kind);
  }
  res.once('finish', release);
  const { mimeType, prompt } = outcome.result;
  return {
    success: true as const,
    image: `data:${mimeType};base64,${bytes.toString('base64')}`,
    ...(prompt === null ? {} : { prompt }),
    actionId: id,
  };
}

async function fulfil<I extends ActionRef>(
  { store, actions, images }: ImageDeps,
  wish: Wish<I>,
): Promise<{ actionId: string; outcome: ActionOutcome<ImageMade> }> {
  const { kind, userId } = wish;
  const perform = async (actionId: string) => {
    wish.source?.drop();
    const input = wish.input({ actionId, userId, projectId: null });
    const start = {
      kind,
      workflowId: actionWorkflowId(actionId),
      summary: `image (${kind})`,
      input,
    };
    const outcome = await actions.perform<ImageMade, I>(start, wish.req);
    return { actionId, outcome };
  };
  // A name that has been used is answered as the first time, whatever is wished now (H1).
  if (wish.actionId !== undefined && (await store.actions.get(wish.actionId)) !== null)
    return perform(wish.actionId);
  const fresh = wish.actionId ?? randomUUID();
  let actionId = await store.imageClaims.claim(userId, wish.wish, fresh);
  const earlier = actionId === fresh ? null : await store.actions.get(actionId);
  const made = earlier?.state === 'completed' ? ImageMade.safeParse(earlier.result) : null;
  if (made?.success) return { actionId, outcome: { ok: true, result: made.data } };
  if (earlier?.state === 'failed' || earlier?.state === 'cancelled') {
    await store.imageClaims.release(userId, actionId);
    actionId = await store.imageClaims.claim(userId, wish.wish, fresh);
  }
  // Equal wishes write equal bytes: they are there before the action reads them, whichever call
  // starts it.
  await wish.source?.write(images, userId, actionId);
  return perform(actionId);
}

function refusalFor({ kind, detail }: FailedAction, asked: keyof typeof MISSING): Refusal {
  if (isLimitOfMoney(kind)) return refusalOf(kind);
  return kind === 'ImageServiceMissing'
    ? new Refusal(503, { error: MISSING[asked], code: kind })
    : new Refusal(500, { ...reasonOf(kind, detail), success: false });
}

function reasonOf(kind: ErrorKind, detail: string): { error: string; code: string } {
  if (kind === 'RunTimedOut')
    return { error: render(message('IMAGE_TIMED_OUT')), code: 'IMAGE_TIMED_OUT' };
  // In the words of the service, or in those that clients know for it (rest.md §7.9).
  const isOfService = kind === 'CutoutFailed' || kind === 'CutoutUnavailable';
  return { error: isOfService ? detail : errorText(kind), code: kind };
}
