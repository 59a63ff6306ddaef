import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { AppError, messageOf, unavailable } from '../../contracts/base/errors.js';
import type { S3Place } from './place.js';
import { errorCodeOf } from './xml.js';

export interface S3Access {
  readonly place: S3Place;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How long a request may take. */
export interface S3Patience {
  /** An attempt fails when no byte moved in either direction for so long. */
  readonly idleMs: number;
  /** No attempt begins later than this after the first. */
  readonly retryMs: number;
}

interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Within the place; absent = the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: S3Body;
}

/** A body that can be sent again. */
export interface S3Body {
  readonly sizeBytes: number;
  /** SHA-256, 64 hex digits: a server that compares it refuses other bytes. */
  readonly sha256: string;
  open(): Readable | Uint8Array;
}

/** An answer other than 2xx. */
export class S3Refusal extends Error {
  constructor(
    readonly status: number,
    /** As S3 names it; empty where the answer has none. */
    readonly code: string,
  ) {
    super(`the object store answers ${[status, code].join(' ').trim()}`);
  }
}

const MAX_ATTEMPTS = 8;
const BACKOFF = new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 });
const MAX_SOCKETS = 64;
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** 409: another request for the same place is under way. */
const TRANSIENT_STATUS = [408, 409, 429, 500, 502, 503, 504];
const FULL_CODE = /^(QuotaExceeded|ServiceQuotaExceeded|XMinioStorageFull|InsufficientStorage)/;
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/**
 * Signed requests to one bucket. Each is repeated while the network or the server fails, so it must
 * be one that may be sent twice. Keys are never part of an error.
 */
export class S3Client {
  private readonly agent: http.Agent;
  /** Signing keys, one for each day. */
  private readonly signingKeys = new Map<string, ArrayBuffer>();

  constructor(
    private readonly access: S3Access,
    private readonly patience: S3Patience,
  ) {
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    const isTls = access.place.endpoint.startsWith('https:');
    this.agent = isTls ? new https.Agent(options) : new http.Agent(options);
  }

  /**
   * The answer, whose body must be read or destroyed. Throws {@link S3Refusal} for 404 and 416,
   * `DiskFull`, and `unavailable` for everything else that is no answer.
   */
  async send(request: S3Request): Promise<IncomingMessage> {
    const untilMs = performance.now() + this.patience.retryMs;
    const mayTryAgain = (error: Error) => isTransient(error) && performance.now() < untilMs;
    const policy = retry(handleWhen(mayTryAgain), {
      maxAttempts: MAX_ATTEMPTS - 1,
      backoff: BACKOFF,
    });
    try {
      return await policy.execute(() => this.attempt(request));
    } catch (error) {
      throw toAppError(error);
    }
  }

  /** As {@link send}, for an answer in words. */
  async text(request: S3Request): Promise<string> {
    const response = await this.send(request);
    return textOf(response).catch((error: unknown) => {
      throw toAppError(error);
    });
  }

  private async attempt(request: S3Request): Promise<IncomingMessage> {
    const { method, body } = request;
    const signed = await this.sign(request);
    const headers = Object.fromEntries(signed.headers);
    if (body || method === 'PUT') headers['content-length'] = String(body?.sizeBytes ?? 0);
    const response = await this.exchange(signed.url, { method, headers }, body?.open());
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) return response;
    throw new S3Refusal(status, errorCodeOf(await textOf(response).catch(() => '')));
  }

  private sign({ method, key = '', query = {}, headers, body }: S3Request) {
    const { place, accessKeyId, secretAccessKey } = this.access;
    const { endpoint, bucket, region, isPathStyle } = place;
    const url = new URL(isPathStyle ? `${endpoint}/${bucket}/${key}` : `${endpoint}/${key}`);
    if (!isPathStyle) url.hostname = `${bucket}.${url.hostname}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      method,
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      url: url.toString(),
      headers: { ...headers, 'x-amz-content-sha256': body?.sha256 ?? EMPTY_SHA256 },
      cache: this.signingKeys,
    });
    return signer.sign();
  }

  private exchange(
    url: URL,
    { method, headers }: { method: string; headers: Record<string, string> },
    body: Readable | Uint8Array | undefined,
  ): Promise<IncomingMessage> {
    const { request: start } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const { agent, patience } = this;
      const request = start(url, { method, headers, agent, timeout: patience.idleMs }, resolve);
      request.on('timeout', () => request.destroy(new Error(`silent for ${patience.idleMs} ms`)));
      request.on('error', reject);
      if (body instanceof Readable) pipeline(body, request).catch(reject);
      else request.end(body);
    });
  }
}

/** The store itself answers that the object is absent; any other 404 is no answer about it. */
export const isNoSuchKey = (error: unknown): boolean =>
  error instanceof S3Refusal && error.code === 'NoSuchKey';

const isTransient = (error: Error): boolean =>
  !(error instanceof S3Refusal) || TRANSIENT_STATUS.includes(error.status);

function toAppError(error: unknown): unknown {
  if (!(error instanceof S3Refusal))
    return unavailable(`the object store does not answer: ${messageOf(error)}`);
  const { status, code, message } = error;
  if (isNoSuchKey(error) || status === 416) return error;
  if (status === 507 || FULL_CODE.test(code))
    return new AppError('DiskFull', 'the object store has no space left');
  return unavailable(message);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_TEXT_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
