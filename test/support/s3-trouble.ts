import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between the product and its bucket does to each request. */
export type Trouble =
  | 'none'
  | 'slow'
  /** No space: puts are refused. */
  | 'full'
  /** Every answer is 500. */
  | 'failing'
  /** The keys are refused. */
  | 'refusing'
  /** Connections are cut. */
  | 'away'
  /** Half of each answer comes. */
  | 'torn';

export interface TroubledStore {
  readonly port: number;
  trouble: Trouble;
  /** Requests that were passed on. */
  passed: number;
  /** Requests that met a trouble other than slowness. */
  readonly troubled: { method: string; url: string }[];
  close(): Promise<void>;
}

const SLOW_MS = 400;

/** Passes requests on to the server of S3 on that port, each `slowMs` late while it is slow. */
export async function startTroubledStore(port: number, slowMs = SLOW_MS): Promise<TroubledStore> {
  const server = createServer((incoming, response) => meet(incoming, response));
  const meet = (incoming: IncomingMessage, response: ServerResponse): void => {
    const { trouble } = store;
    const { method = '', url = '' } = incoming;
    const isSpared =
      trouble === 'none' || trouble === 'slow' || (trouble === 'full' && method !== 'PUT');
    if (!isSpared) store.troubled.push({ method, url });
    const refuse = (status: number, code: string): void => {
      incoming.resume().on('end', () => {
        response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
      });
    };
    if (trouble === 'away') response.destroy();
    else if (trouble === 'failing') refuse(500, 'InternalError');
    else if (trouble === 'refusing') refuse(403, 'InvalidAccessKeyId');
    else if (!isSpared && trouble === 'full') refuse(507, 'QuotaExceeded');
    // Bare time: how slow it is.
    else if (trouble === 'slow') setTimeout(() => pass(incoming, response, false), slowMs);
    else pass(incoming, response, trouble === 'torn');
  };
  const pass = (incoming: IncomingMessage, response: ServerResponse, isTorn: boolean): void => {
    store.passed += 1;
    const { method, url, headers } = incoming;
    const outgoing = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (!isTorn) return answer.pipe(response);
      answer.once('data', (chunk: Buffer) => {
        response.write(chunk.subarray(0, chunk.length / 2), () => response.destroy());
      });
      return answer.once('end', () => response.destroy());
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store: TroubledStore = {
    port: (server.address() as AddressInfo).port,
    trouble: 'none',
    passed: 0,
    troubled: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return store;
}
