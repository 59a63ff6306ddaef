import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { boundedBody, BodyRefused } from './body-limits.js';

/** A body whose client has gone in the middle of it, before anything reads it. */
async function abandonedBody(): Promise<Readable> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-length': 100 };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers });
  sent.on('error', () => undefined).write('the beginning');
  const [req] = (await once(server, 'request')) as [IncomingMessage];
  const body = boundedBody(req, 1_000);
  sent.destroy();
  await expect.poll(() => body.closed).toBe(true);
  server.close();
  return body;
}

it.each([
  { how: 'gathers it', read: buffer },
  { how: 'writes it on', read: (body: Readable) => pipeline(body, new PassThrough()) },
])('whose client goes away before it is read is refused by what $how', async ({ read }) => {
  // A failure that nothing listens for ends the process, and this test.
  const body = await abandonedBody();
  await expect(read(body)).rejects.toThrow(BodyRefused);
  await expect(read(body)).rejects.toMatchObject({ status: 400 });
});
