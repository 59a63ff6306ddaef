import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../../../test/support/patience.js';
import { RawRequest } from '../../../test/support/raw-request.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import { callbackKeyOf } from '../../contracts/base/signatures.js';
import { signedHeaders } from '../../runner/callback/signed-headers.js';
import { createReceivedFiles } from '../../disk/received-files.js';
import { leaveUnread } from '../http/body-limits.js';
import { callbackRouter } from './router.js';
import { freshFolder } from '../../../test/support/own-folder.js';
import { originOf } from '../../../test/support/own-server.js';

const MASTER = 'm'.repeat(40);
const PROJECT = '0f8fad5b-d9cb-469f-a165-70867728950e';

let jobId: string;
const dataDir = freshFolder();
let origin: string;
/** What the database was asked. */
let asked: string[];
let bad: number;
let badAtMost: number;
let kept: Buffer[];
let events: unknown[];

beforeEach(async () => {
  jobId = randomUUID();
  [asked, bad, badAtMost, kept, events] = [[], 0, 100, [], []];
  const row = { id: jobId, project_id: PROJECT, status: 'processing', attempt: 1 } as JobRow;
  const callback = callbackRouter({
    masterSecrets: [MASTER],
    ingest: {
      take: async (_call, post) => {
        events.push(...post.events);
        return { ackedSeq: 0, cancel: false };
      },
    },
    countBad: async () => {
      bad += 1;
      return bad > badAtMost ? 7 : null;
    },
    noteActionProgress: async () => true,
    job: async (id) => {
      asked.push(id);
      return row;
    },
    files: createReceivedFiles(dataDir),
    recordings: {
      keep: async (_ref, bytes) => void kept.push(bytes),
      removeProject: async () => undefined,
    },
    log: pino({ level: 'silent' }),
  });
  origin = await originOf(createServer(express().use(leaveUnread, callback)));
});

const port = () => Number(new URL(origin).port);
const signed = (body: string, master = MASTER) => {
  const callId = `${jobId}.1`;
  return signedHeaders({ callId, keyHex: callbackKeyOf(master, callId).toString('hex') }, body);
};
const without = (headers: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
async function post(rest: string, body: string, headers: Record<string, string>) {
  const url = `${origin}/callback/${jobId}${rest}`;
  return (await fetch(url, { method: 'POST', body, headers })).status;
}
const EVENTS = [{ type: 'stream', content: 'a' }];
const bodyOf = (rest: string) =>
  rest === '' ? JSON.stringify({ callId: `${jobId}.1`, fromSeq: 1, events: EVENTS }) : 'recorded';

describe.each(['', '/recording'])('C2: POST /callback/:jobId%s', (rest) => {
  const taken = () => (rest === '' ? events : kept.map(String));

  it('takes what is signed in the head, and in the form before', async () => {
    const body = bodyOf(rest);
    const both = signed(body);
    expect(await post(rest, body, both)).toBe(200);
    expect(await post(rest, body, without(both, 'x-stream-signature'))).toBe(200);
    const before = without(both, 'x-stream-head-signature', 'x-stream-content-sha256');
    expect(await post(rest, body, before)).toBe(200);
    expect(taken()).toHaveLength(3);
  });

  it.each([
    ['another key', () => signed(bodyOf(rest), 'x'.repeat(40))],
    ['no signature', () => ({ 'x-stream-call': `${jobId}.1` })],
    ['a hash that was not signed', () => ({ ...signed('other'), 'x-stream-content-sha256': 'a' })],
    [
      'a head of another key beside a good signature of the body',
      () => ({
        ...signed(bodyOf(rest)),
        'x-stream-head-signature': signed('', 'x'.repeat(40))['x-stream-head-signature'] ?? '',
      }),
    ],
    ['an old timestamp', () => ({ ...signed(bodyOf(rest)), 'x-stream-timestamp': '1700000000' })],
  ])('refuses %s before its body and the database, and counts it', async (_name, headers) => {
    badAtMost = 1;
    const ask = async () => {
      const target = `POST /callback/${jobId}${rest}`;
      const request = await RawRequest.open(port(), target, headers(), 1_000);
      const { status } = await request.answer();
      request.close();
      return status;
    };
    expect([await ask(), await ask()]).toEqual([401, 429]);
    expect([asked, taken(), bad]).toEqual([[], [], 2]);
  });

  it('refuses a body that is not the signed one, and leaves nothing of it', async () => {
    const changed = bodyOf(rest).replace(/"a"|rec/, '"b"');
    expect(await post(rest, changed, signed(bodyOf(rest)))).toBe(401);
    expect([taken(), bad]).toEqual([[], 1]);
    const parts = () => readdir(path.join(dataDir, 'scratch', 'uploads')).catch(() => []);
    await expect.poll(parts, { timeout: patient(20_000) }).toEqual([]);
  });
});

describe('E8: a recording in the form before', () => {
  it('counts as a wrong signature first, and beyond the limit is not read', async () => {
    badAtMost = 0;
    const headers = without(signed('x'), 'x-stream-head-signature');
    const target = `POST /callback/${jobId}/recording`;
    const request = await RawRequest.open(port(), target, headers, 1_000);
    expect((await request.answer()).status).toBe(429);
    request.close();
  });

  it('asks the database only when its body was signed', async () => {
    const headers = without(signed('other'), 'x-stream-head-signature');
    expect(await post('/recording', 'recorded', headers)).toBe(401);
    expect([asked, kept]).toEqual([[], []]);
  });
});
