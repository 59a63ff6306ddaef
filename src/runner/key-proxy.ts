import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';

/**
 * The model program's only way out: it holds the key, the program holds a token that is good for
 * this run alone.
 */
export interface KeyProxy {
  readonly token: string;
  /** What the last refused call was told about waiting, milliseconds. */
  retryAfterMs(): number | null;
  /** Status of the last answer; null before the first. */
  lastStatus(): number | null;
  close(): Promise<void>;
}

const ALLOWED_PATHS = new Set(['/v1/messages', '/v1/messages/count_tokens']);
/** Not passed on: they belong to one connection, or they carry the token. */
const DROPPED_HEADERS = [
  'host',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  'x-api-key',
];
const CLOSE_GRACE_MS = 200;

/**
 * Listens on a unix socket. Streams both ways; upstream answers, refusals and cuts pass through as
 * they are.
 */
export async function startKeyProxy(options: {
  socketPath: string;
  upstream: string;
  apiKey: string;
}): Promise<KeyProxy> {
  const token = `run-${randomBytes(24).toString('hex')}`;
  let lastStatus: number | null = null;
  let retryAfterMs: number | null = null;

  const server = createServer((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?', 2);
    if (!isToken(request.headers['x-api-key'], token))
      return reject(response, 401, 'authentication_error');
    if (request.method !== 'POST' || !ALLOWED_PATHS.has(path))
      return reject(response, 404, 'not_found_error');
    forward(
      request,
      response,
      `${options.upstream.replace(/\/+$/, '')}${path}${query === undefined ? '' : `?${query}`}`,
      options.apiKey,
      (answer) => {
        lastStatus = answer.statusCode ?? null;
        retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
      },
    );
  });
  await new Promise<void>((resolve, fail) => {
    server.once('error', fail);
    server.listen(options.socketPath, resolve);
  });
  return {
    token,
    retryAfterMs: () => retryAfterMs,
    lastStatus: () => lastStatus,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
        server.closeIdleConnections();
      }),
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  apiKey: string,
  onAnswer: (answer: IncomingMessage) => void,
): void {
  const headers: OutgoingHttpHeaders = { ...request.headers };
  for (const name of DROPPED_HEADERS) Reflect.deleteProperty(headers, name);
  const start = target.startsWith('https:') ? httpsRequest : httpRequest;
  const upstream = start(
    target,
    { method: 'POST', agent: false, headers: { ...headers, 'x-api-key': apiKey } },
    (answer) => {
      onAnswer(answer);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      // A cut upstream has to look like a cut, never like a proper end.
      answer.on('error', () => response.destroy());
      answer.on('aborted', () => response.destroy());
      answer.pipe(response);
    },
  );
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else reject(response, 502, 'api_error');
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

function reject(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
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
