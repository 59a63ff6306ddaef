import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { CLIENT_DIR } from '../../src/process/programs.js';
import { FakeSockets } from './fake-sockets.js';
import { FakeAssets } from './fake-assets.js';
import { actionRow, FakePublishing } from './fake-publishing.js';
import { FakeOps } from './fake-ops.js';
import { FakeStore, USER, type FakeProject } from './fake-store.js';

/**
 * A small server that speaks the contract to the browser client: pages under a strict policy,
 * sign-in, games, and the WebSocket, all from memory. What happens after a message is played by a
 * script that a test may replace.
 */
export interface FakeApi {
  readonly url: string;
  readonly store: FakeStore;
  readonly sockets: FakeSockets;
  readonly publishing: FakePublishing;
  readonly assets: FakeAssets;
  readonly ops: FakeOps;
  /** Requests seen, `METHOD /path` without query. */
  readonly requests: string[];
  /** Tokens that count as expired from now on. */
  readonly refusedTokens: Set<string>;
  demo: boolean;
  /** Whether people without an account may make a game. */
  guests: boolean;
  /** Whether the account that a guest signs in with is another person's already. */
  isAccountKnown: boolean;
  /** Images that were uploaded as thumbnails. */
  readonly images: Buffer[];
  /** Every call of the API with a token fails. */
  isBroken: boolean;
  /** Calls that fail the next time, `METHOD /path` → the answer's status and headers. */
  readonly failures: Map<string, { status: number; headers?: Record<string, string> }>;
  close(): Promise<void>;
}

