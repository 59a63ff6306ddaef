import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { describeMainJob } from '../../contract/journey/main-job-promises.js';
import { unzip } from '../../contract/http/unzip.js';
import type { ApiProcess } from '../../contract/http/api-process.js';
import { startAlternatingProxy, type AlternatingProxy } from '../../support/alternating-proxy.js';
import { newPlayer, say } from '../../support/player.js';
import { fileFolder } from '../../support/own-folder.js';
import { startS3Server, type S3Server } from '../../support/s3-server.js';
import { startSecondApi } from '../../support/second-api.js';
import { startStack, type Stack } from '../../support/stack.js';
import { startWorkers, type Workers } from '../../support/workers.js';

/**
 * Two hosts, each with an API, a worker and a disk of its own, that share a bucket, behind a
 * balancer that gives every request to the next of them.
 */
const folder = fileFolder();
const otherDisk = path.join(folder, 'other-host');
let s3: S3Server;
let proxy: AlternatingProxy;
let stack: Stack;
let second: ApiProcess;
let workers: Workers;

beforeAll(async () => {
  [s3, proxy] = [await startS3Server(path.join(folder, 's3')), await startAlternatingProxy()];
  stack = await startStack({
    env: { ...s3.env(), CALLBACK_BASE_URL: baseUrl(), MAX_RUNNING_JOBS: '1' },
    leaveDown: ['api', 'worker'],
  });
  second = await startSecondApi(await stack.pidOf('api'), { DATA_DIR: otherDisk });
  workers = await startWorkers(stack, 2, { DATA_DIR: otherDisk });
  proxy.targets = [Number(new URL(stack.baseUrl).port), second.port];
});
afterAll(async () => {
  await workers?.stop();
  await second?.stop();
  await stack?.stop();
  await proxy?.close();
  await s3?.stop();
});

const baseUrl = (): string => `http://127.0.0.1:${proxy.port}`;
const disks = (): string[] => [stack.dataDir, otherDisk];

describeMainJob('on two hosts with one bucket', () => ({ baseUrl: baseUrl(), env: stack.env }), {
  isWhole: true,
});

it('E1: a game is made, published, downloaded and read on, whatever disk is deleted', async () => {
  const players = await Promise.all([1, 2].map(() => newPlayer({ ...stack, baseUrl: baseUrl() })));
  const ends = players.map(async (player) => {
    const jobId = await say(player);
    expect(await player.listener.untilEnd()).toMatchObject({ type: 'completed', jobId });
  });
  await Promise.all(ends);
  for (const { user, projectId } of players) {
    const headers = { authorization: `Bearer ${user.accessToken}` };
    const listing = { title: 'Game', visibility: 'public', remix: 'disallowed' };
    const published = await fetch(`${baseUrl()}/api/projects/${projectId}/publish`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ ...listing, description: '', howToPlay: '', tags: [] }),
    });
    expect([published.status, await published.json()]).toMatchObject([200, { success: true }]);
    for (const disk of disks())
      for (const gone of ['cache', 'object-cache', 'scratch'])
        await rm(path.join(disk, gone), { recursive: true, force: true });
    const code = await fetch(`${baseUrl()}/api/projects/${projectId}/code`, { headers });
    const page = ((await code.json()) as { code: string }).code;
    expect(page).toMatch(/<!doctype html>/i);
    const zip = await fetch(`${baseUrl()}/api/projects/${projectId}/download`, { headers });
    const files = unzip(Buffer.from(await zip.arrayBuffer()));
    expect([...files.keys()]).toContain('index.html');
    const game = await fetch(`${baseUrl()}/api/games/${gameIdFor(projectId)}`);
    const { playUrl } = ((await game.json()) as { game: { playUrl: string } }).game;
    // Once by each host.
    for (const _ of [1, 2]) expect((await fetch(`${baseUrl()}${playUrl}`)).status).toBe(200);
  }
  for (const { listener } of players) listener.close();
});

it('E1: no host keeps an object on its disk but in its cache', async () => {
  for (const disk of disks()) expect(await readdir(disk)).not.toContain('objects');
  expect(await readdir(path.join(folder, 's3', 'games'))).toEqual(
    expect.arrayContaining(['dreamcore.json', 'g', 'p', 'recordings']),
  );
});
