import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ToolUse {
  name: string;
  input: Record<string, unknown>;
}

/**
 * What the server does with one request, in script order; the last entry serves all later requests.
 */
export type Reply =
  | {
      say?: string;
      use?: ToolUse[];
      stop?: 'end_turn' | 'max_tokens' | 'refusal';
      pauseMsPerPiece?: number;
    }
  | { status: number; headers?: Record<string, string>; error?: string }
  | { cutAfter: string }
  | { hang: 'before' | 'after-start' };

export interface SeenRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  raw: string;
}

export interface FakeMessages {
  url: string;
  requests: SeenRequest[];
  close(): Promise<void>;
}

export interface FakeOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** How often a client that waits for a stream hears a ping; absent: never. */
  readonly pingMs?: number;
}

/**
 * A Messages API on loopback that plays a script, or answers as a function says, which may take its
 * time: streams like the real one, or fails like it.
 */
export async function startFakeMessages(
  script: readonly Reply[] | ((seen: SeenRequest, gone: AbortSignal) => Reply | Promise<Reply>),
  { port = 0, pingMs }: FakeOptions = {},
): Promise<FakeMessages> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then(async (raw) => {
      const seen = {
        path: request.url ?? '',
        headers: request.headers,
        raw,
        body: JSON.parse(raw || '{}') as Record<string, unknown>,
      };
      const count = requests.push(seen);
      const isStream = seen.body['stream'] === true;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const pings = pingMs && isStream ? setInterval(() => ping(response), pingMs) : undefined;
      const reply =
        typeof script === 'function'
          ? await Promise.resolve(script(seen, gone.signal)).catch(() => undefined)
          : script[Math.min(count, script.length) - 1];
      clearInterval(pings);
      if (reply) return play(reply, isStream, response, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function play(
  reply: Reply,
  isStream: boolean,
  response: ServerResponse,
  count: number,
): Promise<void> {
  if ('hang' in reply) {
    if (reply.hang === 'before') return;
    begin(response);
    send(response, 'message_start', { message: messageShell(count, []) });
    send(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    send(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'hm' } });
    return;
  }
  if ('status' in reply) {
    const error = { type: errorType(reply.status), message: reply.error ?? 'scripted' };
    if (response.headersSent) return void endInError(response, error);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify({ type: 'error', error }));
    return;
  }
  if ('cutAfter' in reply) {
    begin(response);
    send(response, 'message_start', { message: messageShell(count, []) });
    send(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    send(response, 'content_block_delta', {
      index: 0,
      delta: { type: 'text_delta', text: reply.cutAfter },
    });
    // Bare time: what was written goes out first
    setTimeout(() => response.destroy(), 50);
    return;
  }
  if (isStream) await stream(reply, response, count);
  else
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(whole(reply, count)));
}

type Speech = Extract<Reply, { say?: string; use?: ToolUse[] }>;

function blocks(reply: Speech, count: number): Record<string, unknown>[] {
  const text = reply.say === undefined ? [] : [{ type: 'text', text: reply.say }];
  return [
    ...text,
    ...(reply.use ?? []).map((tool, index) => ({
      type: 'tool_use',
      id: `toolu_${count}_${index}`,
      name: tool.name,
      input: tool.input,
    })),
  ];
}

function stopReason(reply: Speech): string {
  return reply.stop ?? (reply.use?.length ? 'tool_use' : 'end_turn');
}

function messageShell(count: number, content: unknown[]): Record<string, unknown> {
  return {
    id: `msg_${count}`,
    type: 'message',
    role: 'assistant',
    model: 'fake',
    content,
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 1 },
  };
}

function whole(reply: Speech, count: number): Record<string, unknown> {
  return {
    ...messageShell(count, blocks(reply, count)),
    stop_reason: stopReason(reply),
    usage: { input_tokens: 100, output_tokens: 50 },
  };
}

async function stream(reply: Speech, response: ServerResponse, count: number): Promise<void> {
  begin(response);
  send(response, 'message_start', { message: messageShell(count, []) });
  for (const [index, block] of blocks(reply, count).entries()) {
    const isTool = block['type'] === 'tool_use';
    send(response, 'content_block_start', {
      index,
      content_block: isTool ? { ...block, input: {} } : { type: 'text', text: '' },
    });
    const text = isTool ? JSON.stringify(block['input']) : String(block['text']);
    for (const piece of text.match(/[\s\S]{1,97}/g) ?? []) {
      send(response, 'content_block_delta', {
        index,
        delta: isTool
          ? { type: 'input_json_delta', partial_json: piece }
          : { type: 'text_delta', text: piece },
      });
      if (reply.pauseMsPerPiece)
        await new Promise((resolve) => setTimeout(resolve, reply.pauseMsPerPiece));
    }
    send(response, 'content_block_stop', { index });
  }
  send(response, 'message_delta', {
    delta: { stop_reason: stopReason(reply), stop_sequence: null },
    usage: { output_tokens: 50 },
  });
  send(response, 'message_stop', {});
  response.end();
}

/** A stream that has begun has no status of its own any more. */
function endInError(response: ServerResponse, error: object): void {
  send(response, 'error', { error });
  response.end();
}

/** The head of a stream, which a ping may have sent. */
function begin(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function ping(response: ServerResponse): void {
  begin(response);
  send(response, 'ping', {});
}

function send(response: ServerResponse, type: string, fields: Record<string, unknown>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}

function errorType(status: number): string {
  const names: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  };
  return names[status] ?? 'api_error';
}
