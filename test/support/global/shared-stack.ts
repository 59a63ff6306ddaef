import type { TestProject } from 'vitest/node';
import { startStack } from '../stack.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The whole stack of the run, for files that need no more than users of their own. */
    sharedStack: {
      readonly baseUrl: string;
      readonly env: Readonly<Record<string, string>>;
      readonly dataDir: string;
    };
  }
}

/**
 * A pace at which a test can step in between, and slots for the files that run at the same time.
 */
const ENV = { DEMO_SECONDS: '2', MAX_RUNNING_JOBS: '4' };

/** One stack for all test files of a run that share it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack({ env: ENV, modalEmulator: false });
  const { baseUrl, env, dataDir } = stack;
  project.provide('sharedStack', { baseUrl, env, dataDir });
  return () => stack.stop();
}
