import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../src/contracts/base/errors.js';
import { authError } from './auth/errors.js';
import { ATTEMPT_LIMITS, type AttemptLimits } from './auth/attempts.js';
import { isLoopback, Redirects } from './auth/redirects.js';
import type { OidcProvider } from './auth/google.js';
import { createAuth } from './auth/router.js';
import { readBody } from '../read-body.js';
import { HttpError, json, preflight, send, type Call, type Reply } from './http.js';
import { loadGatewayKeys } from './keys.js';
import { applyPlatform, loginUrl } from './platform.js';
import { databaseError, restError } from './rest/errors.js';
import { createRest } from './rest/router.js';

/** The part of a pino logger that is used here. */
interface GatewayLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface GatewayOptions {
  /** A superuser's address with its password. */
  readonly databaseUrl: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** A loopback address; 127.0.0.1 unless given. */
  readonly host?: string | undefined;
  /**
   * `iss` of the tokens, for example http://localhost:3000/auth/v1; the gateway's own address
   * unless given.
   */
  readonly issuer?: string | undefined;
  /** Where a sign-in leads back to when it names no allowed address. */
  readonly siteUrl: string;
  /** Google, or another OpenID provider; without it a local form takes its place. */
  readonly google?: OidcProvider | undefined;
  readonly keyDir: string;
  readonly log: GatewayLog;
  /** {@link ATTEMPT_LIMITS} unless given. */
  readonly attempts?: AttemptLimits | undefined;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
  stop(): Promise<void>;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const STOP_WITHIN_MS = 3_000;
/** How long a start waits for the database. */
const DATABASE_WAIT_MS = 30_000;

type Handlers = Record<'rest' | 'auth', (call: Call) => Promise<Reply>>;

/**
 * Brings the database into the state of a hosted project and serves /rest/v1 and /auth/v1 on the
 * loopback.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const host = options.host ?? '127.0.0.1';
  if (!isLoopback(host))
    throw new Error(
      'The Supabase gateway is a development double: it listens on the loopback only, not ' +
        `on ${host}`,
    );
  const keys = await loadGatewayKeys(options.keyDir);
  await preparePlatform(options);
  const adminPool = createPool(options.databaseUrl, 6, options.log);
  const callerPool = createPool(loginUrl(options.databaseUrl), 16, options.log);

  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 });
  server.listen(options.port, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? '[::1]' : host}:${port}`;
  const redirects = new Redirects(options.siteUrl);
  const handlers: Handlers = {
    rest: createRest(callerPool, adminPool, keys),
    auth: createAuth(adminPool, keys, {
      issuer: options.issuer ?? `${url}/auth/v1`,
      redirects,
      google: options.google,
      attempts: options.attempts ?? ATTEMPT_LIMITS,
      log: options.log,
    }),
  };
  server.on('request', (request, response) => void serve(request, response, handlers, options.log));

  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS);
    await closed;
    clearTimeout(timer);
    await Promise.all(
      [adminPool, callerPool]
        .filter((pool) => !pool.ended && !pool.ending)
        .map((pool) => pool.end()),
    );
  };
  const { anonKey, serviceRoleKey } = keys;
  return { url, port, anonKey, serviceRoleKey, stop };
}

/** Answers one request; nothing that goes wrong in it reaches another one. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: Handlers,
  log: GatewayLog,
): Promise<void> {
  const url = URL.canParse(request.url ?? '/', 'http://gateway')
    ? new URL(request.url ?? '/', 'http://gateway')
    : new URL('http://gateway/');
  const [, room, path] = /^\/(rest|auth)\/v1(\/.*)?$/.exec(url.pathname) ?? [];
  let reply: Reply;
  try {
    reply = await answer(request, url, room as keyof Handlers | undefined, path ?? '/', handlers);
  } catch (error) {
    reply = failure(error, room, log);
  }
  // What leads through a sign-in can only be read and sent by the browser that shows it.
  send(request, response, reply, !/^\/auth\/v1\/(authorize|callback)$/.test(url.pathname));
}

async function answer(
  request: IncomingMessage,
  url: URL,
  room: keyof Handlers | undefined,
  path: string,
  handlers: Handlers,
): Promise<Reply> {
  if (request.method === 'OPTIONS') return preflight(request);
  if (url.pathname === '/health') return json(200, { status: 'ok' });
  if (!room)
    throw new HttpError(404, { code: 'not_found', message: 'no Route matched with those values' });
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === null)
    throw new HttpError(413, {
      code: 'request_too_large',
      message: `The body is larger than ${BODY_LIMIT_BYTES} bytes`,
    });
  return handlers[room]({
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    headers: request.headers,
    body,
    address:
      [request.headers['x-forwarded-for']].flat().at(-1) ?? request.socket.remoteAddress ?? '',
  });
}

function failure(error: unknown, room: string | undefined, log: GatewayLog): Reply {
  const known = databaseError(error, 'service_role');
  if (known instanceof HttpError && (error instanceof HttpError || known.status === 503)) {
    if (known.status === 503)
      log.warn({ reason: messageOf(error) }, 'the database does not answer');
    return json(known.status, known.body, known.headers);
  }
  log.error({ err: error }, 'a request failed');
  const { status, body, headers } =
    room === 'auth'
      ? authError(
          500,
          'unexpected_failure',
          'Database error or unexpected failure, please check server logs for more information',
        )
      : restError(500, 'PGRST000', 'Unexpected failure');
  return json(status, body, headers);
}

async function preparePlatform({ databaseUrl, log }: GatewayOptions): Promise<void> {
  const deadline = Date.now() + DATABASE_WAIT_MS;
  for (;;) {
    try {
      await applyPlatform(databaseUrl);
      return;
    } catch (error) {
      const known = databaseError(error, 'service_role');
      if (!(known instanceof HttpError) || known.status !== 503 || Date.now() > deadline)
        throw error;
      log.warn({ reason: messageOf(error) }, 'waiting for the database');
      await sleep(500);
    }
  }
}

/** Without a listener an idle connection that PostgreSQL drops would end the process. */
function createPool(connectionString: string, max: number, log: GatewayLog): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 30_000,
  });
  pool.on('error', (error) =>
    log.warn({ reason: error.message }, 'a database connection was lost'),
  );
  return pool;
}