const PAGES: Record<string, string> = {
  '/': 'index.html',
  '/signin': 'signin.html',
  '/create': 'create.html',
  '/discover': 'discover.html',
  '/notifications': 'notifications.html',
  '/mypage': 'mypage.html',
  '/ops': 'ops.html',
  '/game.html': 'play.html',
};
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};
/** The strictest policy under which the pages must work. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action " +
  "'self'";

export async function startFakeApi(): Promise<FakeApi> {
  const store = new FakeStore();
  const http: Server = createServer((request, response) => void answer(api, request, response));
  const sockets = new FakeSockets(http, store, (token) => !api.refusedTokens.has(token));
  const api: FakeApi = {
    url: '',
    store,
    sockets,
    publishing: new FakePublishing(store),
    assets: new FakeAssets(store),
    ops: new FakeOps(),
    requests: [],
    refusedTokens: new Set(),
    demo: true,
    guests: false,
    isAccountKnown: false,
    images: [],
    isBroken: false,
    failures: new Map(),
    close: async () => {
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(api, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

async function answer(
  api: FakeApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', api.url);
  api.requests.push(`${request.method} ${url.pathname}`);
  const call = `${request.method} ${url.pathname}`;
  const failure = api.failures.get(call);
  api.failures.delete(call);
  if (failure)
    return void response
      .writeHead(failure.status, { 'Content-Type': 'application/json', ...failure.headers })
      .end('{"error":"no"}');
  try {
    if (url.pathname.startsWith('/auth/v1/')) return auth(api, url, response);
    if (url.pathname === '/api/config')
      return json(response, 200, {
        supabaseUrl: api.url,
        supabaseAnonKey: 'anon',
        demo: api.demo,
        guests: api.guests,
      });
    if (url.pathname === '/api/games') return json(response, 200, feedOf(api, url.searchParams));
    if (url.pathname.startsWith('/api/games/')) return card(api, url, request, response);
    if (url.pathname.startsWith('/api/')) return await rest(api, url, request, response);
    const bytes = api.assets.bytes.get(url.pathname);
    if (bytes) return void response.writeHead(200, { 'Content-Type': 'image/png' }).end(bytes);
    if (url.pathname.startsWith('/game/')) return game(api, url, response);
    await file(url.pathname, response);
  } catch {
    if (!request.headers.accept?.includes('text/html'))
      return void response.writeHead(404).end('Not found');
    await file('/404.html', response, 404);
  }
}

async function file(path: string, response: ServerResponse, status = 200): Promise<void> {
  if (path.includes('..')) throw new Error('outside');
  const name =
    PAGES[path] ??
    (path.startsWith('/project/')
      ? 'editor.html'
      : path.startsWith('/zap/')
        ? 'zap.html'
        : path.startsWith('/play/')
          ? 'play.html'
          : path.replace(/^\/v\/[0-9a-f]{16}\//, '/').slice(1));
  const source = join(CLIENT_DIR, name);
  const body = await readFile(source);
  response
    .writeHead(status, {
      'Content-Type': TYPES[extname(source)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'max-age=600',
    })
    .end(body);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(body));
}

let tokens = 0;

/** A token that looks like one; nobody here checks signatures. */
function newToken(): string {
  tokens += 1;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: USER.id, exp: Math.floor(Date.now() / 1000) + 3_600, n: tokens };
  return `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
}

function session({ ops }: FakeApi, isGuest = false): Record<string, unknown> {
  return {
    access_token: newToken(),
    refresh_token: `refresh-${tokens}`,
    token_type: 'bearer',
    expires_in: 3_600,
    expires_at: Math.floor(Date.now() / 1000) + 3_600,
    user: {
      ...(isGuest ? { id: USER.id, email: '', is_anonymous: true } : USER),
      app_metadata: ops.isOperator ? { role: 'operator' } : {},
    },
  };
}

function auth(api: FakeApi, url: URL, response: ServerResponse): void {
  switch (url.pathname.slice('/auth/v1/'.length)) {
    case 'authorize': {
      const back = url.searchParams.get('redirect_to') ?? '/';
      const granted = session(api);
      delete granted['user'];
      response
        .writeHead(302, {
          Location: `${back}#${new URLSearchParams(granted as Record<string, string>).toString()}`,
        })
        .end();
      return;
    }
    case 'signup':
      return json(response, 200, session(api, true));
    case 'user/identities/authorize': {
      const back = url.searchParams.get('redirect_to') ?? '/';
      const known = `${back}?error=server_error&error_code=identity_already_exists`;
      const authorize = `${api.url}/auth/v1/authorize?redirect_to=${encodeURIComponent(back)}`;
      return json(response, 200, { url: api.isAccountKnown ? known : authorize });
    }
    case 'user':
      return json(response, 200, session(api)['user']);
    case 'token':
      if (api.refusedTokens.has('refresh'))
        return json(response, 400, {
          error: 'invalid_grant',
          error_description: 'Invalid Refresh Token',
          code: 'refresh_token_not_found',
        });
      return json(response, 200, session(api));
    case 'logout':
      response.writeHead(204).end();
      return;
    default:
      json(response, 501, { error: 'the fake does not know this call' });
  }
}

async function rest(
  api: FakeApi,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const token =
    request.headers.authorization?.replace('Bearer ', '') ??
    url.searchParams.get('access_token') ??
    '';
  if (token === '' || api.refusedTokens.has(token))
    return json(response, 401, { error: 'Invalid or expired token' });
  if (api.isBroken) return json(response, 500, { error: 'Internal server error' });
  if (url.pathname === '/api/projects')
    return json(response, 200, pageOf(api.store.summaries(), url.searchParams));
  if (url.pathname === '/api/account/adopt-guest')
    return json(response, 200, { state: 'completed', projectIds: [] });
  if (url.pathname.startsWith('/api/notifications'))
    return json(response, 200, { success: true, notifications: [], muted: [] });
  if (url.pathname.startsWith('/api/ops/')) {
    const { status, body } = await api.ops.answer(request, url);
    return json(response, status, body);
  }
  const asset = await api.assets.answer(request, url.pathname);
  if (asset) return json(response, asset.status, asset.body);
  const [, , kind, id = '', what = ''] = url.pathname.split('/');
  const action = api.publishing.actions.get(id);
  if (kind === 'actions') {
    if (action && what === 'cancel') action.state = 'cancelled';
    return json(response, action ? 200 : 404, action ? actionRow(id, action) : { error: 'none' });
  }
  const project = api.store.projects.get(id);
  if (!project) return json(response, 404, { error: 'Project not found' });
  await ofProject(api, project, what, { request, response });
}

