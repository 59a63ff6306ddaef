import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { withoutImages } from '../../contracts/execution/recording.js';
import { differenceOf } from './difference.js';
import type { RecordedCall } from './recording.js';

/** Answers that the recording does not hold. */
const NO_MORE = { type: 'invalid_request_error', message: 'the recording holds no more answers' };

/**
 * A model that repeats what a recording holds. Listens on loopback. Each request gets the answer
 * that the same request got, or else the next one of its address: what a changed program asks
 * otherwise is reported, not refused.
 */
export async function startRecordedModel(calls: readonly RecordedCall[]) {
  const left = calls.map((call) => ({ ...call, body: withoutImages(call.body).text }));
  let [given, difference]: [number, string | null] = [0, null];
  const server = createServer((request, response) => {
    void text(request).then((told) => {
      const body = withoutImages(told).text;
      const path = request.url ?? '';
      const sameAddress = left.filter((call) => call.path === path);
      const call = sameAddress.find((each) => differenceOf(each.body, body) === null);
      const next = call ?? sameAddress[0];
      if (next === undefined) {
        difference ??= `request ${given + 1} (${path}) is one that the recording does not have`;
        response.writeHead(400, { 'content-type': 'application/json' });
        return void response.end(JSON.stringify({ type: 'error', error: NO_MORE }));
      }
      left.splice(left.indexOf(next), 1);
      given += 1;
      if (call === undefined)
        difference ??= `request ${next.call}: ${differenceOf(next.body, body)}`;
      answer(next, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many answers it gave. */
    given: () => given,
    /** The first thing that it was asked otherwise than in the recording; null = nothing. */
    difference: () => difference,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer({ status, headers, chunks, end }: RecordedCall, response: ServerResponse): void {
  response.on('error', () => undefined);
  if (status === null) return end === 'silent' ? undefined : void response.destroy();
  response.writeHead(status, { ...headers });
  response.flushHeaders();
  const told = chunks.join('');
  if (end === 'whole') return void response.end(told);
  response.write(told, () => {
    if (end === 'cut') response.destroy();
  });
}
