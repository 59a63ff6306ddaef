import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer of the gateway; `body` is finished text. */
export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** A request with its body read. */
export interface Call {
  readonly method: string;
  /** Path below /rest/v1 or /auth/v1, percent-decoding not yet done, starting with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Client address, as the API forwards it; only the API can reach this server. */
  readonly address: string;
}

/** A refusal that is answered as it stands: JSON body and status. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
    readonly headers: Record<string, string> = {},
  ) {
    super(typeof body['message'] === 'string' ? body['message'] : `HTTP ${status}`);
  }
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  };
}

/** Any page may call, as with hosted Supabase: what protects the data are the tokens. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'content-range, x-supabase-api-version, x-total-count, link, retry-after, preference-applied',
};

export function preflight(request: IncomingMessage): Reply {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers':
        request.headers['access-control-request-headers'] ??
        'authorization, apikey, content-type, x-client-info',
      'access-control-max-age': '86400',
    },
  };
}

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  isReadableByAnyPage: boolean,
): void {
  const body = reply.body ?? '';
  response.writeHead(reply.status, {
    ...(isReadableByAnyPage ? CORS : {}),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
    ...(reply.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
