import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  type ECDH,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import type { PushedNote } from '../../src/contracts/media/push.js';

/** A note as a browser reads it, and what the push service saw of it. */
export interface ReceivedNote {
  readonly note: PushedNote;
  readonly topic: string | undefined;
  readonly ttl: string | undefined;
  readonly subject: string | undefined;
  /** Whether the push service can find this text in what passes through it. */
  isReadable(text: string): boolean;
}

/** What the service answers instead of 201: a status, or nothing at all. */
export type Answer = number | 'silence' | { status: number; headers: Record<string, string> };

/** A browser of the service, with keys of its own. */
export interface PushedBrowser {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly received: readonly ReceivedNote[];
  /** Requests, those included that were answered otherwise. */
  readonly tries: number;
  /** The next requests are answered so, those after them 201. */
  answer(...answers: Answer[]): void;
}

export interface PushService {
  readonly origin: string;
  browser(): PushedBrowser;
  stop(): Promise<void>;
}

interface Kept {
  readonly curve: ECDH;
  readonly auth: Buffer;
  readonly received: ReceivedNote[];
  readonly answers: Answer[];
  tries: number;
}

/** A push service on loopback: checks who sends, and decrypts as the browser would (RFC 8291). */
export async function startPushService(vapidPublicKey: string): Promise<PushService> {
  const browsers = new Map<string, Kept>();
  const server = createServer((request, response) => {
    void serve(browsers, vapidPublicKey, origin, request, response).catch((error: unknown) => {
      response.writeHead(400).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    browser: () => newBrowser(browsers, origin),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function newBrowser(browsers: Map<string, Kept>, origin: string): PushedBrowser {
  const path = `/push/${randomBytes(16).toString('base64url')}`;
  const curve = createECDH('prime256v1');
  const p256dh = curve.generateKeys('base64url');
  const kept: Kept = { curve, auth: randomBytes(16), received: [], answers: [], tries: 0 };
  browsers.set(path, kept);
  return {
    endpoint: `${origin}${path}`,
    keys: { p256dh, auth: kept.auth.toString('base64url') },
    received: kept.received,
    get tries() {
      return kept.tries;
    },
    answer: (...answers) => void kept.answers.push(...answers),
  };
}

async function serve(
  browsers: ReadonlyMap<string, Kept>,
  vapidPublicKey: string,
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  const browser = browsers.get(request.url ?? '');
  if (!browser) return void response.writeHead(404).end();
  browser.tries += 1;
  const answer = browser.answers.shift() ?? 201;
  if (answer === 'silence') return;
  const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
  if (status === 201)
    browser.received.push({
      note: JSON.parse(decrypted(browser, body)) as PushedNote,
      topic: headerOf(request, 'topic'),
      ttl: headerOf(request, 'ttl'),
      subject: await senderOf(request, vapidPublicKey, origin),
      isReadable: (text) => body.includes(text),
    });
  response.writeHead(status, headers).end('x'.repeat(1_000));
}

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers[name] as string | undefined;

/** Whom the sender says it is; throws when it did not sign with the key that it was known by. */
async function senderOf(
  request: IncomingMessage,
  vapidPublicKey: string,
  audience: string,
): Promise<string | undefined> {
  const [, token = '', key] =
    /^vapid t=([^,]+), ?k=(.+)$/.exec(headerOf(request, 'authorization') ?? '') ?? [];
  if (key !== vapidPublicKey) throw new Error('signed by somebody else');
  const point = Buffer.from(vapidPublicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) =>
    each.toString('base64url'),
  );
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return (await jwtVerify(token, publicKey, { audience, algorithms: ['ES256'] })).payload.sub;
}

/** Content coding `aes128gcm` of one record (RFC 8188, RFC 8291). */
function decrypted({ curve, auth }: Kept, body: Buffer): string {
  const salt = body.subarray(0, 16);
  const sender = body.subarray(21, 21 + body.readUInt8(20));
  const sealed = body.subarray(21 + sender.length);
  const derive = (key: Buffer, from: Buffer, info: Buffer, bytes: number) =>
    Buffer.from(hkdfSync('sha256', key, from, info, bytes));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), curve.getPublicKey(), sender]);
  const secret = derive(curve.computeSecret(sender), auth, info, 32);
  const contentKey = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', contentKey, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}
