import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';
import type { Tally } from './wall.js';

/** Walls whose attacks are tests of their own; each test is a try. */
export const SUITES: Readonly<Record<string, readonly string[]>> = {
  "a user's own rows, every column and table": [
    'test/contract/store/hostile-rows.test.ts',
    'test/contract/store/user-columns.test.ts',
    'test/contract/store/rls.test.ts',
  ],
  'limits by address and user, passwords, sockets': [
    'test/contract/http/limits.test.ts',
    'dev/supabase/auth/attempts.test.ts',
    'src/api/guards/auth.test.ts',
  ],
  'every address and frame, generated': [
    'test/contract/hostile/urls.test.ts',
    'test/contract/hostile/frames.test.ts',
  ],
  'names of files, bombs, polyglots, archives': [
    'src/domain/game/version-paths.test.ts',
    'src/domain/assets/image-facts.test.ts',
    'test/contract/http/assets-upload.test.ts',
    'test/contract/import/hostile.test.ts',
    'test/contract/http/game.test.ts',
  ],
  'games in browsers: opened directly, in frames, with tokens of others': [
    'test/contract/http/isolation.test.ts',
    'test/contract/http/browser.test.ts',
    'test/contract/http/published-games.test.ts',
  ],
  'the box of the model program, and the key proxy from inside': [
    'test/contract/runner/isolation.test.ts',
    'src/runner/key-proxy.test.ts',
  ],
  'the boxes of browsers and of the renderer: TCP, WebRTC, metadata, files': [
    'test/contract/runner/game-page.test.ts',
    'test/contract/runner/hostile-recording.test.ts',
    'test/contract/runner/boxed-render.test.ts',
  ],
  'games that take all they can: memory, disk, workers, WebGL; beside honest ones': [
    'test/contract/runner/box-walls.test.ts',
    'test/contract/hostile/bombs.test.ts',
  ],
  'hostile videos of two users beside an honest one': ['test/contract/full/hostile-videos.test.ts'],
  'words of a megabyte': ['test/rules/growth.test.ts'],
};

interface Report {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { status: string; fullName: string }[];
  }[];
}

/**
 * Runs the tests of a wall. A file that could not be run is a try that got through. Unit tests have
 * a run of their own: their number of processes is another one.
 */
export async function runSuite(files: readonly string[], tally: Tally): Promise<void> {
  const isContract = (file: string): boolean => file.startsWith('test/contract/');
  for (const some of [files.filter(isContract), files.filter((file) => !isContract(file))])
    if (some.length > 0) await runFiles(some, tally);
}

async function runFiles(files: readonly string[], tally: Tally): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-redteam-'));
  const report = path.join(folder, 'report.json');
  try {
    const args = ['vitest', 'run', '--reporter=json', `--outputFile=${report}`, ...files];
    const child = spawn('npx', args, {
      cwd: PROJECT_ROOT,
      // Some of the files are in no smaller run (test/scope.ts).
      env: { ...process.env, TEST_SCOPE: 'full' },
      stdio: 'ignore',
    });
    await new Promise((resolve) => child.once('close', resolve));
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    if (testResults.length === 0) tally.add(1, [`not run: ${files.join(', ')}`]);
    for (const { assertionResults, message } of testResults) {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      const ran = assertionResults.filter(({ status }) => status !== 'skipped');
      tally.add(
        ran.length,
        failed.map(({ fullName }) => fullName),
      );
      if (ran.length === 0) tally.add(1, [`not run: ${message ?? ''}`]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
