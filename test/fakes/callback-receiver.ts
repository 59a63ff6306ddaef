import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

interface Post {
  callId: string;
  fromSeq: number;
  events: Record<string, unknown>[];
  final?: boolean;
  costUsd?: number;
}

/**
 * How one post is treated. `cut` takes it and breaks the line before answering; `forget` is a new
 * instance that has only what was acknowledged, and does not know that yet.
 */
export type Treatment =
  | 'ok'
  | 'late-ack'
  | 'drop'
  | 'cut'
  | '503'
  | '429'
  | '410'
  | '401'
  | '413'
  | 'cancel'
  | 'hang'
  | 'garbage'
  | 'forget';

export interface FakeReceiver {
  url: string;
  posts: Post[];
  /**
   * Events by number, each kept as it first came; a changed repetition is an error of the sender.
   */
  events(): Record<string, unknown>[];
  text(): string;
  /** Posts whose signature or body was wrong, and events that changed between two sendings. */
  faults: string[];
  sawFinal(): boolean;
  /** What runs left to be looked at, unpacked: its lines. */
  recordings: Record<string, unknown>[][];
  close(): Promise<void>;
}

const MASTER = 'test-master-secret';
export const callbackKey = (callId: string): string =>
  createHmac('sha256', MASTER).update(callId).digest('hex');

/**
 * Plays the server's side of C2 with scripted trouble: `treat(n, events)` decides about the n-th
 * post (from 1), which has so many events.
 */
export async function startReceiver(
  treat: (n: number, events: number) => Treatment = () => 'ok',
  port = 0,
): Promise<FakeReceiver> {
  const posts: Post[] = [];
  const faults: string[] = [];
  const recordings: Record<string, unknown>[][] = [];
  const kept = new Map<number, string>();
  let memory = new Set<number>();
  let lastAck = 0;
  /** What was told to the sender: that much is in the durable stream, whatever is forgotten. */
  let toldAck = 0;
  let hasFinal = false;

  const take = (post: Post): number => {
    let acked = 0;
    post.events.forEach((event, index) => {
      const seq = post.fromSeq + index;
      const text = JSON.stringify(event);
      if (kept.has(seq) && kept.get(seq) !== text)
        faults.push(`event ${seq} changed: ${kept.get(seq)} -> ${text}`);
      kept.set(seq, text);
      memory.add(seq);
    });
    while (memory.has(acked + 1)) acked += 1;
    if (post.final) hasFinal = true;
    return acked;
  };
  const server = createServer((request, response) => void handle(request, response));
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await readRaw(request);
    if (request.url?.endsWith('/recording')) {
      const callId = String(request.headers['x-stream-call']);
      if (!isSigned(request, callId, bytes)) faults.push('wrong signature of a recording');
      const lines = gunzipSync(bytes).toString('utf8').trim().split('\n');
      recordings.push(lines.map((line) => JSON.parse(line) as Record<string, unknown>));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"kept":true}');
      return;
    }
    const raw = bytes.toString('utf8');
    const post = JSON.parse(raw) as Post;
    posts.push(post);
    if (!isSigned(request, post.callId, bytes)) faults.push('wrong signature');
    if (post.events.length > 256 || Buffer.byteLength(raw) > 1024 * 1024)
      faults.push('post too large');
    const treatment = treat(posts.length, post.events.length);
    const answer = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };
    switch (treatment) {
      case 'ok':
        lastAck = toldAck = take(post);
        return answer(200, { ackedSeq: lastAck, cancel: false });
      case 'late-ack':
        toldAck = lastAck;
        lastAck = take(post);
        return answer(200, { ackedSeq: toldAck, cancel: false });
      case 'forget':
        memory = new Set(Array.from({ length: toldAck }, (_, index) => index + 1));
        lastAck = toldAck;
        return answer(200, { ackedSeq: 0, cancel: false });
      case 'cancel':
        return answer(200, { ackedSeq: take(post), cancel: true });
      case 'cut':
        take(post);
        request.socket.destroy();
        return;
      case 'drop':
        request.socket.destroy();
        return;
      case 'hang':
        return;
      case 'garbage':
        response.writeHead(200).end('<html>');
        return;
      case '429':
        return answer(429, {}, { 'retry-after': '0' });
      case '410':
      case '401':
      case '503':
      case '413':
        return answer(Number(treatment), {});
    }
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const ordered = (): Record<string, unknown>[] =>
    [...kept]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => JSON.parse(text) as Record<string, unknown>);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback/job`,
    posts,
    faults,
    recordings,
    events: () => {
      const missing = [...kept.keys()]
        .sort((a, b) => a - b)
        .findIndex((seq, index) => seq !== index + 1);
      if (missing !== -1) faults.push(`event ${missing + 1} never came`);
      return ordered();
    },
    text: () =>
      ordered()
        .map((event) => (event['type'] === 'stream' ? String(event['content']) : ''))
        .join(''),
    sawFinal: () => hasFinal,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isSigned({ headers }: IncomingMessage, callId: string, body: Buffer): boolean {
  const expected = createHmac('sha256', Buffer.from(callbackKey(callId), 'hex'))
    .update(`${String(headers['x-stream-timestamp'])}.`)
    .update(body)
    .digest('hex');
  return headers['x-stream-signature'] === `v1=${expected}`;
}

async function readRaw(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
