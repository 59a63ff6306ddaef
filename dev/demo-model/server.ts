import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody } from '../read-body.js';
import { decideNextTurn } from './conversation.js';
import { DemoGemini, type SeenImageRequest } from './gemini/api.js';
import { faultNamed, OVERLOADED, refusalOf, type Fault, type Refusal } from './faults.js';
import { answerBody, payloadOf, streamAnswer, usageOf } from './wire/answer.js';
import { MessagesRequest, readConversation, tokensIn, type Turn } from './wire/messages.js';

export interface DemoServerOptions {
  /** 0 = any free port. */
  port?: number;
  /** Time in which a whole game is streamed; 0 = as fast as possible. */
  seconds?: number;
  /** Time in which an answer comes that is not streamed: those of the small model. */
  answerMs?: number;
  /** When given, only this key is accepted; otherwise any non-empty one. */
  apiKey?: string;
  /** Sees every request for an answer before it is answered: what really went over the wire. */
  onRequest?: (seen: SeenRequest) => void;
  /** Sees every answer before it is given: the tokens of both. */
  onAnswer?: (seen: SeenRequest, tokens: { input: number; output: number }) => void;
  /** The same for the image model. */
  onImageRequest?: (seen: SeenImageRequest) => void;
}

export interface SeenRequest {
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: MessagesRequest;
}

