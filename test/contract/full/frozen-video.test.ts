import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitFiles } from '../../../src/git/commit.js';
import { initBare } from '../../../src/git/refs.js';
import { recordGame } from '../../../src/runner/video/record.js';

/** A step may take 20 s; the rest is the browser's. */
const LIMIT_MS = 60_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-frozen-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a game that stands still gives up its place: its video is not made', async () => {
  const repo = await initBare(path.join(folder, 'repo.git'));
  const html = '<html><script>setTimeout(() => { for (;;); }, 500);</script></html>';
  const revision = await commitFiles(
    repo,
    [],
    [{ path: 'index.html', content: html }],
    { subject: 'x' },
    { ref: 'refs/heads/main', expected: null, parent: null },
  );
  const recording = recordGame(
    { repoDir: repo.gitDir, revision, assets: [] },
    90,
    path.join(folder, 'frames'),
    AbortSignal.timeout(LIMIT_MS),
    () => undefined,
  );
  await expect(recording).rejects.toMatchObject({
    kind: 'VideoNotMade',
    message: expect.stringContaining('stood still') as string,
  });
}, 90_000);
