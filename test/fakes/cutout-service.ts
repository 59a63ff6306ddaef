import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CUTOUT_TOKEN = 'r8-a-token-for-tests-0123456789';

export interface SeenPrediction {
  version: string;
  input: { image: string; preserve_alpha: boolean };
  authorization: string;
  prefer: string;
}

export interface FakeCutoutService {
  readonly url: string;
  readonly seen: SeenPrediction[];
  /** Ids of predictions that were told to stop. */
  readonly cancelled: string[];
  close(): Promise<void>;
}

interface Open {
  fault: string;
  polls: number;
}

/**
 * Speaks Replicate's predictions API. What it does stands in the address of the image,
 * `?fault=NAME`: `detail`, `429`, `429-once`, `500` (no JSON), `slow` (ready at the second look),
 * `stuck`, `failed`, `failed-mute`, `canceled`, `no-output`, `lost` and `no-image` (the result).
 */
export async function startCutoutService(result: Buffer): Promise<FakeCutoutService> {
  const seen: SeenPrediction[] = [];
  const cancelled: string[] = [];
  const open = new Map<string, Open>();
  let url = '';
  const server = createServer((request, response) => void serve(request, response));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', url).pathname;
    const [, id = '', action] = /^\/v1\/predictions\/([\w-]+)(\/cancel)?$/.exec(path) ?? [];
    if (request.method === 'POST' && path === '/v1/predictions') return begin(request, response);
    if (path.startsWith('/results/')) return sendResult(response, path);
    const prediction = open.get(id);
    if (!prediction || request.headers.authorization !== `Bearer ${CUTOUT_TOKEN}`)
      return sendJson(response, 404, { detail: 'Not found' });
    if (action) {
      cancelled.push(id);
      return sendJson(response, 200, { id, status: 'canceled' });
    }
    prediction.polls += 1;
    sendJson(response, 200, predictionOf(id, prediction));
  }

  async function begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '', prefer } = request.headers;
    const body = JSON.parse(await readAll(request)) as Pick<SeenPrediction, 'version' | 'input'>;
    seen.push({ ...body, authorization, prefer: String(prefer) });
    const fault = /fault=([\w-]+)/.exec(body.input.image)?.[1] ?? '';
    const times = seen.filter(({ input }) => input.image === body.input.image).length;
    if (authorization !== `Bearer ${CUTOUT_TOKEN}`)
      return sendJson(response, 401, {
        title: 'Unauthenticated',
        detail: 'You did not pass a valid authentication token',
        status: 401,
      });
    if (fault === 'detail')
      return sendJson(response, 422, {
        detail: "- input.image: Does not match format 'uri'",
        status: 422,
      });
    if (fault === '429' || (fault === '429-once' && times === 1))
      return sendJson(response.setHeader('retry-after', '1'), 429, {
        detail: 'Request was throttled.',
        status: 429,
      });
    if (fault === '500')
      return void response
        .writeHead(500, { 'content-type': 'text/html' })
        .end('<h1>Internal Server Error</h1>');
    const id = randomUUID().replaceAll('-', '');
    open.set(id, { fault, polls: 0 });
    sendJson(response, 201, predictionOf(id, open.get(id)!));
  }

  function predictionOf(id: string, { fault, polls }: Open): object {
    const status = (name: string, more: object = {}) => ({
      id,
      status: name,
      output: null,
      error: null,
      logs: '',
      urls: { get: `${url}/v1/predictions/${id}`, cancel: `${url}/v1/predictions/${id}/cancel` },
      ...more,
    });
    switch (fault) {
      case 'slow':
        return polls < 2
          ? status('processing')
          : status('succeeded', { output: `${url}/results/${id}` });
      case 'stuck':
        return status('processing');
      case 'failed':
        return status('failed', { error: 'CUDA out of memory' });
      case 'failed-mute':
        return status('failed');
      case 'canceled':
        return status('canceled');
      case 'no-output':
        return status('succeeded');
      case 'lost':
      case 'no-image':
        return status('succeeded', { output: `${url}/results/${fault}` });
      default:
        return status('succeeded', { output: [`${url}/results/${id}`] });
    }
  }

  function sendResult(response: ServerResponse, path: string): void {
    if (path.endsWith('/lost')) return void response.writeHead(404).end('gone');
    response
      .writeHead(200, { 'content-type': 'image/png' })
      .end(path.endsWith('/no-image') ? '<html>' : result);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    cancelled,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
