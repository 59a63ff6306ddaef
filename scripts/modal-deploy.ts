import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runnerBundle } from '../src/activities/runner-input/bundle.js';
import { videoSite } from '../src/activities/runner-input/video-site.js';
import { PROJECT_ROOT } from '../src/config.js';
import { modalAppOf } from '../src/contracts/execution/modal.js';
import { ensureCutoutModel } from '../dev/tools/cutout-model.js';
import { appsToStop } from '../src/ops/modal-apps.js';

const BUILD_DIR = path.join(PROJECT_ROOT, 'modal', 'build');
const CUTOUT_MODEL = 'u2netp.onnx';
const CLI =
  process.env['MODAL_CLI'] || path.join(PROJECT_ROOT, '.tools', 'modal-venv', 'bin', 'modal');
const run = promisify(execFile);
/**
 * Containers that run from this folder (the emulator's) may still start the runner of an earlier
 * deployment.
 */
const KEEP_OLD_MS = 24 * 3600_000;
/** Results go to the worker as CBOR, which images of this age bring along. */
const IMAGE_BUILDER = '2025.06';

/**
 * `npm run modal:deploy [-- --build-only]`: builds the runner into `modal/build` and deploys
 * `modal/app.py` with Modal's own command line to wherever the environment points (MODAL_TOKEN_ID,
 * MODAL_TOKEN_SECRET, MODAL_ENVIRONMENT, MODAL_APP; MODAL_SERVER_URL for the emulator). Each
 * version of the runner is an app of its own; the one before stays for the workers that still run,
 * older ones are stopped (I1). Prints the deployed version; exits with the command line's own code.
 */
async function main(): Promise<number> {
  const { code, manifest } = await runnerBundle();
  await mkdir(BUILD_DIR, { recursive: true });
  await putCutoutModel();
  // The manifest comes last: what it names is complete.
  await put(`runner-${manifest.version}.mjs`, code);
  await videoSite(BUILD_DIR);
  await put('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  await removeOld([`runner-${manifest.version}.mjs`, `video-${manifest.video}`]);
  process.stdout.write(
    `runner ${manifest.version} (${manifest.commands.join(', ')}; Claude Code ` +
      `${manifest.claudeCode})\n`,
  );
  if (process.argv.includes('--build-only')) return 0;
  const name = process.env['MODAL_APP'] || 'dreamcore';
  const app = modalAppOf(name, manifest.version);
  const exitCode = await modal(['deploy', path.join(PROJECT_ROOT, 'modal', 'app.py')], app);
  if (exitCode === 0)
    await stopOldApps(name, app).catch((error: unknown) =>
      process.stderr.write(`older versions stay: ${String(error)}\n`),
    );
  return exitCode;
}

/** A deployment without it cuts no images out; their calls go on beside the worker. */
async function putCutoutModel(): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const file = await ensureCutoutModel(say).catch((error: unknown) =>
    say((error as Error).message),
  );
  if (file) await put(CUTOUT_MODEL, await readFile(file));
}

/** In one step: another deployment may be reading. */
async function put(name: string, content: string | Uint8Array): Promise<void> {
  const draft = path.join(BUILD_DIR, `.${name}.${process.pid}`);
  await writeFile(draft, content);
  await rename(draft, path.join(BUILD_DIR, name));
}

async function removeOld(current: readonly string[]): Promise<void> {
  for (const name of await readdir(BUILD_DIR)) {
    if (current.includes(name) || name === 'manifest.json' || name === CUTOUT_MODEL) continue;
    const file = path.join(BUILD_DIR, name);
    const modifiedAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (modifiedAt !== null && modifiedAt < Date.now() - KEEP_OLD_MS)
      await rm(file, { recursive: true, force: true });
  }
}

/** Runs Modal's command line with its output as ours; resolves with its exit code. */
function modal(args: readonly string[], app: string): Promise<number> {
  const child = spawn(CLI, args, { stdio: ['ignore', 'inherit', 'inherit'], env: cliEnv(app) });
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new Error(`${CLI} cannot be started (${error.message}): see modal/README.md, "Deploy"`),
      ),
    );
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** The deployment is done whatever becomes of older ones; what cannot be stopped is told. */
async function stopOldApps(name: string, current: string): Promise<void> {
  const { stdout } = await run(CLI, ['app', 'list', '--json'], { env: cliEnv(current) });
  for (const { id, description } of appsToStop(stdout, name, current)) {
    process.stdout.write(`stopping ${description}: no worker of the last two versions asks it\n`);
    await modal(['app', 'stop', '--yes', id], current);
  }
}

const cliEnv = (app: string): NodeJS.ProcessEnv => ({
  MODAL_IMAGE_BUILDER_VERSION: IMAGE_BUILDER,
  ...process.env,
  MODAL_APP: app,
  PYTHONDONTWRITEBYTECODE: '1',
});

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
