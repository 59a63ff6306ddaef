import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode } from '@temporalio/worker';
import { build, type BuildOptions } from 'esbuild';
import { makeRunnerBundle } from '../../src/activities/runner-input/bundle.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { ALL_QUEUES } from '../../src/contracts/durable/workflows.js';
import { pageProgramsDefine } from '../../src/game-page/programs.js';
import { BUILD_FILE, rangeOfSources } from '../../src/process/build-range.js';
import {
  CLIENT_FOLDER,
  RUNNER_FILES,
  SKETCHES_FOLDER,
  WORKFLOW_BUNDLE,
} from '../../src/process/programs.js';
import { WORKER_BUILD_FILE, type WorkerBuild } from '../../src/process/worker-build.js';
import { CURRENT_DIR } from './builds.js';
import { makeClient } from './client.js';
import { BUILT_PROGRAMS } from './programs.js';
import { makeSketches } from './sketches.js';
import { hashFiles } from './sources.js';

/** Beside the workflow bundle: the hash of the sources that it was made from. */
const WORKFLOW_SOURCES = 'workflows.sources';
const WORKFLOWS_ENTRY = 'src/workflows/index.ts';
const WORKFLOW_INTERCEPTORS = 'src/workflows/common/trace-run.ts';
const OPTIONS = {
  absWorkingDir: PROJECT_ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * `make.ts <folder>`: everything that a start needs, made from the sources as they lie here. The
 * packages stay in `node_modules`; files that are only read stay where they are.
 */
async function make(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    makePrograms(folder),
    makeRunner(folder),
    makeWorkflows(folder),
    makeClient(path.join(folder, CLIENT_FOLDER)),
    makeSketches(path.join(folder, SKETCHES_FOLDER)),
  ]);
  await nameWorker(folder);
}

/**
 * The worker's build id, from what it runs, workflows, activities and runner, and the range that it
 * works with: an id has one range (O2). Folders of this machine do not count, so that two hosts
 * with the same code agree.
 */
async function nameWorker(folder: string): Promise<void> {
  const digest = createHash('sha256');
  const range = `${JSON.stringify(await rangeOfSources(), null, 2)}\n`;
  await writeFile(path.join(folder, BUILD_FILE), range);
  for (const file of [WORKFLOW_SOURCES, 'worker.js', RUNNER_FILES.manifest, BUILD_FILE])
    digest.update(await readFile(path.join(folder, file)));
  const build: WorkerBuild = {
    buildId: digest.digest('hex').slice(0, 16),
    commit: await commitHere(),
    builtAt: new Date().toISOString(),
    queues: [...ALL_QUEUES],
  };
  await writeFile(path.join(folder, WORKER_BUILD_FILE), `${JSON.stringify(build, null, 2)}\n`);
}

async function commitHere(): Promise<string | null> {
  const git = promisify(execFile)('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: PROJECT_ROOT,
  });
  return git.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

async function makePrograms(folder: string): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: { ...BUILT_PROGRAMS },
    define: pageProgramsDefine(),
    outdir: folder,
    sourcemap: 'linked',
    sourcesContent: false,
  });
}

async function makeRunner(folder: string): Promise<void> {
  const { code, sourceMap, manifest } = await makeRunnerBundle();
  await Promise.all([
    writeFile(path.join(folder, RUNNER_FILES.code), code),
    writeFile(path.join(folder, `${RUNNER_FILES.code}.map`), sourceMap),
    writeFile(path.join(folder, RUNNER_FILES.manifest), `${JSON.stringify(manifest, null, 2)}\n`),
  ]);
}

/** Bundling workflows takes seconds: what the last build has of the same sources is used again. */
async function makeWorkflows(folder: string): Promise<void> {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [WORKFLOWS_ENTRY, WORKFLOW_INTERCEPTORS],
    outdir: folder,
    write: false,
    metafile: true,
  });
  const sources = await hashFiles([...Object.keys(metafile.inputs), 'package-lock.json']);
  const target = path.join(folder, WORKFLOW_BUNDLE);
  const last = await readFile(path.join(CURRENT_DIR, WORKFLOW_SOURCES), 'utf8').catch(() => '');
  if (last === sources) await copyFile(path.join(CURRENT_DIR, WORKFLOW_BUNDLE), target);
  else await writeFile(target, await bundledWorkflows());
  await writeFile(path.join(folder, WORKFLOW_SOURCES), sources);
}

/** With its source map inside, by which the worker translates the stacks of workflows. */
async function bundledWorkflows(): Promise<string> {
  const silent = (): void => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(PROJECT_ROOT, WORKFLOWS_ENTRY),
    workflowInterceptorModules: [path.join(PROJECT_ROOT, WORKFLOW_INTERCEPTORS)],
    logger: { log: silent, trace: silent, debug: silent, info: silent, warn: say, error: say },
  });
  return code;
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: make.ts <folder>');
try {
  await make(folder);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
