import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localHost } from '../../../src/activities/local/host.js';
import { localImageActivities } from '../../../src/activities/local/images.js';
import type { DrawImageInput } from '../../../src/activities/ports/image-ports.js';
import { parseWorkerConfig } from '../../../src/config.js';
import { createAssets } from '../../../src/objects/assets.js';
import { createDiskCache } from '../../../src/objects/disk-cache.js';
import { createActionImages } from '../../../src/objects/action-images.js';
import { createFileObjectStore } from '../../../src/objects/file-object-store.js';
import { createVersions } from '../../../src/versions/kept/versions.js';
import { log, startDatabase, type TestDatabase } from '../../support/database.js';
import { inActivity } from './fixture.js';

/** The watch over actions on this machine, with children that do nothing but speak or be silent. */
let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await startDatabase();
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-silence-'));
});
afterAll(async () => {
  await database?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const LIMIT_MS = 1_500;
const say = (line: string): string => `console.log(JSON.stringify(${line}));`;
const result = async (): Promise<string> => {
  const png = await sharp({ create: { width: 2, height: 2, channels: 4, background: '#f00' } })
    .png()
    .toBuffer();
  const image = { mimeType: 'image/png', data: png.toString('base64'), prompt: null };
  return say(`{ result: ${JSON.stringify(image)} }`);
};

/** Draws with a child that runs this code. */
async function drawWith(code: string, startMs = 10_000) {
  const { store } = database;
  const userId = await database.newUserId();
  await store.projects.create(userId);
  const actionId = randomUUID();
  const objects = createFileObjectStore(dataDir);
  await store.actions.open({ id: actionId, userId, projectId: null, kind: 'generateImage' });
  const deps = {
    config: parseWorkerConfig({
      ...database.config,
      DATA_DIR: dataDir,
      ANTHROPIC_API_KEY: 'a-key-of-this-test',
      CALLBACK_SECRET: 'the-master-secret-of-this-test-0123456789',
      START_TIMEOUT_MS: String(startMs),
      NO_PROGRESS_TIMEOUT_MS: String(LIMIT_MS),
    }),
    store,
    versions: createVersions(objects, store.revisions),
    assets: createAssets(objects),
    cache: createDiskCache(dataDir, objects),
    images: createActionImages(objects),
    runner: ['-e', `process.stdin.resume(); ${code}`],
    log,
  };
  const images = localImageActivities(deps, localHost(deps));
  const input: DrawImageInput = {
    actionId,
    userId,
    projectId: null,
    attempt: 1,
    op: 'sprite',
    prompt: '猫',
  };
  return { actionId, ...inActivity((given: DrawImageInput) => images.drawImage(given), input) };
}

describe('F3: a child of an action', () => {
  it.each([
    ['says nothing from the start', '', `no event within ${LIMIT_MS} ms`, LIMIT_MS],
    [
      'falls silent',
      `setTimeout(() => { ${say('{ progress: 10 }')} }, 900)`,
      `no event for ${LIMIT_MS} ms`,
      10_000,
    ],
  ])('that %s is given up', async (_what, code, message, startMs) => {
    const { outcome } = await drawWith(code, startMs);
    await expect(outcome).rejects.toMatchObject({
      kind: 'RunStalled',
      message: expect.stringContaining(message) as string,
    });
  });

  it('that speaks may take longer than the limits', async () => {
    const beat = `setInterval(() => { ${say('{ alive: 1 }')} }, 300);`;
    const end = `setTimeout(() => { ${await result()} process.exit(); }, ${3 * LIMIT_MS});`;
    const { outcome } = await drawWith(beat + end);
    expect(await outcome).toMatchObject({ mimeType: 'image/png' });
  });

  it('whose action has ended is stopped without a progress to tell', async () => {
    const beat = `setInterval(() => { ${say('{ alive: 1 }')} }, 300);`;
    const { outcome, actionId } = await drawWith(beat);
    await database.store.actions.cancel(actionId);
    await expect(outcome).rejects.toMatchObject({ kind: 'RunCancelled' });
  });
});
