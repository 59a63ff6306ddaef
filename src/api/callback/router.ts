import express, {
  type ErrorRequestHandler,
  type Request,
  type Response,
  type Router,
} from 'express';
import {
  CALLBACK_BODY_LIMIT,
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
  CallbackPost,
  type CallbackAnswer,
} from '../../contracts/callback.js';
import { parseCallId } from '../../contracts/ids.js';
import type { StreamItem } from '../../contracts/stream.js';
import type { Log } from '../../log.js';
import { JobEventIngest, type InboxDeps } from '../../stream/job-event-ingest.js';
import { isSignedBy } from './signature.js';

/** Beyond these a post is put off with 429: the runner keeps its events and slows down. */
const MAX_PENDING_CHARS_PER_JOB = 2 * 1024 * 1024;
const MAX_PENDING_CHARS = 64 * 1024 * 1024;
const RETRY_AFTER_S = 1;
const FINAL_PATIENCE_MS = 3_000;
const IDLE_MS = 5 * 60_000;

export interface CallbackDeps extends InboxDeps {
  /** CALLBACK_SECRET: every call's key is derived from it. */
  masterSecret: string;
  /** The fast lane: whoever listens here hears it at once (D2). */
  offer(jobId: string, items: readonly StreamItem[]): void;
  log: Log;
}

/**
 * `POST /callback/:jobId`, where a run tells what happens (C2). Needs the raw body: mount it before
 * any body parser. Answers 200 `{ackedSeq, cancel}`, 410 when the attempt is no longer wanted, 400,
 * 401, 403, 413, 429 and 503.
 */
export function callbackRouter(deps: CallbackDeps): Router {
  const inboxes = new Inboxes(deps);
  const router = express.Router();
  router.post(
    '/callback/:jobId',
    express.raw({ type: () => true, limit: CALLBACK_BODY_LIMIT, inflate: false }),
    async (request, response) => {
      await receive(deps, inboxes, request, response);
    },
  );
  router.use('/callback', refuseBody);
  return router;
}

const refuseBody: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status =
    error.status === 413 ? 413 : error.status !== undefined && error.status < 500 ? 400 : 503;
  response.status(status).json({ error: status === 413 ? 'Body too large' : 'Bad request' });
};

async function receive(
  deps: CallbackDeps,
  inboxes: Inboxes,
  request: Request,
  response: Response,
): Promise<void> {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const post = parsePost(rawBody);
  if (!post) return void response.status(400).json({ error: 'Bad request' });
  const { callId } = post;
  const [timestamp, signature] = [
    request.get(CALLBACK_TIMESTAMP_HEADER),
    request.get(CALLBACK_SIGNATURE_HEADER),
  ];
  if (!isSignedBy(deps.masterSecret, { callId, timestamp, signature, rawBody }, Date.now())) {
    return void response.status(401).json({ error: 'Wrong signature' });
  }
  const call = parseCallId(callId);
  if (!call || call.jobId !== request.params['jobId'])
    return void response.status(403).json({ error: 'Not this job' });
  const inbox = inboxes.of(call.jobId);
  if (inboxes.isOverloaded(inbox)) {
    return void response
      .status(429)
      .set('Retry-After', String(RETRY_AFTER_S))
      .json({ error: 'Too many events' });
  }
  try {
    response.json(await take(deps, inbox, call, post, () => response.status(410)));
  } catch (error) {
    deps.log.warn({ err: error, jobId: call.jobId }, 'a callback could not be taken');
    response.status(503).set('Retry-After', String(RETRY_AFTER_S)).json({ error: 'Unavailable' });
  }
}

async function take(
  deps: CallbackDeps,
  inbox: JobEventIngest,
  { jobId, attempt }: { jobId: string; attempt: number },
  post: CallbackPost,
  markGone: () => void,
): Promise<CallbackAnswer> {
  if (!(await inbox.wants(attempt))) {
    markGone();
    return { ackedSeq: inbox.ackedSeq(attempt), cancel: true };
  }
  deps.offer(
    jobId,
    post.events.map((event, index) => ({ attempt, seq: post.fromSeq + index, event })),
  );
  await inbox.take(attempt, post.fromSeq, post.events);
  if (post.final) await inbox.flushNow(FINAL_PATIENCE_MS);
  return { ackedSeq: inbox.ackedSeq(attempt), cancel: false };
}

function parsePost(rawBody: Buffer): CallbackPost | null {
  try {
    return CallbackPost.safeParse(JSON.parse(rawBody.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** The inboxes of the jobs that post here; idle ones are forgotten. */
class Inboxes {
  readonly #inboxes = new Map<string, JobEventIngest>();
  #sweptMs = performance.now();

  constructor(private readonly deps: InboxDeps) {}

  of(jobId: string): JobEventIngest {
    this.#sweep();
    let inbox = this.#inboxes.get(jobId);
    if (!inbox) this.#inboxes.set(jobId, (inbox = new JobEventIngest(jobId, this.deps)));
    return inbox;
  }

  isOverloaded(inbox: JobEventIngest): boolean {
    if (inbox.pendingChars > MAX_PENDING_CHARS_PER_JOB) return true;
    let chars = 0;
    for (const other of this.#inboxes.values()) chars += other.pendingChars;
    return chars > MAX_PENDING_CHARS;
  }

  #sweep(): void {
    const nowMs = performance.now();
    if (nowMs - this.#sweptMs < IDLE_MS) return;
    this.#sweptMs = nowMs;
    for (const [jobId, inbox] of this.#inboxes)
      if (inbox.isIdle && nowMs - inbox.lastUsedMs > IDLE_MS) this.#inboxes.delete(jobId);
  }
}