export interface DemoServer {
  /** Base URL for clients; `/fault/<name>` may be added (see faults.ts). */
  url: string;
  port: number;
  close: () => Promise<void>;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;
const ROUTE = /^((?:\/fault\/([a-z0-9-]+))?(?:\/[\w.-]+)*?)\/v1\/messages(\/count_tokens)?\/?$/;

/**
 * A Messages API on the loopback interface: no model, but an honest conversation partner for the
 * real clients.
 */
export async function startDemoServer(options: DemoServerOptions = {}): Promise<DemoServer> {
  const handler = new DemoApi(options);
  const server = createServer((request, response) => {
    handler.handle(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, port, close };
}

class DemoApi {
  /** Requests and interrupted answers so far, by base URL: only counted faults look at them. */
  private readonly requests = new Map<string, number>();
  private readonly interrupts = new Map<string, number>();

  /** The image model lives at the same address, below `/gemini`. */
  private readonly gemini: DemoGemini;

  constructor(private readonly options: DemoServerOptions) {
    this.gemini = new DemoGemini(
      options.onImageRequest ? { onRequest: options.onImageRequest } : {},
    );
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://demo').pathname;
    if (request.method !== 'POST') return this.handleOther(request, response, path);
    if (this.gemini.serves(path)) return this.gemini.handle(request, response, path);
    const [, base = '', faultName, isCount] = ROUTE.exec(path) ?? [];
    if (!ROUTE.test(path))
      return refuse(
        response,
        refusalOf(404, 'not_found_error', `No such path in the DEMO API: ${path}`),
      );
    const fault = faultName === undefined ? {} : faultNamed(faultName);
    if (!fault)
      return refuse(
        response,
        refusalOf(404, 'not_found_error', `No such DEMO fault: ${faultName ?? ''}`),
      );
    const body = await readRequest(request);
    const refusal = this.checkKey(request) ?? body.refusal;
    if (refusal || !body.value)
      return refuse(response, refusal ?? refusalOf(400, 'invalid_request_error', 'empty body'));
    if (isCount !== undefined)
      return sendJson(response, 200, {
        input_tokens: tokensIn([body.value.system, body.value.messages, body.value.tools]),
      });
    const seen = { path, headers: request.headers, body: body.value };
    this.options.onRequest?.(seen);
    await this.answer(response, seen, fault, base);
  }

  private handleOther(request: IncomingMessage, response: ServerResponse, path: string): void {
    request.resume();
    if (path === '/health' || request.method === 'HEAD')
      sendJson(response, 200, { status: 'ok', model: 'DEMO' });
    else
      refuse(
        response,
        refusalOf(404, 'not_found_error', 'This is the DEMO model API: POST /v1/messages'),
      );
  }

  private checkKey(request: IncomingMessage): Refusal | null {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const key = request.headers['x-api-key'] ?? bearer;
    const isGood =
      this.options.apiKey === undefined
        ? key !== undefined && key !== ''
        : key === this.options.apiKey;
    return isGood ? null : refusalOf(401, 'authentication_error', 'invalid x-api-key');
  }

  private async answer(
    response: ServerResponse,
    seen: SeenRequest,
    fault: Fault,
    base: string,
  ): Promise<void> {
    const request = seen.body;
    if (fault.isDeaf === true) return;
    const refusal = fault.refuse?.(increase(this.requests, base));
    if (refusal) return refuse(response, refusal);
    const sensible = decideNextTurn(request);
    const conversation = readConversation(request);
    const turn = fault.change?.(sensible, conversation) ?? sensible;
    const { input_tokens: input, output_tokens: output } = usageOf(request, turn);
    this.options.onAnswer?.(seen, { input, output });
    const interrupt =
      fault.interrupt && changesFiles(turn)
        ? fault.interrupt(increase(this.interrupts, base))
        : null;
    if (request.stream !== true) {
      await sleep(this.options.answerMs ?? 0);
      answerAtOnce(response, request, turn, interrupt);
      return;
    }
    const seconds = fault.seconds ?? fault.pace?.(conversation) ?? this.options.seconds ?? 0;
    const totalMs = seconds * 1000;
    await answerStreaming(response, request, turn, { totalMs, interrupt });
  }
}

const increase = (counts: Map<string, number>, key: string): number => {
  const next = (counts.get(key) ?? 0) + 1;
  counts.set(key, next);
  return next;
};

type Interrupt = 'cut' | 'stall' | 'error' | null;

const changesFiles = (turn: Turn): boolean =>
  turn.blocks.some(
    (block) => block.type === 'tool_use' && (block.name === 'Write' || block.name === 'Edit'),
  );

const inputLength = (turn: Turn): number =>
  turn.blocks.reduce(
    (sum, block) => (block.type === 'tool_use' ? sum + payloadOf(block).length : sum),
    0,
  );

function answerAtOnce(
  response: ServerResponse,
  request: MessagesRequest,
  turn: Turn,
  interrupt: Interrupt,
): void {
  if (interrupt === 'stall') return;
  if (interrupt === 'cut') return void response.destroy();
  if (interrupt === 'error') return refuse(response, OVERLOADED);
  sendJson(response, 200, answerBody(request, turn));
}

async function answerStreaming(
  response: ServerResponse,
  request: MessagesRequest,
  turn: Turn,
  how: { totalMs: number; interrupt: Interrupt },
): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': requestId(),
  });
  const limit = how.interrupt === null ? Infinity : inputLength(turn) / 2;
  const isWhole = await streamAnswer(response, request, turn, {
    totalMs: how.totalMs,
    signal: closed.signal,
    mayContinue: (chars) => chars < limit,
  });
  if (isWhole) response.end();
  else if (how.interrupt === 'cut') response.destroy();
  else if (how.interrupt === 'error')
    response.end('event: error\ndata: ' + `${JSON.stringify(errorBody(OVERLOADED))}\n\n`);
}

let requestCount = 0;
const requestId = (): string => `req_demo${String((requestCount += 1)).padStart(8, '0')}`;

const errorBody = (refusal: Refusal): Record<string, unknown> => ({
  type: 'error',
  error: { type: refusal.type, message: refusal.message },
});

function refuse(response: ServerResponse, refusal: Refusal): void {
  if (refusal.retryAfterSeconds !== undefined)
    response.setHeader('retry-after', String(refusal.retryAfterSeconds));
  sendJson(response, refusal.status, errorBody(refusal));
}

function sendJson(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': requestId() });
  response.end(JSON.stringify(body));
}

async function readRequest(
  request: IncomingMessage,
): Promise<{ value?: MessagesRequest; refusal?: Refusal }> {
  const text = await readBody(request, MAX_BODY_BYTES);
  if (text === null)
    return { refusal: refusalOf(413, 'request_too_large', 'Request exceeds the maximum size') };
  const invalid = (message: string) => ({
    refusal: refusalOf(400, 'invalid_request_error', message),
  });
  try {
    const parsed = MessagesRequest.safeParse(JSON.parse(text));
    if (parsed.success) return { value: parsed.data };
    const [issue] = parsed.error.issues;
    return invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  } catch {
    return invalid('The body is not valid JSON');
  }
}
