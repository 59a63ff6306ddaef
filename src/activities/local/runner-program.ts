import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RUNNER_ENTRY, runnerBundle } from '../runner/bundle.js';

/** How node starts the runner: its arguments. */
export type RunnerProgram = readonly string[];

const isSource = RUNNER_ENTRY.endsWith('.ts');

/** The runner's entry as it lies here. */
export const runnerFromSource: RunnerProgram = isSource
  ? ['--import', 'tsx', RUNNER_ENTRY]
  : [RUNNER_ENTRY];

/**
 * The runner as one file, `<dataDir>/runner/main.mjs`, made once for all runs of this worker: every
 * job starts it anew, and translating TypeScript each time costs more than everything else that we
 * add to a run. In the image it is compiled already.
 */
export async function bundleRunner(dataDir: string): Promise<RunnerProgram> {
  if (!isSource) return runnerFromSource;
  const { code } = await runnerBundle();
  const file = path.join(path.resolve(dataDir), 'runner', 'main.mjs');
  await mkdir(path.dirname(file), { recursive: true });
  // In one step: another worker may be starting runs from it.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, file);
  // From there it would not find the model program's package; here it does.
  return [file, RUNNER_ENTRY];
}
