import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { BUILDS_DIR, CURRENT_DIR, holdBuild } from '../../dev/build/builds.js';
import { builtProgramArgs } from '../../dev/build/programs.js';
import { startOrphanReaper } from '../../dev/stack/orphan-reaper.js';
import { PROJECT_ROOT } from '../../src/config.js';
import { WORKFLOW_BUNDLE, type RUNNER_FILES } from '../../src/process/programs.js';
import { temporalPlace } from '../../src/temporal/connection.js';
import {
  readWorkerBuild,
  WORKER_BUILD_FILE,
  type WorkerBuild,
} from '../../src/process/worker-build.js';
import { programArgs } from './programs.js';
import { stackEnv, type Stack } from './stack.js';
import { environmentOf } from './workers.js';

/** Another build of the same sources, as a deploy brings it. */
export interface OtherBuild extends WorkerBuild {
  readonly dir: string;
  remove(): Promise<void>;
}

/** A text of the workflow bundle or of the runner, and what stands there in the other build. */
interface BuildChange {
  readonly text: string;
  readonly by: string;
  readonly file?: typeof WORKFLOW_BUNDLE | typeof RUNNER_FILES.code;
}

/** A change that every history fits. */
export const HARMLESS_CHANGE: BuildChange = {
  text: '受付中 (opening)',
  by: '受付中 (opening in another build)',
};

/** The build that stacks of tests run. */
export async function currentBuild(): Promise<WorkerBuild> {
  return readWorkerBuild(CURRENT_DIR);
}

/** Makes a build beside the current one that differs by this. */
export async function makeOtherBuild({
  text,
  by,
  file = WORKFLOW_BUNDLE,
}: BuildChange): Promise<OtherBuild> {
  const dir = path.join(BUILDS_DIR, `test-${randomUUID().slice(0, 8)}`);
  await cp(await realpath(CURRENT_DIR), dir, { recursive: true });
  await holdBuild(dir);
  const bundle = path.join(dir, file);
  const code = await readFile(bundle, 'utf8');
  if (code.split(text).length !== 2) throw new Error(`not once in ${file}: ${text}`);
  await writeFile(
    bundle,
    code.replace(text, () => by),
  );
  const build = { ...(await readWorkerBuild(dir)), buildId: path.basename(dir) };
  await writeFile(path.join(dir, WORKER_BUILD_FILE), JSON.stringify(build));
  return { ...build, dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** A worker of a build beside those of a stack; resolves when it is ready. */
export async function startWorkerOf(
  stack: Stack,
  { dir }: Pick<OtherBuild, 'dir'>,
): Promise<{ stop(): Promise<void> }> {
  const env = await environmentOf(await stack.pidOf('worker'));
  const child = spawn(process.execPath, builtProgramArgs({ dir }, 'worker'), {
    cwd: PROJECT_ROOT,
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const reaper = startOrphanReaper();
  if (child.pid !== undefined) reaper.add(child.pid, 'TERM');
  await once(child, 'message');
  return {
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      reaper.end();
    },
  };
}

/** Does something with the Temporal server of a stack. */
export async function withTemporalOf<T>(
  stack: Stack,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { TEMPORAL_ADDRESS = '' } = stack.env;
  const place = temporalPlace({ TEMPORAL_ADDRESS, ...stack.temporalEnv });
  const connection = await Connection.connect(place.connection);
  try {
    return await work(new Client({ connection, namespace: place.namespace }));
  } finally {
    await connection.close();
  }
}

/** `dreamcore deploy <args>` beside a stack; answers what it printed. */
export async function deploy(stack: Stack, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...programArgs('dreamcore'), 'deploy', ...args, '--env-file=/dev/null'],
    { env: stackEnv({ DATA_DIR: stack.dataDir, ...stack.temporalEnv }) },
  );
  return stdout;
}
