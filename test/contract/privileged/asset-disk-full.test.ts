import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keysIn } from '../../support/objects.js';
import { upload, uploaded } from '../http/multipart.js';
import { startTestApi, PIXEL, type TestApi } from '../http/test-api.js';
import { coded } from '../../support/refusals.js';

/**
 * A disk that is full while an upload arrives, or when it is put in its place. Mounting is root's
 * alone.
 */
const run = promisify(execFile);
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

it.each([['scratch/uploads'], ['objects']])(
  'a full disk below %s fails the upload clearly, is an alert, and leaves nothing',
  async (place) => {
    const dataDir = api.env['DATA_DIR'] ?? '';
    const folder = path.join(dataDir, place);
    await mkdir(folder, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    try {
      const filler = path.join(folder, 'filler');
      await expect(writeFile(filler, Buffer.alloc(2 * 1024 * 1024))).rejects.toMatchObject({
        code: 'ENOSPC',
      });
      const image = { bytes: Buffer.concat([PIXEL, randomBytes(300_000)]), name: 'big.png' };
      const answer = await upload(api, api.alice, image);
      expect([answer.status, answer.json()]).toEqual([507, coded('DiskFull')]);
      const alerts = "select message from alerts where kind = 'requestFailed'";
      await expect
        .poll(() => api.database.sql(alerts))
        .toEqual([{ message: 'requests fail with DiskFull' }]);
      expect(await keysIn(dataDir, 'a/')).toEqual([]);
      expect(await readdir(path.join(dataDir, 'scratch/uploads'))).toEqual(
        place === 'objects' ? [] : ['filler'],
      );
      expect(await api.database.sql('select alias from assets')).toEqual([]);
      await rm(filler);
      const asset = await uploaded(api, api.alice, image);
      expect((await api.ask(asset.url, { as: api.alice })).bytes.equals(image.bytes)).toBe(true);
      await api.database.sql('delete from assets');
    } finally {
      await run('umount', ['--lazy', folder]);
    }
  },
);