/** What belongs to one project. */
async function ofProject(
  api: FakeApi,
  project: FakeProject,
  what: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { id } = project;
  if (what === 'code') return json(response, 200, { code: project.html });
  if (what === '') return json(response, 200, { id, name: project.name });
  if (what === 'settings') return json(response, 200, { settings: [] });
  const answered = await api.publishing.answer(request, project, what);
  if (answered === 'drop') return void request.socket.destroy();
  if (answered) return json(response, answered.status, answered.body);
  if (request.url?.includes('/movie') && project.hasVideo)
    return void response.writeHead(200, { 'Content-Type': 'video/mp4' }).end('video');
  if (what === 'upload-thumbnail')
    return void received(request).then((image) => {
      api.images.push(image);
      json(response, 200, { thumbnailUrl: '/images/icon-512.png' });
    });
  if (what === 'thumbnail' && (project.isPublic || project.versions.length > 0))
    return void file('/images/icon-512.png', response);
  if (what === 'download') {
    response
      .writeHead(200, {
        'Content-Type': 'application/zip',
        'Content-Disposition': 'attachment; filename="game.zip"',
      })
      .end('PK');
    return;
  }
  json(response, 404, { error: 'Not found' });
}

/** The one file of a form. */
async function received(request: IncomingMessage): Promise<Buffer> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]);
  const form = await new Response(body, {
    headers: { 'Content-Type': request.headers['content-type'] ?? '' },
  }).formData();
  const [file] = [...form.values()];
  return file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
}

/** With `limit` a page of them, whose place is the number of those before it. */
function pageOf(projects: ReturnType<FakeStore['summaries']>, query: URLSearchParams): object {
  const limit = Number(query.get('limit') ?? 0);
  if (limit === 0) return { projects };
  const from = Number(query.get('after') ?? 0);
  const isPublic = projects.filter((project) => project.isPublic).length;
  return {
    projects: projects.slice(from, from + limit),
    counts: { all: projects.length, public: isPublic },
    next: from + limit < projects.length ? String(from + limit) : null,
  };
}

/** In the order and with the words asked for, as many as asked for. */
function feedOf(api: FakeApi, query: URLSearchParams): object {
  const words = query.get('search') ?? '';
  const found = api.store.games.filter(({ title }) => title.includes(words));
  const games =
    query.get('sort') === 'popular' ? found.toSorted((a, b) => b.likeCount - a.likeCount) : found;
  const [from, limit] = [Number(query.get('after') ?? 0), Number(query.get('limit') ?? 20)];
  const next = from + limit < games.length ? String(from + limit) : null;
  return { games: games.slice(from, from + limit), next };
}

function card(api: FakeApi, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const game = api.store.games.find(({ id }) => id === url.pathname.split('/')[3]);
  if (game && url.pathname.endsWith('/remix')) {
    const project = api.store.addRemix(game.title);
    return json(response, 200, { success: true, projectId: project.id });
  }
  if (game && url.pathname.endsWith('/like')) {
    game.liked = request.method === 'PUT';
    return json(response, 200, { liked: game.liked, likeCount: game.likeCount + 1 });
  }
  json(response, game ? 200 : 404, game ? { game, success: true } : { error: 'Game not found' });
}

/** Same sandbox as the real thing: the page has an origin of its own. */
function game(api: FakeApi, url: URL, response: ServerResponse): void {
  const project = api.store.projects.get(url.pathname.split('/')[3] ?? '');
  if (!project || api.refusedTokens.has(url.searchParams.get('access_token') ?? ''))
    throw new Error('refused');
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': 'sandbox allow-scripts allow-pointer-lock',
      'Referrer-Policy': 'no-referrer',
    })
    .end(project.html);
}
