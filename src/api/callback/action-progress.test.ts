import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
  type CallbackPost,
} from '../../contracts/callback.js';
import { callbackKeyOf, callbackMac } from '../../contracts/signatures.js';
import { createLog } from '../../log.js';
import { actionProgressRouter } from './action-progress.js';

const SECRET = 'the-master-secret-of-this-test-0123456789';
const ACTION = '0f8fad5b-d9cb-469f-a165-70867728950e';
const noted: [string, number][] = [];
let isWanted = true;
const app = express().use(
  actionProgressRouter({
    masterSecret: SECRET,
    log: createLog('test'),
    noteProgress: async (actionId, percent) => {
      noted.push([actionId, percent]);
      return isWanted;
    },
  }),
);
const server = createServer(app);
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback/actions/`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  noted.length = 0;
  isWanted = true;
});

const progress = (percent: number) => ({
  type: 'progress' as const,
  progress: percent,
  message: null,
});
async function post(
  body: Partial<CallbackPost>,
  secret = SECRET,
  action = ACTION,
): Promise<[number, unknown]> {
  const text = JSON.stringify({
    callId: `${ACTION}.1`,
    fromSeq: 1,
    events: [progress(10), progress(20)],
    ...body,
  });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = callbackMac(callbackKeyOf(secret, `${ACTION}.1`), timestamp, text).toString('hex');
  const answer = await fetch(`${url}${action}`, {
    method: 'POST',
    body: text,
    headers: { [CALLBACK_TIMESTAMP_HEADER]: timestamp, [CALLBACK_SIGNATURE_HEADER]: `v1=${mac}` },
  });
  return [answer.status, await answer.json()];
}

it('C2: the newest percentage of an action is noted and everything acknowledged', async () => {
  expect(await post({ fromSeq: 4 })).toEqual([200, { ackedSeq: 5, cancel: false }]);
  expect(noted).toEqual([[ACTION, 20]]);
});

it('C2: an action that has ended stops its runner', async () => {
  isWanted = false;
  expect(await post({})).toEqual([410, { ackedSeq: 2, cancel: true }]);
});

it.each<[string, () => Promise<[number, unknown]>, number]>([
  ['a wrong key', () => post({}, 'another-master-secret-of-this-test-01234'), 401],
  ['another action', () => post({}, SECRET, '1f8fad5b-d9cb-469f-a165-70867728950e'), 403],
  ['no events', () => post({ events: 'x' as never }), 400],
])('%s: refused, and nothing is noted', async (_what, send, status) => {
  expect((await send())[0]).toBe(status);
  expect(noted).toEqual([]);
});
