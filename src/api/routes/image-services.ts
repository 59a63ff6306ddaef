import { createHash, randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import {
  GenerateImageBody,
  RemoveBackgroundBody,
  type ActionKind,
  type ActionOutcome,
  type ActionRef,
} from '../../contracts/actions.js';
import { AppError, type ErrorKind } from '../../contracts/errors.js';
import { errorText, message, render } from '../../contracts/messages/message.js';
import { actionWorkflowId } from '../../contracts/ids.js';
import {
  ImageMade,
  type GenerateImageInput,
  type RemoveBackgroundInput,
} from '../../contracts/images.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Store } from '../../store/index.js';
import type { ActionWorkflows } from '../action-workflows.js';
import { refuse, refusedByLimit, type Guards } from '../guards/route-guards.js';
import { dropBody, takeBody } from '../http/json-bodies.js';
import { dataUriTrouble, type SentImageConfig } from '../assets/sent-image.js';
import { isAway } from '../away.js';
import { logOf } from '../http/request-log.js';

/** A workflow's input is limited, and no image model reads more. */
const MAX_PROMPT_CHARS = 10_000;

export interface ImageDeps {
  config: SentImageConfig;
  guards: Guards;
  store: Pick<Store, 'actions'>;
  actions: ActionWorkflows;
  images: ActionImages;
}

/** Images by the image model (rest.md §7.10), and images cut out (§7.9). */
export function imageServiceRoutes(deps: ImageDeps): Router {
  const router = Router();
  router.post(
    '/api/generate-image',
    deps.guards.user(async (req, res, { user }) => {
      const body = GenerateImageBody.safeParse(takeBody(req));
      if (!body.success) return refuse(res, 400, 'prompt is required');
      const { prompt, actionId } = body.data;
      if (prompt.length > MAX_PROMPT_CHARS) return refuse(res, 400, 'prompt is too long');
      await answerImage<GenerateImageInput>(deps, res, {
        kind: 'generateImage',
        userId: user.id,
        actionId,
        wish: wishOf('generateImage', prompt),
        missing: 'Image generation service not available',
        input: (ref) => ({ ...ref, prompt }),
      });
    }),
  );
  router.post(
    '/api/assets/remove-background',
    deps.guards.user(async (req, res, { user }) => {
      const sent = readSource(req);
      if (sent === null) return refuse(res, 400, 'image is required');
      const trouble = await sent.source.trouble(deps.config);
      if (trouble !== null) return refuseOutcome(res, { ok: false, kind: trouble, detail: '' }, '');
      await answerImage<RemoveBackgroundInput>(deps, res, {
        ...sent,
        kind: 'removeBackground',
        userId: user.id,
        missing: 'Background removal service not configured',
        input: (ref) => ref,
      });
    }),
  );
  return router;
}

interface Wish<I extends ActionRef> {
  kind: ActionKind;
  userId: string;
  /** The client's own, if it sent one. */
  actionId: string | undefined;
  /** Equal wishes at the same time are one action. */
  wish: string;
  /** Answer when there is nothing that could fulfil it. */
  missing: string;
  input: (ref: ActionRef) => I;
  /** What is to be worked on, too large for a workflow's input. */
  source?: Source;
}

/** An image that was sent, in memory until {@link Source.drop}: an action may take minutes. */
class Source {
  constructor(
    private readonly req: Request,
    private dataUri: string,
  ) {}

  trouble(config: SentImageConfig): ReturnType<typeof dataUriTrouble> {
    return dataUriTrouble(config, this.dataUri);
  }

  async write(images: ActionImages, userId: string, actionId: string): Promise<void> {
    await images.writeSource(userId, actionId, this.dataUri);
  }

  drop(): void {
    this.dataUri = '';
    dropBody(this.req);
  }
}

/** Null = no image was sent. */
function readSource(
  req: Request,
): (Pick<Wish<RemoveBackgroundInput>, 'actionId' | 'wish'> & { source: Source }) | null {
  const { data } = RemoveBackgroundBody.safeParse(takeBody(req));
  if (data === undefined) return null;
  const { image, actionId } = data;
  return { actionId, wish: wishOf('removeBackground', image), source: new Source(req, image) };
}

function wishOf(kind: ActionKind, content: string): string {
  return createHash('sha256').update(`${kind}\0${content}`).digest('hex');
}

/**
 * Waits for the image and answers it. A client that went away meanwhile finds it by the same wish,
 * which is given up as soon as somebody has got the image or its failure: wished again, it is drawn
 * again.
 */
async function answerImage<I extends ActionRef>(
  deps: ImageDeps,
  res: Response,
  wish: Wish<I>,
): Promise<void> {
  const { images } = deps;
  const fulfilled = await fulfil(deps, wish).catch((error: unknown) => {
    if (isAway(error)) throw error;
    logOf(res).error({ err: error }, 'an image could not be waited for');
    refuseOutcome(
      res,
      {
        ok: false,
        kind: error instanceof AppError ? error.kind : 'OPERATION_FAILED',
        detail: '',
      },
      wish.missing,
    );
    return null;
  });
  if (fulfilled === null) return;
  const { actionId, outcome } = fulfilled;
  const release = (): void =>
    void Promise.all([
      images.release(wish.userId, wish.wish),
      images.removeSource(wish.userId, actionId),
    ]).catch(() => undefined);
  if (!outcome.ok) {
    release();
    return refuseOutcome(res, outcome, wish.missing);
  }
  const bytes = await images.read(wish.userId, actionId);
  if (!bytes) {
    release();
    return refuseOutcome(
      res,
      { ok: false, kind: 'ImageNotMade', detail: 'the image is gone' },
      wish.missing,
    );
  }
  res.once('finish', release);
  const { mimeType, prompt } = outcome.result;
  res.json({
    success: true,
    image: `data:${mimeType};base64,${bytes.toString('base64')}`,
    ...(prompt === null ? {} : { prompt }),
    actionId,
  });
}

async function fulfil<I extends ActionRef>(
  { store, actions, images }: ImageDeps,
  wish: Wish<I>,
): Promise<{ actionId: string; outcome: ActionOutcome<ImageMade> }> {
  const { kind, userId } = wish;
  const perform = async (actionId: string) => {
    wish.source?.drop();
    const outcome = await actions.perform<ImageMade, I>({
      kind,
      workflowId: actionWorkflowId(actionId),
      input: wish.input({ actionId, userId, projectId: null }),
      summary: `image (${kind})`,
    });
    return { actionId, outcome };
  };
  // A name that has been used is answered as the first time, whatever is wished now (H1).
  if (wish.actionId !== undefined && (await store.actions.get(wish.actionId)) !== null)
    return perform(wish.actionId);
  const fresh = wish.actionId ?? randomUUID();
  let actionId = await images.claim(userId, wish.wish, fresh);
  const earlier = actionId === fresh ? null : await store.actions.get(actionId);
  const made = earlier?.state === 'completed' ? ImageMade.safeParse(earlier.result) : null;
  if (made?.success) return { actionId, outcome: { ok: true, result: made.data } };
  if (earlier?.state === 'failed' || earlier?.state === 'cancelled') {
    await images.release(userId, wish.wish);
    actionId = await images.claim(userId, wish.wish, fresh);
  }
  // Whoever has the same wish writes the same: it is there before the action looks for it, whoever
  // starts that.
  await wish.source?.write(images, userId, actionId);
  return perform(actionId);
}

function refuseOutcome(
  res: Response,
  { kind, detail }: Extract<ActionOutcome<unknown>, { ok: false }>,
  missing: string,
): void {
  if (refusedByLimit(res, kind)) return;
  if (kind === 'ImageServiceMissing') return refuse(res, 503, missing);
  res.status(500).json({ error: sentenceOf(kind, detail), success: false });
}

function sentenceOf(kind: ErrorKind, detail: string): string {
  switch (kind) {
    case 'RunTimedOut':
      return render(message('IMAGE_TIMED_OUT'));
    // In the words of the service, or in those that clients know for it (rest.md §7.9).
    case 'CutoutFailed':
    case 'CutoutUnavailable':
      return detail;
    default:
      return errorText(kind);
  }
}
