import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { LOG_REQUESTS } from '../database-calls.js';
import { startStack } from '../stack.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The whole stack of the run, for files that need no more than users of their own. */
    sharedStack: {
      readonly baseUrl: string;
      readonly env: Readonly<Record<string, string>>;
      readonly dataDir: string;
      /** Holds all that its launcher and its parts say. */
      readonly logFile: string;
      /** How long a video is. */
      readonly videoSeconds: number;
    };
  }
}

const VIDEO_SECONDS = 0.5;
/**
 * A pace at which a test can step in between, slots for the files that run at the same time, small
 * videos, and everything that is said is written: a test looks for what must not be.
 */
const ENV = {
  DEMO_SECONDS: '2',
  MAX_RUNNING_JOBS: '4',
  VIDEO_SECONDS: String(VIDEO_SECONDS),
  VIDEO_SCALE: '0.25',
  LOG_LEVEL: 'debug',
  ...LOG_REQUESTS,
};

/** One stack for all test files of a run that share it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-shared-'));
  const logFile = path.join(folder, 'stack.log');
  const stack = await startStack({ env: ENV, modalEmulator: false, logFile });
  const { baseUrl, env, dataDir } = stack;
  project.provide('sharedStack', { baseUrl, env, dataDir, logFile, videoSeconds: VIDEO_SECONDS });
  return async () => {
    await stack.stop();
    await rm(folder, { recursive: true });
  };
}
