import { createServer, request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  /** What a browser is told to go through. */
  readonly address: string;
  /** Breaks all WebSockets that go through it, as a dead network does; answers how many. */
  cut(): number;
  close(): Promise<void>;
}

/** A forward proxy: browsers open WebSockets as tunnels through it, and ask for all else by it. */
export async function startCuttingProxy(): Promise<CuttingProxy> {
  const tunnels = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const { method, url = '', headers } = incoming;
    const outgoing = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connect', ({ url = '' }, client: Socket, head: Buffer) => {
    const { hostname, port } = new URL(`http://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    tunnels.add(client);
    const end = (): void => {
      tunnels.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      const open = [...tunnels];
      for (const socket of open) socket.destroy();
      return open.length;
    },
    close: async () => {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
