import express, {
  type ErrorRequestHandler,
  type Request,
  type Response,
  type Router,
} from 'express';
import {
  CALLBACK_BODY_LIMIT,
  CallbackPost,
  type CallbackAnswer,
} from '../../contracts/callback.js';
import { parseCallId } from '../../contracts/ids.js';
import { readTraceparent, TRACEPARENT_HEADER } from '../../contracts/traces.js';
import type { Log } from '../../telemetry/log.js';
import { observe } from '../../telemetry/metrics.js';
import { inSpan, isTracing } from '../../telemetry/tracing.js';
import type { EventIngest } from '../../stream/ingest.js';
import { recordingRouter, type RecordingDeps } from './recordings.js';
import { isSigned } from './signed.js';

const RETRY_AFTER_S = 1;
/** A run posts twenty times a second: of posts in its middle a trace has those that took longer. */
const SLOW_MS = 250;

export interface CallbackDeps extends RecordingDeps {
  /**
   * CALLBACK_SECRET, and the one before it, with which calls may have begun: every call's key is
   * derived from one of them.
   */
  masterSecrets: readonly string[];
  /** Where the events of jobs go. */
  ingest: Pick<EventIngest, 'take'>;
  /** Counts a wrong signature of an address; the seconds until the next one is looked at. */
  countBad: (address: string) => Promise<number | null>;
  /** Writes how far an action is, percent; false = it has ended. */
  noteActionProgress: (actionId: string, percent: number) => Promise<boolean>;
  log: Log;
}

type Call = { jobId: string; attempt: number };

/**
 * `POST /callback/:jobId` and `POST /callback/actions/:actionId`, where the runner of a job or of
 * an action tells what happens (C2), and where recordings come home (E8). Needs the raw body: mount
 * it before any body parser. Answers 200 `{ackedSeq, cancel}`, 410 when the attempt or action is no
 * longer wanted, 400, 401, 403, 413, 429 and 503.
 */
export function callbackRouter(deps: CallbackDeps): Router {
  const router = express.Router();
  const readRaw = express.raw({ type: () => true, limit: CALLBACK_BODY_LIMIT, inflate: false });
  router.use(recordingRouter(deps));
  router.post('/callback/:jobId', readRaw, receive(deps, 'job'));
  router.post('/callback/actions/:actionId', readRaw, receive(deps, 'action'));
  router.use('/callback', refuseBody);
  return router;
}

function receive(deps: CallbackDeps, kind: 'job' | 'action') {
  return async (request: Request, response: Response): Promise<void> => {
    measureAnswer(response);
    const signed = readSignedPost(deps.masterSecrets, request, kind);
    if ('status' in signed) {
      const retryAfterS = signed.status === 401 ? await deps.countBad(request.ip ?? '') : null;
      if (retryAfterS !== null)
        return refuseForNow(response, 429, 'Too many wrong signatures', retryAfterS);
      response.status(signed.status).json({ error: signed.error });
      return;
    }
    try {
      const answer = await traced(request, kind, signed, () =>
        kind === 'action'
          ? takeForAction(deps, signed)
          : deps.ingest.take(signed.call, signed.post),
      );
      if (answer === 'overloaded') return refuseForNow(response, 429, 'Too many events');
      response.status(answer.cancel ? 410 : 200).json(answer);
    } catch (error) {
      deps.log.warn({ err: error, callId: signed.post.callId }, 'a callback could not be taken');
      refuseForNow(response, 503, 'Unavailable');
    }
  };
}

/** A post belongs to the runner's span that it names; it is believed because it was signed. */
function traced<T>(
  request: Request,
  of: 'job' | 'action',
  { call: { jobId, attempt }, post }: { call: Call; post: CallbackPost },
  take: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return take();
  const isEdge = post.fromSeq === 1 || post.final === true;
  return inSpan(
    {
      layer: 'callback',
      kind: post.final === true ? 'end' : 'events',
      parent: readTraceparent(request.get(TRACEPARENT_HEADER)),
      work: { ...(of === 'job' ? { jobId } : { actionId: jobId }), attempt },
      isKept: ({ tookMs, failure }) => isEdge || failure !== null || tookMs > SLOW_MS,
    },
    take,
  );
}

function measureAnswer(response: Response): void {
  const startedMs = performance.now();
  response.once('finish', () => {
    const seconds = (performance.now() - startedMs) / 1_000;
    observe('dreamcore_callback_seconds', { status: String(response.statusCode) }, seconds);
  });
}

const refuseBody: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status =
    error.status === 413 ? 413 : error.status !== undefined && error.status < 500 ? 400 : 503;
  response.status(status).json({ error: status === 413 ? 'Body too large' : 'Bad request' });
};

function refuseForNow(
  response: Response,
  status: 429 | 503,
  error: string,
  retryAfterS = RETRY_AFTER_S,
): void {
  response.status(status).set('Retry-After', String(retryAfterS)).json({ error });
}

/** Of an action only the newest percentage is kept; everything else is acknowledged at once. */
async function takeForAction(
  { noteActionProgress }: CallbackDeps,
  { call, post }: { call: Call; post: CallbackPost },
): Promise<CallbackAnswer> {
  const newest = post.events.findLast((event) => event.type === 'progress');
  const isWanted = newest === undefined || (await noteActionProgress(call.jobId, newest.progress));
  return { ackedSeq: post.fromSeq + post.events.length - 1, cancel: !isWanted };
}

/** The post and the call that signed it, or the refusal; the address must be that call's. */
function readSignedPost(
  masterSecrets: readonly string[],
  request: Request,
  kind: 'job' | 'action',
): { call: Call; post: CallbackPost } | { status: number; error: string } {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const post = parsePost(rawBody);
  if (!post) return { status: 400, error: 'Bad request' };
  const { callId } = post;
  if (!isSigned(masterSecrets, callId, request, rawBody, Date.now()))
    return { status: 401, error: 'Wrong signature' };
  const call = parseCallId(callId);
  if (!call || call.jobId !== request.params[`${kind}Id`])
    return { status: 403, error: `Not this ${kind}` };
  return { call, post };
}

function parsePost(rawBody: Buffer): CallbackPost | null {
  try {
    return CallbackPost.safeParse(JSON.parse(rawBody.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
