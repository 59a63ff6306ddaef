import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import express from 'express';
import { WebSocketServer, type WebSocket } from 'ws';
import type { CallbackPost } from '../../src/contracts/wire/callback.js';

/**
 * The least that could do what the callback does, with the same libraries and nothing of ours: a
 * post's events go to the socket whose path is the job's id. It also answers reads of any size, and
 * files of the folder for temporary ones. A program of its own; tells its port to its parent.
 */
const sockets = new Map<string, WebSocket>();
const app = express();
app.post('/callback/:jobId', express.json(), (request, response) => {
  const { fromSeq, events } = request.body as CallbackPost;
  const socket = sockets.get(request.params.jobId);
  events.forEach((event, index) =>
    socket?.send(JSON.stringify({ ...event, seq: fromSeq + index })),
  );
  response.json({ ackedSeq: 0, cancel: false });
});
app.get('/bytes/:count', (request, response) => {
  response.type('json').send(Buffer.alloc(Number(request.params.count), ' '));
});
app.use('/files', express.static(tmpdir()));
const server = createServer(app);
new WebSocketServer({ server }).on('connection', (socket, request) =>
  sockets.set((request.url ?? '').slice(1), socket),
);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
