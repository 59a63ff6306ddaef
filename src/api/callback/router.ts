import { buffer } from 'node:stream/consumers';
import { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import {
  CALLBACK_BODY_LIMIT,
  CallbackPost,
  type CallbackAnswer,
} from '../../contracts/wire/callback.js';
import { CALLBACK_ROUTES } from '../../contracts/http-routes/callbacks.js';
import { parseCallId } from '../../contracts/base/ids.js';
import { readTraceparent, TRACEPARENT_HEADER } from '../../contracts/durable/traces.js';
import type { Log } from '../../telemetry/log.js';
import { inSpan, isTracing } from '../../telemetry/tracing.js';
import type { EventIngest } from '../../stream/ingest.js';
import { boundedBody } from '../http/body-limits.js';
import { parseJson } from '../http/json-bodies.js';
import { mount, type Call, type Handlers } from '../http/mount.js';
import { Refusal, refusal, refusedForNow } from '../http/refusal.js';
import { takeRecording, type RecordingDeps } from './recordings.js';
import { badSignature, signatureGuard, type SignatureDeps } from './signed.js';

/** A run posts twenty times a second: of posts in its middle a trace has those that took longer. */
const SLOW_MS = 250;

export interface CallbackDeps extends RecordingDeps {
  /** Where the events of jobs go. */
  ingest: Pick<EventIngest, 'take'>;
  /** Writes how far an action is, percent; false = it has ended. */
  noteActionProgress: (actionId: string, percent: number) => Promise<boolean>;
  log: Log;
}

type RunCall = { jobId: string; attempt: number };

/**
 * Handlers of `POST /callback/:jobId` and `POST /callback/actions/:actionId`, where the runner of a
 * job or of an action reports (C2), and of recordings (E8). They read raw bodies: a signature
 * covers the bytes. Events are answered with 200 `{ackedSeq, cancel}`, with 410 when the attempt or
 * action is no longer wanted, with 400, 401, 403, 413, 429 or 503.
 */
function callbackHandlers(deps: CallbackDeps): Handlers<typeof CALLBACK_ROUTES> {
  return {
    takeRecording: (call) => takeRecording(deps, call),
    takeActionEvents: (call) => receive(deps, 'action', call.params.actionId, call),
    takeJobEvents: (call) => receive(deps, 'job', call.params.jobId, call),
  };
}

/** Mounts {@link callbackHandlers}: no origin reads them, and a signature stands for a limit. */
export function callbackRouter(deps: CallbackDeps & SignatureDeps): Router {
  const router = Router();
  const pass = (): RequestHandler => (_req, _res, next) => next();
  mount(router, CALLBACK_ROUTES, callbackHandlers(deps), {
    guards: { signature: signatureGuard(deps) },
    limit: pass,
    cors: pass,
  });
  return router.use('/callback', refusePost);
}

type SignedCall = Pick<
  Call<(typeof CALLBACK_ROUTES)['takeJobEvents']>,
  'req' | 'res' | 'signature'
>;

async function receive(
  deps: CallbackDeps,
  kind: 'job' | 'action',
  id: string,
  { req, res, signature }: SignedCall,
): Promise<CallbackAnswer> {
  const signed = await readSignedPost(deps, kind, id, { req, signature });
  try {
    const answer = await traced(req, kind, signed, () =>
      kind === 'action' ? takeForAction(deps, signed) : deps.ingest.take(signed.call, signed.post),
    );
    if (answer === 'overloaded') throw refusedForNow(429, 'Too many events');
    res.status(answer.cancel ? 410 : 200);
    return answer;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    deps.log.warn({ err: error, callId: signed.post.callId }, 'a callback could not be taken');
    throw refusedForNow(503, 'Unavailable');
  }
}

/** A post belongs to the runner's span that it names; it is believed because it was signed. */
function traced<T>(
  request: Request,
  of: 'job' | 'action',
  { call: { jobId, attempt }, post }: { call: RunCall; post: CallbackPost },
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

/** Answers in JSON what is wrong about a post or its body. */
const refusePost: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  if (res.headersSent) return next(error);
  if (error instanceof Refusal) return error.send(res);
  const status =
    error.status === 413 ? 413 : error.status !== undefined && error.status < 500 ? 400 : 503;
  res.status(status).json({ error: status === 413 ? 'Body too large' : 'Bad request' });
};

/** Of an action only the newest percentage is kept; everything else is acknowledged at once. */
async function takeForAction(
  { noteActionProgress }: CallbackDeps,
  { call, post }: { call: RunCall; post: CallbackPost },
): Promise<CallbackAnswer> {
  const newest = post.events.findLast((event) => event.type === 'progress');
  const isWanted = newest === undefined || (await noteActionProgress(call.jobId, newest.progress));
  return { ackedSeq: post.fromSeq + post.events.length - 1, cancel: !isWanted };
}

/** The post and the call that signed it; the address must be that call's. */
async function readSignedPost(
  deps: CallbackDeps,
  kind: 'job' | 'action',
  id: string,
  { req, signature }: Pick<SignedCall, 'req' | 'signature'>,
): Promise<{ call: RunCall; post: CallbackPost }> {
  const callOf = (callId: string): RunCall => {
    const call = parseCallId(callId);
    if (call?.jobId === id) return call;
    throw refusal(403, `Not this ${kind}`);
  };
  if (signature.callId !== null) callOf(signature.callId);
  const rawBody = await buffer(boundedBody(req, CALLBACK_BODY_LIMIT));
  const post = parsePost(rawBody);
  if (!post) throw refusal(400, 'Bad request');
  if (!signature.covers(post.callId, rawBody)) throw await badSignature(deps, req);
  return { call: callOf(post.callId), post };
}

function parsePost(rawBody: Buffer): CallbackPost | null {
  try {
    return CallbackPost.safeParse(parseJson(rawBody)).data ?? null;
  } catch {
    return null;
  }
}
