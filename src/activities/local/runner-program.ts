import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

/** How node starts the runner: its arguments. */
export type RunnerProgram = readonly string[];

const isSource = import.meta.url.endsWith('.ts');
const entry = fileURLToPath(new URL(`../../runner/main.${isSource ? 'ts' : 'js'}`, import.meta.url));

/** The runner's entry as it lies here: TypeScript in development, compiled in the image. */
export const runnerFromSource: RunnerProgram = isSource ? ['--import', 'tsx', entry] : [entry];

/**
 * The runner as one file, `<dataDir>/runner/main.mjs`, made once for all runs of this worker: every job starts it anew, and
 * translating TypeScript each time costs more than everything else that we add to a run. In the image it is compiled already.
 */
export async function bundleRunner(dataDir: string): Promise<RunnerProgram> {
  if (!isSource) return runnerFromSource;
  const { outputFiles: [bundle] } = buildSync({
    entryPoints: [entry], bundle: true, platform: 'node', target: 'node20', format: 'esm', write: false, logLevel: 'error',
    // The model program is looked for from where the source lies.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) },
  });
  const file = path.join(path.resolve(dataDir), 'runner', 'main.mjs');
  await mkdir(path.dirname(file), { recursive: true });
  // In one step: another worker may be starting runs from it.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, bundle?.contents ?? '');
  await rename(draft, file);
  return [file];
}
