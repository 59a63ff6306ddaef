import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { isUpgradeOriginAllowed } from '../guards/origin.js';
import type { SocketDeps } from './deps.js';
import { Dispatcher } from './dispatch.js';
import { CLOSE, Session, stopReading } from './session.js';
import { SocketPlaces } from './socket-places.js';

/**
 * Largest accepted frame; a larger one closes its socket with 1009. The largest that a client
 * needs is a message of 20,000 characters with its options: 61 KB of UTF-8.
 */
const MAX_FRAME_BYTES = 64 * 1024;
/** Until sign-in (D6): a token that also fits the header of a request. */
const MAX_WAITING_FRAME_BYTES = 16 * 1024;
/** A socket that has not signed in by then is closed. */
const SIGN_IN_TIMEOUT_MS = 30_000;
/** Half-open connections are found by protocol pings, which browsers answer by themselves. */
const KEEPALIVE_MS = 30_000;
const SHUTDOWN_GRACE_MS = 2_000;
/** Sockets of a session that was signed out are looked for this often. */
const ENDED_INTERVAL_MS = 1_000;
/** Names the limit; those that never sign in are gone by then. */
const TOO_MANY_SOCKETS = [
  `Retry-After: ${SIGN_IN_TIMEOUT_MS / 1000}\r\n`,
  'RateLimit-Policy: "sockets"\r\n',
].join('');

export interface Sockets {
  readonly count: number;
  /**
   * Refuses new sockets and closes the open ones with 1012, each at some moment within `spreadMs`,
   * so that not all come back at once; resolves when they are gone, at the latest 2 s later.
   */
  close(spreadMs?: number): Promise<void>;
}

/** Serves the WebSocket protocol on every path of `server` (websocket.md §1). */
export function attachSockets(
  server: Server,
  deps: SocketDeps,
  options: {
    signInTimeoutMs?: number;
    keepaliveMs?: number;
    addressOf?: (request: IncomingMessage) => string;
  } = {},
): Sockets {
  const {
    signInTimeoutMs = SIGN_IN_TIMEOUT_MS,
    keepaliveMs = KEEPALIVE_MS,
    addressOf = (request) => request.socket.remoteAddress ?? '',
  } = options;
  const places = new SocketPlaces(deps.config);
  const wss = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    clientTracking: true,
  });
  const sessions = new Map<WebSocket, Session>();
  let isClosing = false;
  const closeEnded = setInterval(() => {
    for (const session of sessions.values())
      if (deps.ended.has(session.identity?.sessionId)) session.close(CLOSE.authenticationFailed);
  }, ENDED_INTERVAL_MS).unref();

  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    if (isClosing) return refuse(stream, '503 Service Unavailable');
    if (
      !isUpgradeOriginAllowed(
        { origin: request.headers.origin, host: request.headers.host },
        deps.config,
      )
    )
      return refuse(stream, '403 Forbidden');
    const place = places.take(addressOf(request));
    if (place === null) return refuse(stream, '429 Too Many Requests', TOO_MANY_SOCKETS);
    // Also when the handshake fails, which emits no event.
    stream.once('close', () => place.leave());
    wss.handleUpgrade(request, stream, head, (socket) => {
      const session = new Session(socket, deps.feeds, deps.follows, place);
      sessions.set(socket, session);
      serve(deps, socket, session, { signInTimeoutMs, keepaliveMs });
      socket.once('close', () => sessions.delete(socket));
    });
  };
  server.on('upgrade', onUpgrade);

  return {
    get count() {
      return sessions.size;
    },
    async close(spreadMs = 0) {
      isClosing = true;
      clearInterval(closeEnded);
      await closeAll(sessions, spreadMs);
      server.off('upgrade', onUpgrade);
    },
  };
}

async function closeAll(
  sessions: ReadonlyMap<WebSocket, Session>,
  spreadMs: number,
): Promise<void> {
  const gone = [...sessions.keys()].map(
    (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
  );
  for (const session of sessions.values())
    if (spreadMs === 0) session.close(CLOSE.restarting);
    else setTimeout(() => session.close(CLOSE.restarting), Math.random() * spreadMs);
  const timer = setTimeout(() => {
    for (const socket of sessions.keys()) socket.terminate();
  }, spreadMs + SHUTDOWN_GRACE_MS);
  await Promise.all(gone);
  clearTimeout(timer);
}

function serve(
  deps: SocketDeps,
  socket: WebSocket,
  session: Session,
  times: { signInTimeoutMs: number; keepaliveMs: number },
): void {
  const dispatcher = new Dispatcher(deps, session);
  const signInTimer = setTimeout(() => {
    if (!session.isSignedIn()) session.close(CLOSE.authenticationRequired);
  }, times.signInTimeoutMs).unref();
  let isAlive = true;
  const keepalive = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, times.keepaliveMs).unref();
  socket.on('pong', () => (isAlive = true));
  socket.on('message', (data) => {
    isAlive = true;
    if (!session.isOpen) return;
    // The default binaryType: every message is one Buffer.
    const bytes = data as Buffer;
    // ws keeps one maxPayload for all sockets of its server, so that this limit stands here.
    if (bytes.length > MAX_WAITING_FRAME_BYTES && !session.isSignedIn())
      return session.close(CLOSE.tooLarge);
    if (!session.place.takeFrame(bytes.length)) return session.close(CLOSE.tooManyFrames);
    dispatcher.take(bytes);
  });
  socket.on('error', (error) => {
    deps.log.debug({ err: error }, 'socket error');
    stopReading(socket);
  });
  socket.once('close', () => {
    clearTimeout(signInTimer);
    clearInterval(keepalive);
    session.leave();
  });
}

function refuse(stream: Duplex, status: string, headers = ''): void {
  stream.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
