import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { followUsage } from './answer-usage.js';
import { Purse, type Purchase } from './model-purse.js';
import { countedBytes, readMessagesRequest, type MessagesRequest } from './model-request.js';

export type KeyProxy = Awaited<ReturnType<typeof startKeyProxy>>;

const COUNT_TOKENS = '/v1/messages/count_tokens';
/** All that the pinned program asks for. */
const ALLOWED = /^\/v1\/messages(\/count_tokens)?(\?beta=true)?$/;
/** Not passed on: headers of one connection, of the token, and of what the proxy changes. */
const DROPPED_HEADERS = [
  'host',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'authorization',
  'x-api-key',
];
const CLOSE_GRACE_MS = 200;
/** As many as the Messages API takes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** The program asks one thing at a time; a hiccup may leave another one open. */
const MAX_OPEN = 4;
/** No run of any length comes near. */
const MAX_REQUESTS = 2_000;

interface Context {
  readonly upstream: string;
  readonly apiKey: string;
  readonly purse: Purse;
  readonly onAnswer: (answer: IncomingMessage) => void;
  readonly onSpent: () => void;
  /** An answer is on its way of which nothing comes before the whole. */
  onWhole: (answered: Promise<void>) => void;
}

/**
 * The model program's only way out: it holds the key, the program holds a token that is good for
 * this run alone. Listens on a unix socket. Streams both ways; upstream answers, refusals and cuts
 * pass through as they are, until `budgetUsd` is spent: from then on each request is refused with
 * 402.
 */
export async function startKeyProxy(options: {
  socketPath: string;
  upstream: string;
  apiKey: string;
  budgetUsd: number;
  /** Reads along with each exchange that the token opened. */
  watch?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}) {
  const token = `run-${randomBytes(24).toString('hex')}`;
  const purse = new Purse(options.budgetUsd);
  let lastStatus: number | null = null;
  let retryAfterMs: number | null = null;
  let isSpent = false;
  let [open, seen] = [0, 0];
  const context: Context = {
    upstream: options.upstream.replace(/\/+$/, ''),
    apiKey: options.apiKey,
    purse,
    onAnswer: (answer) => {
      lastStatus = answer.statusCode ?? null;
      retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
    },
    onSpent: () => void (isSpent = true),
    onWhole: () => undefined,
  };

  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => {
    response.on('error', () => undefined);
    if (!isToken(request.headers['x-api-key'], token))
      return reject(response, 401, 'authentication_error');
    if (request.method !== 'POST' || !ALLOWED.test(request.url ?? '') || isEncoded(request))
      return reject(response, 404, 'not_found_error');
    seen += 1;
    if (open >= MAX_OPEN || seen > MAX_REQUESTS)
      return reject(response, 400, 'invalid_request_error');
    open += 1;
    response.once('close', () => void (open -= 1));
    options.watch?.(request, response);
    void pass(context, request, response);
  });
  for (const event of ['connect', 'upgrade'] as const) server.on(event, hangUp);
  await new Promise<void>((resolve, fail) => {
    server.once('error', fail);
    server.listen(options.socketPath, resolve);
  });
  return {
    token,
    /** `Retry-After` of the last refused call, milliseconds. */
    retryAfterMs: () => retryAfterMs,
    /** Status of the last answer; null before the first. */
    lastStatus: () => lastStatus,
    /** A request was refused, or an answer cut, because the run's money is spent. */
    isSpent: () => isSpent,
    /** `listener` is called with each request that is answered in one piece. */
    onWhole(listener: Context['onWhole']): void {
      context.onWhole = listener;
    },
    /** What the run has bought so far, as counted here. */
    spentUsd: () => purse.answeredUsd(),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
        server.closeIdleConnections();
      }),
  };
}

/** A body that we could not read as it is. */
function isEncoded({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] !== undefined;
}

/** Nothing is tunnelled, and no other protocol is spoken. */
function hangUp(_request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

async function pass(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request).catch(() => null);
  if (response.destroyed) return;
  if (body === null) return reject(response, 413, 'request_too_large');
  const asked = readMessagesRequest(body);
  if (asked === null) return reject(response, 400, 'invalid_request_error');
  const path = request.url ?? '';
  if (path.startsWith(COUNT_TOKENS)) return forward(context, request, response, asked, null);
  if (asked.max_tokens === undefined) return reject(response, 400, 'invalid_request_error');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const buying = {
    model: asked.model,
    maxTokens: asked.max_tokens,
    bytes: countedBytes(body, asked),
  };
  const isStream = asked.stream === true;
  const purchase = await context.purse.buy({ ...buying, isStream }, gone.signal);
  if (gone.signal.aborted) return purchase?.cancel();
  if (purchase === null) {
    context.onSpent();
    return reject(response, 402, 'billing_error');
  }
  if (!isStream) context.onWhole(new Promise((done) => response.once('close', done)));
  forward(context, request, response, { ...asked, max_tokens: purchase.maxTokens }, purchase);
}

/** Null = larger than allowed. The connection ends with it: the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function forward(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  asked: MessagesRequest,
  purchase: Purchase | null,
): void {
  const headers: OutgoingHttpHeaders = { ...request.headers };
  for (const name of DROPPED_HEADERS) Reflect.deleteProperty(headers, name);
  // What was checked is what is sent on, and what comes back can be read along.
  const body = Buffer.from(JSON.stringify(asked));
  const own = {
    'accept-encoding': 'identity',
    'content-length': body.length,
    'x-api-key': context.apiKey,
  };
  const start = context.upstream.startsWith('https:') ? httpsRequest : httpRequest;
  const upstream = start(
    `${context.upstream}${request.url ?? ''}`,
    { method: 'POST', agent: false, headers: { ...headers, ...own } },
    (answer) => {
      context.onAnswer(answer);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      // A cut upstream has to look like a cut, never like a proper end.
      answer.on('error', () => response.destroy());
      answer.on('aborted', () => response.destroy());
      if (purchase !== null) follow(context, answer, response, purchase);
      answer.pipe(response);
    },
  );
  upstream.on('error', () => {
    if (response.headersSent) return response.destroy();
    purchase?.cancel();
    reject(response, 502, 'api_error');
  });
  response.on('close', () => {
    purchase?.settle();
    upstream.destroy();
  });
  upstream.end(body);
}

/** Counts an answer while it comes, and cuts it where the money ends. */
function follow(
  { onSpent }: Context,
  answer: IncomingMessage,
  response: ServerResponse,
  purchase: Purchase,
): void {
  if ((answer.statusCode ?? 500) >= 400) return purchase.cancel();
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
  const usage = followUsage(purchase, isStream);
  answer.on('data', (chunk: Buffer) => {
    usage.push(chunk);
    if (!isStream || !purchase.isOverdrawn()) return;
    onSpent();
    response.destroy();
  });
  answer.on('end', () => {
    usage.end();
    if (purchase.isCutShort()) onSpent();
  });
}

function reject(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(
    JSON.stringify({
      type: 'error',
      error: { type, message: `refused by the key proxy (${status})` },
    }),
  );
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function parseRetryAfter(value: string | undefined): number | null {
  const seconds = Number(value);
  return value !== undefined && Number.isFinite(seconds) && seconds >= 0
    ? Math.round(seconds * 1000)
    : null;
}
