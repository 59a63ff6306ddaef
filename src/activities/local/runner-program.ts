import path from 'node:path';
import { keepFile } from '../../disk/durable-files.js';
import { BUILD_DIR, RUNNER_FILES } from '../../process/programs.js';
import { RUNNER_ENTRY, runnerBundle } from '../runner-input/bundle.js';

/** How node starts the runner: its arguments. */
export type RunnerProgram = readonly string[];

/**
 * The runner as one file: that of the build, else `<dataDir>/runner/main.mjs`, made once for all
 * runs of this process. Every job starts it anew, and translating TypeScript each time costs more
 * than everything else that we add to a run.
 */
export async function bundleRunner(dataDir: string): Promise<RunnerProgram> {
  if (BUILD_DIR !== null) return ['--enable-source-maps', path.join(BUILD_DIR, RUNNER_FILES.code)];
  const { code } = await runnerBundle();
  const file = path.join(path.resolve(dataDir), 'runner', 'main.mjs');
  // In one step: another worker may be starting runs from it.
  await keepFile(file, code);
  // From there it would not find the model program's package; here it does.
  return [file, RUNNER_ENTRY];
}
