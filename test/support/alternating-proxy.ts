import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface AlternatingProxy {
  readonly port: number;
  /** Ports of the servers behind it; may be changed at any time. */
  targets: number[];
  /** Requests passed on, by port and method. */
  readonly passed: { port: number; method: string; url: string }[];
  close(): Promise<void>;
}

/**
 * A plain load balancer without stickiness: every request goes to the next server and, counted by
 * themselves, so does every WebSocket; one that is away is left out.
 */
export async function startAlternatingProxy(): Promise<AlternatingProxy> {
  const turns = { request: 0, socket: 0 };
  const inOrder = (kind: keyof typeof turns): number[] => {
    const turn = (turns[kind] += 1);
    return proxy.targets.map(
      (_, index) => proxy.targets[(turn + index) % proxy.targets.length] ?? 0,
    );
  };
  const open = new Set<Socket>();
  const server = createServer(
    (incoming, response) => void pass(incoming, response, inOrder('request')),
  );
  const pass = async (
    incoming: IncomingMessage,
    response: ServerResponse,
    [port, ...others]: number[],
  ): Promise<void> => {
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
    const forward = (to: number, rest: number[]): void => {
      const { method = 'GET', url = '/', headers } = incoming;
      const outgoing = request(
        { port: to, host: '127.0.0.1', method, path: url, headers },
        (answer) => {
          proxy.passed.push({ port: to, method, url });
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      outgoing.once('error', () => {
        const [next, ...after] = rest;
        if (next !== undefined && !response.headersSent) forward(next, after);
        else if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      });
      outgoing.end(body);
    };
    forward(port ?? 0, others);
  };
  server.on('upgrade', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    const forward = ([port, ...rest]: number[]): void => {
      if (port === undefined) return void client.destroy();
      const upstream = connect(port, '127.0.0.1');
      upstream.once('connect', () => {
        proxy.passed.push({ port, method: 'UPGRADE', url: incoming.url ?? '/' });
        const lines = incoming.rawHeaders.flatMap((name, index, all) =>
          index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ''}`] : [],
        );
        upstream.write(`GET ${incoming.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
        upstream.write(head);
        client.pipe(upstream).pipe(client);
        upstream.once('close', () => client.destroy());
        client.once('close', () => upstream.destroy());
      });
      let isUp = false;
      upstream.once('connect', () => {
        isUp = true;
      });
      upstream.on('error', () => (isUp ? client.destroy() : forward(rest)));
    };
    forward(inOrder('socket'));
  });
  server.on('connection', (socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: AlternatingProxy = {
    port: (server.address() as AddressInfo).port,
    targets: [],
    passed: [],
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
