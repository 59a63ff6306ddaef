import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
} from '../../src/contracts/wire/callback.js';
import { callbackKeyOf, callbackMac } from '../../src/contracts/base/signatures.js';

/** One signed post of a run, as it came. */
interface RelayedPost {
  readonly url: string;
  readonly body: Buffer;
  /** The headers of ours that it came with. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: string;
  readonly signature: string;
}
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Delivers one post to the API, and answers the runner; null = the connection is cut. */
export type Delivery = (relay: CallbackRelay, post: RelayedPost) => Promise<Answer | null>;

/**
 * Stands between the containers and the API, and delivers their posts as badly as it is told to.
 */
export class CallbackRelay {
  readonly posts: RelayedPost[] = [];
  /** What the API answered to posts that it must not believe. */
  readonly toForgeries: number[] = [];

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly apiUrl: string,
    private delivery: Delivery,
  ) {}

  static async start(apiUrl: string): Promise<CallbackRelay> {
    const server = createServer(
      (request, response) => void relay.take(request, response).catch(() => response.destroy()),
    );
    const relay: CallbackRelay = new CallbackRelay(server, apiUrl, straight);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on, with nothing remembered. */
  begin(delivery: Delivery): void {
    this.posts.length = 0;
    this.toForgeries.length = 0;
    this.delivery = delivery;
  }

  async send({ url, body, headers, timestamp, signature }: RelayedPost): Promise<Answer> {
    const response = await fetch(`${this.apiUrl}${url}`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        ...headers,
        [CALLBACK_TIMESTAMP_HEADER]: timestamp,
        [CALLBACK_SIGNATURE_HEADER]: signature,
      },
    });
    return { status: response.status, text: await response.text() };
  }

  async forge(post: RelayedPost): Promise<void> {
    this.toForgeries.push((await this.send(post)).status);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const header = (name: string): string => String(request.headers[name]);
    const post = {
      url: request.url ?? '/',
      body,
      headers: Object.fromEntries(
        Object.entries(request.headers)
          .filter(([name]) => name.startsWith('x-stream-') || name === 'content-type')
          .map(([name, value]) => [name, String(value)]),
      ),
      timestamp: header(CALLBACK_TIMESTAMP_HEADER),
      signature: header(CALLBACK_SIGNATURE_HEADER),
    };
    // Recordings are no events: they pass.
    const isEvents = !post.url.endsWith('/recording');
    if (isEvents) this.posts.push(post);
    const answer = await (isEvents ? this.delivery : straight)(this, post);
    if (answer === null) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
  }
}

// Bare time: the trouble itself
const LATE_MS = 700;
const straight: Delivery = (relay, post) => relay.send(post);
const everyThird = ({ posts }: CallbackRelay): boolean => posts.length % 3 === 0;

export const DELIVERIES = {
  late: async (relay, post) => {
    await sleep(LATE_MS);
    return relay.send(post);
  },
  doubled: async (relay, post) => {
    await relay.send(post);
    return relay.send(post);
  },
  /**
   * The connection is torn, and what the runner thinks was lost arrives all the same, behind what
   * it sent after that.
   */
  shuffled: async (relay, post) => {
    if (!everyThird(relay)) return relay.send(post);
    void sleep(LATE_MS).then(() => relay.send(post));
    return null;
  },
  /** Whatever stands before the API is out of order. */
  '5xx': async (relay, post) =>
    everyThird(relay) ? { status: 502, text: 'Bad gateway' } : relay.send(post),
  /**
   * Somebody who saw the post writes another text, takes the key of another secret, another job's
   * address, or waits too long.
   */
  forged: async (relay, post) => {
    const other = Buffer.from(
      post.body
        .toString('utf8')
        .replace('"fromSeq":', '"fromSeq":1')
        .replace('"content":"', '"content":"嘘'),
    );
    const { callId } = JSON.parse(post.body.toString('utf8')) as { callId: string };
    const key = callbackKeyOf('another secret', callId);
    const signed = (timestamp: string) =>
      `v1=${callbackMac(key, timestamp, post.body).toString('hex')}`;
    await relay.forge({ ...post, body: other });
    // As a runner of before, which signs its body alone: a good head needs no other signature.
    const headers = { 'content-type': 'application/json' };
    await relay.forge({ ...post, headers, signature: signed(post.timestamp) });
    await relay.forge({ ...post, timestamp: String(Number(post.timestamp) - 600) });
    await relay.forge({ ...post, url: '/callback/00000000-0000-4000-8000-000000000000' });
    return relay.send(post);
  },
} as const satisfies Record<string, Delivery>;
