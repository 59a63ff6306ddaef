import { buffer } from 'node:stream/consumers';
import { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
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
import { boundedBody } from '../http/body-limits.js';
import { parseJson } from '../http/json-bodies.js';
import { recordingRouter, type RecordingDeps } from './recordings.js';
import { refuseForNow, refuseSignature } from './refusals.js';
import { readSignature } from './signed.js';

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
  const router = Router();
  router.use(recordingRouter(deps));
  router.post('/callback/:jobId', receive(deps, 'job'));
  router.post('/callback/actions/:actionId', receive(deps, 'action'));
  router.use('/callback', refuseBody);
  return router;
}

function receive(deps: CallbackDeps, kind: 'job' | 'action') {
  return async (request: Request, response: Response): Promise<void> => {
    measureAnswer(response);
    const signed = await readSignedPost(deps.masterSecrets, request, kind);
    if ('status' in signed) {
      if (signed.status === 401) return refuseSignature(deps, request, response);
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

/** Of an action only the newest percentage is kept; everything else is acknowledged at once. */
async function takeForAction(
  { noteActionProgress }: CallbackDeps,
  { call, post }: { call: Call; post: CallbackPost },
): Promise<CallbackAnswer> {
  const newest = post.events.findLast((event) => event.type === 'progress');
  const isWanted = newest === undefined || (await noteActionProgress(call.jobId, newest.progress));
  return { ackedSeq: post.fromSeq + post.events.length - 1, cancel: !isWanted };
}

/**
 * The post and the call that signed it, or the refusal; the address must be that call's. Of a post
 * without a good signature in its head nothing is read.
 */
async function readSignedPost(
  masterSecrets: readonly string[],
  request: Request,
  kind: 'job' | 'action',
): Promise<{ call: Call; post: CallbackPost } | { status: number; error: string }> {
  const refused = { status: 401, error: 'Wrong signature' };
  const foreign = { status: 403, error: `Not this ${kind}` };
  const signature = readSignature(masterSecrets, request, Date.now());
  if (signature === null) return refused;
  const callOf = (callId: string): Call | null => {
    const call = parseCallId(callId);
    return call?.jobId === request.params[`${kind}Id`] ? call : null;
  };
  if (signature.callId !== null && !callOf(signature.callId)) return foreign;
  const rawBody = await buffer(boundedBody(request, CALLBACK_BODY_LIMIT));
  const post = parsePost(rawBody);
  if (!post) return { status: 400, error: 'Bad request' };
  if (!signature.covers(post.callId, rawBody)) return refused;
  const call = callOf(post.callId);
  return call ? { call, post } : foreign;
}

function parsePost(rawBody: Buffer): CallbackPost | null {
  try {
    return CallbackPost.safeParse(parseJson(rawBody)).data ?? null;
  } catch {
    return null;
  }
}
